"""Measure what pages weigh and how they come in on a slow phone.

    python benchmarks/weight.py [--port 8111] [--rounds 3]

Opens public and member pages in Chromium, each with an empty cache, at 390 × 844: 1.6
megabits a second, 150 ms to the server, a processor four times slower. Prints the bytes
of each page with its style sheets, scripts and icons (no media), the largest contentful
paint and the layout shift. Needs the development packages and Debian's chromium.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median

from pages import close_database, lay_member, lay_site
from serving import web_server
from trial import collect_static, figure, own_database

CHROMIUM = "/usr/bin/chromium"
_MOST_KB, _PAINT_SECONDS, _NO_SHIFT = 100, 1.2, 0.0
_PHONE = {"width": 390, "height": 844}
_SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_WATCH = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.seen.paint = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.seen.shift += entry.value;
  }
}).observe({type: "layout-shift", buffered: true});
"""


def main() -> int:
    """Print three figures for each page; fail when one misses its budget."""
    options = _options()
    with own_database() as folder:
        post = lay_site()
        cookie, lesson = lay_member()
        collect_static()
        close_database()
        pages = [
            *(("home", "/", ""), ("blog", "/blog/", ""), ("post", post, "")),
            *(("sign-up", "/subscribe/", ""), ("sign-in", "/login/", "")),
            ("legal text", "/legal/terms/", ""),
            *(("member's home", "/me/", cookie), ("lesson", lesson, cookie)),
        ]
        with web_server(folder, port=options.port, core=None):
            kept = [each for page in pages for each in _measure(page, options)]
    return 0 if all(kept) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8111)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _measure(page, options):
    from playwright.sync_api import sync_playwright

    what, path, cookie = page
    address = f"http://127.0.0.1:{options.port}"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        rounds = [
            _open(browser, address, path, cookie=cookie) for _ in range(options.rounds)
        ]
        browser.close()
    size, paint, shift = (median(values) for values in zip(*rounds, strict=True))
    return [
        figure(what, size / 1000, "kB", most=_MOST_KB),
        figure("  painted after", paint / 1000, "s", most=_PAINT_SECONDS),
        figure("  layout shift", shift, "", most=_NO_SHIFT),
    ]


def _open(browser, address, path, *, cookie):
    """Return the bytes that came, the largest paint in ms, the layout shift."""
    context = browser.new_context(viewport=_PHONE, locale="fr-FR")
    if cookie:
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": address}])
    tab = context.new_page()
    wire = context.new_cdp_session(tab)
    came = []
    wire.on("Network.loadingFinished", lambda it: came.append(it["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", _SLOW_4G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    tab.add_init_script(_WATCH)
    answer = tab.goto(address + path, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{path}: {answer and answer.status}")
    tab.wait_for_timeout(300)
    seen = tab.evaluate("window.seen")
    context.close()
    return sum(came), seen["paint"], round(seen["shift"], 3)


if __name__ == "__main__":
    sys.exit(main())
