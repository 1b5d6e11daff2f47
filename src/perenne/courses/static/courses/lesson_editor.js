// The editor hands its text to the form a moment after the typing: Save must not be faster.
for (const field of document.querySelectorAll("[data-draftail-input]")) {
  field.form.addEventListener("submit", () => field.draftailEditor?.saveState(), { capture: true });
}
