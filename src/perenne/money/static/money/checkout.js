// "Apply", boxes and fields that change the sum bring the new sum without leaving the page;
// without this script a button brings the whole form back.
const PARTS = ["sum", "agreements", "country-question"];
let asked = 0;

async function bring(form, button, ids) {
  const turn = ++asked;
  const body = new FormData(form, button);
  body.set("apply", "1");
  const answer = await fetch(form.action, { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.getElementById("checkout")) throw new Error("no checkout");
  if (turn !== asked) return;
  for (const id of [...ids, "sumbar"]) {
    const now = document.getElementById(id);
    const next = page.getElementById(id);
    const typing = now?.contains(document.activeElement) && id !== "checkout";
    if (now && next && !typing) now.replaceWith(document.adoptNode(next));
  }
  hideWhatComesByItself();
}

function hideWhatComesByItself() {
  document.querySelector("#additions button[name='apply']")?.remove();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("#checkout button[name='apply']");
  if (!button) return;
  event.preventDefault();
  const form = button.form;
  button.disabled = true;
  try {
    await bring(form, button, ["checkout"]);
    const fresh = document.getElementById("checkout");
    fresh.querySelector("[aria-invalid], button[name='apply']")?.focus();
  } catch {
    button.disabled = false;
    button.insertAdjacentHTML("beforebegin", '<input type="hidden" name="apply" value="1">');
    form.submit();
  }
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("#additions, #checkout [data-reprice]");
  if (field) bring(event.target.form, null, PARTS).catch(() => {});
});

hideWhatComesByItself();
