// Shows a video of another site only when the visitor's own cookie says yes (R11).
const choice = document.cookie.split("; ").find((part) => part.startsWith("privacy="));
const accepted = choice?.split("=")[1].split(".")[2]?.split("-").includes("embeds");

if (accepted) {
  for (const figure of document.querySelectorAll("[data-embed]")) {
    if (figure.querySelector("iframe")) continue;
    const frame = document.createElement("iframe");
    frame.src = figure.dataset.embed;
    frame.title = figure.dataset.title;
    frame.loading = "lazy";
    frame.allow = "fullscreen; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    figure.replaceChildren(frame);
  }
}
