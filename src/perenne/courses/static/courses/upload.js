// Shows how far an upload is; without it the form is sent the ordinary way.
for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    const chosen = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    if (!chosen || event.defaultPrevented) return;
    event.preventDefault();
    const bar = form.querySelector("[data-upload-progress]");
    const body = new FormData(form, event.submitter);
    const request = new XMLHttpRequest();
    bar.hidden = false;
    request.upload.addEventListener("progress", (beat) => {
      if (beat.lengthComputable) bar.querySelector("progress").value = (beat.loaded / beat.total) * 100;
    });
    request.addEventListener("load", () => {
      if (request.status === 200 && request.getResponseHeader("Content-Type") === "application/json") {
        location.assign(JSON.parse(request.responseText).next);
        return;
      }
      document.open();
      document.write(request.responseText); // the form again, with its errors
      document.close();
    });
    request.addEventListener("error", () => {
      bar.hidden = true;
      delete form.dataset.sent;
      form.querySelector("[data-upload-failed]").hidden = false;
    });
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload", "1");
    request.send(body);
  });
}
