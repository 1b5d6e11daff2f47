"""People in front of a browser, and the guard that watches what the pages do."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.utils import translation
from django.utils.translation import gettext, pgettext

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
LAPTOP = {"viewport": {"width": 1280, "height": 800}}
SCREENS = {"phone": PHONE, "laptop": LAPTOP}
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
HERE = {"127.0.0.1", "localhost"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Guard:
    """Notes whatever a page must never do; the journey fails when there is a note.

    Requests to other hosts never leave the machine: they are answered with an empty page
    and stand in `foreign`.
    """

    def __init__(self):
        self.problems = []
        self.foreign = []
        self.expected = set()

    def watch(self, context):
        context.route(lambda url: urlsplit(url).hostname not in HERE, self._stop)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def _stop(self, route):
        self.foreign.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<title>x</title>")

    def _response(self, response):
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status} {response.url}")

    def _console(self, message):
        if message.type != "error":
            return
        status = re.search(r"the server responded with a status of (\d+)", message.text)
        if not (status and int(status[1]) in self.expected):
            self.problems.append(f"console: {message.text} ({message.page.url})")

    def _error(self, error):
        self.problems.append(f"script: {error.error}")

    def found(self):
        """Return what went wrong so far."""
        return self.problems + [f"asked another host: {url}" for url in self.foreign]


class Visitor:
    """One person with a browser of their own, on one screen, in one language."""

    def __init__(self, context, *, base, language):
        self.context = context
        self.page = context.new_page()
        self.base = base
        self.language = language

    def go(self, path):
        """Open a page of ours by its path, or a link from a mail."""
        url = path if path.startswith("http") else self.base + path
        return self.page.goto(url)

    def words(self, text, context=None):
        """Return a sentence of ours in the visitor's language."""
        with translation.override(self.language):
            return pgettext(context, text) if context else gettext(text)

    def press(self, label, *, exact=True):
        """Press a button, else follow a link, by its words; wait for the next page."""
        name = label if label.startswith("+ ") else self.words(label)
        button, link = (
            self.page.get_by_role(role, name=name, exact=exact).locator("visible=true")
            for role in ("button", "link")
        )
        button.or_(link).first.wait_for()
        with self.page.expect_navigation():
            (button if button.count() else link).first.click()

    def fill(self, **fields):
        """Type into fields by their names."""
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").locator("visible=true").fill(value)

    def choose(self, **fields):
        """Choose from lists by their names."""
        for name, value in fields.items():
            self.page.select_option(f"select[name={name}]", value)

    def sees(self, text):
        """Wait until the page says a sentence of ours, in the visitor's language."""
        found = self.page.get_by_text(self.words(text)).locator("visible=true").first
        found.wait_for()

    def reads(self, text):
        """Wait until the page shows some text as it is."""
        self.page.get_by_text(text).locator("visible=true").first.wait_for()

    def cookies(self):
        """Return the names of the cookies the browser keeps."""
        return sorted(cookie["name"] for cookie in self.context.cookies())

    def fits(self):
        """Tell whether the page needs no sideways scrolling."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth"
        )
