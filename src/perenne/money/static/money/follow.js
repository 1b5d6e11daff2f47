// Follow an order until its payment has arrived: ask again, a little later each time.
const STEPS_MS = [1500, 2500, 4000, 6000, 10000];
const tries = Number(sessionStorage.getItem(location.pathname) || 0);
if (tries < 60) {
  setTimeout(() => {
    sessionStorage.setItem(location.pathname, String(tries + 1));
    location.reload();
  }, STEPS_MS[Math.min(tries, STEPS_MS.length - 1)]);
}
