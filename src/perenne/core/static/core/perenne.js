// Progressive enhancement; every page works without it.

// [data-dialog="id"] opens a <dialog>; [data-close] inside closes it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  event.target.closest("[data-close]")?.closest("dialog")?.close();
});

// A form is sent once: a second press of its button does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The phone menu closes with Escape.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// On a phone the tab one is on stands in view.
const tab = document.querySelector(".portal-nav [aria-current]");
tab?.parentElement.scrollTo({ left: tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2 });

// [data-copy="text"] copies and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  toast(button.dataset.copied ?? "✓");
});

// [data-submit-on-change] sends its form when a choice changes.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form?.requestSubmit();
});

export function toast(text) {
  document.querySelector(".toast")?.remove();
  const box = Object.assign(document.createElement("p"), { className: "toast", textContent: text });
  box.setAttribute("role", "status");
  (document.querySelector(".desk") ?? document.body).append(box);
  setTimeout(() => box.remove(), 4000);
}
