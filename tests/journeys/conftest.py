"""Everything a journey needs: a running house and people with browsers."""

import re
from types import SimpleNamespace

import pytest
from asgiref.local import Local
from django.core.cache import cache
from django.db import connection
from django.tasks import task_backends
from playwright.sync_api import sync_playwright

from perenne.core import clock as house_clock
from perenne.core.actions import set_up_business
from perenne.core.web import frontcache as kept_pages
from perenne.people.api import add_owner, find_or_add_person, issue_owner_link
from perenne.streams.api import ensure_default_streams
from simulators.stripe.testing import run_simulator
from tests.journeys import house
from tests.journeys.browsing import FLAGS, LOCALES, SCREENS, Guard, Visitor

OX = {"BACKEND": "django_ox.backend.OxBackend", "QUEUES": [], "OPTIONS": {}}


@pytest.fixture(scope="session")
def _pristine(django_db_setup, django_db_blocker, tmp_path_factory):
    path = tmp_path_factory.mktemp("journeys") / "pristine.sqlite3"
    with django_db_blocker.unblock():
        house.save_pristine(path)
    return path


@pytest.fixture(autouse=True)
def db(_pristine, django_db_blocker, tmp_path, monkeypatch):
    """A database that server and test share: nothing to roll back, it is thrown away."""
    # The browser's driver keeps an event loop on this thread.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    path = tmp_path / "journey.sqlite3"
    with django_db_blocker.unblock(), house.own_database(_pristine, path):
        cache.clear()
        yield


@pytest.fixture(autouse=True)
def _frozen_clock(clock):
    """Journeys have a clock that flows, instead of the frozen one."""


@pytest.fixture
def clock(now, monkeypatch):
    """The house's clock: move_to(instant), move_on(hours=2)."""
    moving = house.MovableClock(now)
    # Under `now` itself: pages may have taken the function by name.
    source = SimpleNamespace(now=lambda _zone: moving.now())
    monkeypatch.setattr(house_clock, "datetime", source)
    # Pages kept in memory grow old by the same clock.
    ageing = SimpleNamespace(monotonic=lambda: moving.now().timestamp())
    monkeypatch.setattr(kept_pages, "time", ageing)
    return moving


@pytest.fixture
def letterbox():
    with house.Letterbox().open() as opened:
        yield opened


@pytest.fixture
def base(db, letterbox, settings, monkeypatch, tmp_path):
    """The address of the running house; what a worker has to do waits in its tables."""
    monkeypatch.setattr(task_backends, "_connections", Local())
    monkeypatch.setitem(task_backends.settings, "default", OX)
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = False
    settings.SMTP_URL = letterbox.url
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with house.serving() as address:
        settings.SITE_URL = address
        yield address


@pytest.fixture
def drain_tasks(base):
    return house.drain_tasks


@pytest.fixture
def business(db, clock):
    """A French micro-entrepreneur in VAT franchise, who has set the house up."""
    made = set_up_business(
        actor="owner",
        now=clock.now(),
        name="Atelier Boréal",
        owner_name="Camille Moreau",
        email="camille@boreal.example",
        street="12 rue des Tilleuls",
        postcode="69003",
        city="Lyon",
        siren="732829320",
        phone="+33 4 78 00 00 00",
        bank_iban="FR7630006000011234567890189",
        mediator="Médiateur de la consommation, 1 place du Marché, 75001 Paris",
        host="Boréal, 12 rue des Tilleuls, 69003 Lyon, +33 4 78 00 00 00",
    )
    ensure_default_streams(language="fr", now=clock.now())
    add_owner(email="camille@boreal.example", name="Camille Moreau", now=clock.now())
    return made


@pytest.fixture
def make_person(business, clock):
    def make(email="ana@example.org", **fields):
        return find_or_add_person(
            email=email, now=clock.now(), actor="system", **fields
        )

    return make


@pytest.fixture
def card_payments(base, clock, settings):
    """The owner's account at the payment provider, which tells the house what happens."""
    hook = f"{base}/hooks/stripe/"
    with run_simulator(webhook_url=hook, now=clock.now()) as account:
        settings.STRIPE_API_BASE = account.api_base
        settings.STRIPE_SECRET_KEY = "sk_test_journey"
        settings.STRIPE_WEBHOOK_SECRET = account.webhook_secret
        yield account


@pytest.fixture
def wait_until(clock, card_payments):
    """Let time pass for the house and for the provider: wait_until(instant)."""

    def wait(instant):
        card_payments.advance(int((instant - clock.now()).total_seconds()))
        clock.move_to(instant)

    return wait


@pytest.fixture(scope="module")
def _template_is_free(_pristine):
    """Close this thread's connection while it can be reached.

    Under the browser's event loop Django hands out another one, and PostgreSQL copies
    no database that somebody is connected to.
    """
    if connection.vendor == "postgresql":
        connection.close()


@pytest.fixture(scope="module")
def _chromium(_template_is_free):
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def guard():
    """What no page may do; a journey that meets it fails at its end."""
    watching = Guard()
    yield watching
    assert watching.found() == []


@pytest.fixture(params=["phone-fr", "laptop-en"])
def setting(request):
    """The screen and the language of a journey's people: ("phone", "fr")."""
    return tuple(request.param.split("-"))


@pytest.fixture
def visitor(_chromium, base, guard, setting):
    """A stranger with a browser: visitor(), or visitor(time_zone="Asia/Tokyo")."""
    screen, language = setting
    contexts = []

    def come(*, time_zone="Europe/Paris", language=language, screen=screen):
        context = _chromium.new_context(
            **SCREENS[screen], locale=LOCALES[language], timezone_id=time_zone
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        guard.watch(context)
        return Visitor(context, base=base, language=language)

    yield come
    for context in contexts:
        context.close()


@pytest.fixture
def owner(visitor, business, clock):
    """The owner at the desk, come in by the one-time link."""
    someone = visitor()
    someone.go(f"/enter/{issue_owner_link(now=clock.now())}/")
    someone.press("Enter")
    someone.page.wait_for_url("**/desk/")
    return someone


@pytest.fixture
def sign_in(visitor, letterbox, drain_tasks):
    """Sign a known person in by the code in their mail: sign_in("ana@example.org")."""

    def enter(email):
        member = visitor()
        member.go("/login/")
        member.fill(email=email)
        member.press("Send me a code")
        member.page.wait_for_url("**/account/login/code/confirm/")
        drain_tasks()
        code = re.search(r"^ {4}(\S+)$", letterbox.text_to(email), re.MULTILINE)[1]
        member.fill(code=code)
        member.press("Sign in")
        member.page.wait_for_url("**/me/")
        return member

    return enter
