// A lesson remembers where its video was left, and is done by itself at 90 %.
const article = document.querySelector("[data-lesson]");
const form = document.querySelector("[data-lesson-done]");
const video = article?.querySelector("video");
const EVERY_SECONDS = 15;
let sentAt = -1;

function keep({ leaving = false } = {}) {
  const position = Math.floor(video?.currentTime ?? 0);
  const duration = Math.floor(Number.isFinite(video?.duration) ? video.duration : 0);
  if (position === sentAt) return;
  sentAt = position;
  const body = new URLSearchParams({ position, duration });
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  if (leaving) {
    navigator.sendBeacon(article.dataset.lesson, body);
    return;
  }
  fetch(article.dataset.lesson, { method: "POST", body, keepalive: true }).catch(() => {
    sentAt = -1; // offline: the next beat tries again
  });
}

if (article && form) keep(); // the lesson was opened

if (video) {
  const start = Number(video.dataset.start);
  const resume = () => {
    if (start > 0 && start < video.duration - 5) video.currentTime = start;
  };
  // The film's head may be here before this script is.
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) resume();
  else video.addEventListener("loadedmetadata", resume, { once: true });
  video.addEventListener("timeupdate", () => {
    if (Math.abs(video.currentTime - sentAt) >= EVERY_SECONDS) keep();
  });
  video.addEventListener("pause", () => keep());
  video.addEventListener("ended", () => keep());
  addEventListener("pagehide", () => keep({ leaving: true }));
}

// The outline stands open where there is room beside the text.
for (const details of document.querySelectorAll("[data-open-when-wide]")) {
  details.open = matchMedia("(width >= 60rem)").matches;
}
