// "Apply" and boxes that change the sum bring the new sum without leaving the page;
// without this script the form comes back whole.
const CHANGED_BY_A_BOX = ["agreements", "sum", "buybar"];
let asked = 0;

async function bring(form, body, ids) {
  const turn = ++asked;
  const answer = await fetch(form.action, { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.getElementById("checkout")) throw new Error("no checkout");
  if (turn !== asked) return;
  for (const id of ids) document.getElementById(id)?.replaceWith(page.getElementById(id));
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
  const body = new FormData(form, button);
  button.disabled = true;
  try {
    await bring(form, body, ["checkout", "buybar"]);
    const fresh = document.getElementById("checkout");
    fresh.querySelector("[aria-invalid], button[name='apply']")?.focus();
  } catch {
    button.disabled = false;
    button.insertAdjacentHTML("beforebegin", '<input type="hidden" name="apply" value="1">');
    form.submit();
  }
});

document.addEventListener("change", async (event) => {
  const form = event.target.closest("#additions")?.closest("form");
  if (!form) return;
  const body = new FormData(form);
  body.set("apply", "1");
  await bring(form, body, CHANGED_BY_A_BOX).catch(() => {});
});

hideWhatComesByItself();
