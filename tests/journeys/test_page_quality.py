"""Every public and member page, in its states: usable by all, sound, and it fits.

Each page on both screens, in both languages and both themes; what else it can show, once.
"""

import pytest
from django.test import Client

from perenne.people.api import issue_owner_link
from perenne.people.models import User
from perenne.practice.web import public as practice_pages
from tests.architecture.addresses import address_of, our_views
from tests.journeys.browsing import SCREENS
from tests.journeys.fullhouse.building import build
from tests.journeys.quality import faults_of_access, faults_of_html

pytestmark = pytest.mark.journey

BACKEND = "django.contrib.auth.backends.ModelBackend"
REFUSALS = {403, 404, 409, 410, 422}
# The theme that each language is looked at in, screen by screen.
THEMES = {
    "fr": {"laptop": "light", "phone": "dark"},
    "en": {"laptop": "dark", "phone": "light"},
}
# Addresses that show no page of their own: files, machines, buttons, ways to another page.
NO_PAGES = {
    "/blog/feed.xml",
    "/book/done/x/session.ics",
    "/favicon.ico",
    "/health/",
    "/hooks/mail/brevo/",
    "/hooks/stripe/",
    "/me/courses/x/x/done/",
    "/me/courses/x/x/position/",
    "/me/data/file/",
    "/me/events/x/event.ics",
    "/me/events/x/give-up/",
    "/me/events/x/seat/",
    "/me/invoices/x.pdf",
    "/me/media/x/x",
    "/me/subscription/1/card/",
    "/me/subscription/1/card/done/",
    "/me/subscription/1/keep/",
    "/me/subscription/1/plan/drop/",
    "/me/subscription/1/resume/",
    "/me/subscription/1/stay/",
    "/media/x",
    "/orders/x/pay/",
    "/orders/x/proforma.pdf",
    "/pay/x/",
    "/robots.txt",
    "/sitemap.xml",
    "/theme.css",
}
# Pages that are met on the way: after a press on an order, and at the first run.
ON_THE_WAY = {"/orders/x/proposal/", "/welcome/"}


@pytest.fixture
def setting(request):
    return request.param


@pytest.fixture
def stops(base, business, clock, settings):
    """The stops of the whole house, in which card payments are connected."""
    settings.STRIPE_SECRET_KEY = "sk_test_pages"
    settings.STRIPE_WEBHOOK_SECRET = "whsec_pages"
    return build(clock.now())


class Walker:
    """Goes to stops, as whoever shall look at each, and says what is wrong there."""

    def __init__(self, come):
        self._come = come
        self._people = {}

    def _person(self, email):
        if email not in self._people:
            person = self._people[email] = self._come()
            if email:
                browser = Client()
                browser.force_login(User.objects.get(email=email), backend=BACKEND)
                session = browser.cookies["sessionid"].value
                cookie = {"name": "sessionid", "value": session, "url": person.base}
                person.context.add_cookies([cookie])
        return self._people[email]

    def look(self, stop, screens):
        """Return the faults of one stop, on each of the screens."""
        person = self._person(stop.who)
        answer = person.go(stop.path)
        if stop.press:
            answer = _press(person, stop)
        found = faults_of(person, answer, status=stop.status)
        for screen in screens:
            found += [f"{screen}: {fault}" for fault in _faults_on(person, screen)]
        return found


def _faults_on(person, screen):
    """Return what is wrong with the page they see, on that screen, in its theme."""
    person.page.set_viewport_size(SCREENS[screen]["viewport"])
    person.page.emulate_media(color_scheme=THEMES[person.language][screen])
    found = [] if person.fits() else ["wider than the screen"]
    return found + faults_of_access(person.page)


def _one_of_each(stops):
    """Return the first stop of each page, and all the others."""
    ours, first = set(our_views()), {}
    for stop in stops:
        address = address_of(stop.path)
        first.setdefault(address if address in ours else stop.path, stop)
    return list(first.values()), [one for one in stops if one not in first.values()]


