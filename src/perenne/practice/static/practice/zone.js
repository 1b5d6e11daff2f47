// Shows slots in the browser's own time zone, unless the visitor chose one (?tz=).
const form = document.querySelector("form[data-zone]");
const address = new URL(location.href);
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (form) {
  if (!address.searchParams.has("tz") && here && here !== form.dataset.zone) {
    address.searchParams.set("tz", here);
    location.replace(address);
  }
  form.addEventListener("change", () => form.requestSubmit());
}

document
  .querySelector("[data-days] [aria-current]")
  ?.scrollIntoView({ block: "nearest", inline: "center" });
