// The editor hands its text to the form a moment after the typing: Save must not be faster.
for (const field of document.querySelectorAll("[data-draftail-input]")) {
  field.form.addEventListener("submit", () => field.draftailEditor?.saveState(), { capture: true });
}

// It comes without a name: screen readers say the words above it.
addEventListener("load", () => {
  document.querySelector("[contenteditable=true]")?.setAttribute("aria-labelledby", "body-name");
});