def _press(person, stop):
    if stop.choose:
        person.page.locator(stop.choose).check()
    person.fill(**stop.fill)
    with person.page.expect_navigation() as gone:
        person.page.locator(stop.press).locator("visible=true").first.click()
    return gone.value


def faults_of(person, answer, *, status=200):
    """Return what is wrong with the page that a person was given, on any screen."""
    found = [] if answer.status == status else [f"HTTP {answer.status}"]
    language = person.page.locator("html").get_attribute("lang")
    if language != person.language:
        found.append(f"is in {language}")
    return found + faults_of_html(answer.text())


def _everything_about(person, answer, *, status=200):
    found = faults_of(person, answer, status=status)
    return found + _faults_on(person, "phone") + _faults_on(person, "laptop")


def _walk(walker, stops, screens):
    found = {(stop.path, stop.press): walker.look(stop, screens) for stop in stops}
    return {where: faults for where, faults in found.items() if faults}


@pytest.mark.slow
@pytest.mark.parametrize("setting", [("laptop", "fr"), ("laptop", "en")], indirect=True)
def test_every_page_is_usable_sound_and_fits(stops, visitor, guard):
    guard.expected = REFUSALS
    pages, _states = _one_of_each(stops)
    assert _walk(Walker(visitor), pages, ["laptop", "phone"]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("setting", [("phone", "fr")], indirect=True)
def test_what_pages_show_after_a_mistake_and_in_other_states(stops, visitor, guard):
    guard.expected = REFUSALS
    _pages, states = _one_of_each(stops)
    assert _walk(Walker(visitor), states, ["phone"]) == {}


@pytest.mark.slow
def test_every_address_of_a_page_has_a_stop(stops):
    """Who adds a public or member page adds it to the house, or says that it shows none."""
    wanted = {url for url in our_views() if not url.startswith("/desk/")}
    reached = {address_of(stop.path) for stop in stops}
    assert wanted - reached == NO_PAGES | ON_THE_WAY
    assert (NO_PAGES | ON_THE_WAY) & reached == set()


@pytest.mark.parametrize("setting", [("phone", "fr"), ("laptop", "en")], indirect=True)
def test_the_first_run_is_usable_and_sound(base, visitor, guard, clock):
    guard.expected = {403, 404}
    owner = visitor()
    assert _everything_about(owner, owner.go("/"), status=404) == []
    assert _everything_about(owner, owner.go("/welcome/"), status=403) == []
    link = f"/enter/{issue_owner_link(now=clock.now())}/"
    assert _everything_about(owner, owner.go(link)) == []
    with owner.page.expect_navigation() as gone:
        owner.page.get_by_role("button", name=owner.words("Enter")).click()
    assert owner.page.url.endswith("/welcome/")
    assert _everything_about(owner, gone.value) == []


@pytest.mark.parametrize("setting", [("phone", "fr"), ("laptop", "en")], indirect=True)
def test_pages_about_failures_are_usable_and_sound(
    business, visitor, guard, monkeypatch
):
    guard.expected = {403, 500}
    stranger = visitor()
    stranger.go("/login/")
    stranger.fill(email="ana@example.org")
    stranger.context.clear_cookies()
    with stranger.page.expect_navigation() as gone:
        stranger.page.locator("main form .button--primary").first.click()
    assert _everything_about(stranger, gone.value, status=403) == []

    def broken():
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(practice_pages, "services_on_offer", broken)
    assert _everything_about(stranger, stranger.go("/book/"), status=500) == []


@pytest.mark.parametrize("setting", [("phone", "fr")], indirect=True)
def test_the_checks_find_what_is_wrong(visitor, guard):
    page = visitor().page
    page.set_content(
        "<!DOCTYPE html><html lang='fr'><title>x</title>"
        "<main><h1>x</h1><img src='data:,'></main>"
    )
    assert faults_of_access(page) == ['image-alt: img: <img src="data:,">']
    assert faults_of_html("<!DOCTYPE html><p id='a'></div><p id='a'>") == [
        "line 1: End tag (div) seen too early. Expected other end tag.",
        "id 'a' stands 2 times",
    ]
