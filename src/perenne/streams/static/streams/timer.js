// Counts the running timer up, once a second while the page is in view.
const clocks = document.querySelectorAll("[data-timer-since]");

function tick() {
  if (document.hidden) return;
  for (const clock of clocks) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.timerSince)) / 1000));
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    clock.textContent = parts.map((part) => String(part).padStart(2, "0")).join(":");
  }
}

if (clocks.length) {
  tick();
  setInterval(tick, 1000);
}
