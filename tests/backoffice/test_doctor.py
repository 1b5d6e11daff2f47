"""bin/perenne doctor: one line per look, exit 1 when something does not work."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from perenne.backoffice.actions import SIGN_OF_LIFE, leave_sign_of_life
from perenne.backoffice.management import looks
from perenne.core import clock
from perenne.core.models import Business
from perenne.money.api import newest_chain_breaks, record_outside_money
from perenne.money.domain.books.ledger import Break
from perenne.money.models import LedgerHead
from perenne.streams.api import default_stream, ensure_default_streams

WHOLE = {
    "python": "ok",
    "data folder": "ok",
    "address": "ok",
    "payments": "ok",
    "worker": "ok",
    "database": "ok",
    "tables": "ok",
    "mail": "ok",
    "business": "ok",
    "law": "ok",
    "ledger": "ok",
    "events": "ok",
}


@pytest.fixture
def house(settings, tmp_path, monkeypatch, business, now):
    """An installation with nothing wrong."""
    settings.DATA = tmp_path
    settings.SITE_URL = "https://boreal.example"
    settings.HTTPS = True
    settings.DEBUG = False
    settings.DEMO = False
    settings.ALLOWED_HOSTS = ["boreal.example"]
    settings.SMTP_URL = "smtp://u:p@mail.boreal.example:587"
    settings.STRIPE_SECRET_KEY = "sk_live_abc"
    settings.STRIPE_WEBHOOK_SECRET = "whsec_abc"
    settings.STRIPE_API_BASE = ""
    free = type("Usage", (), {"free": 10**11})
    monkeypatch.setattr(looks.shutil, "disk_usage", lambda _folder: free)
    leave_sign_of_life.func()
    return settings


def look():
    """Return {check: state} and whether the command said that something is wrong."""
    out = io.StringIO()
    try:
        call_command("doctor", "--json", stdout=out)
    except CommandError:
        wrong = True
    else:
        wrong = False
    rows = json.loads(out.getvalue())
    assert all(set(row) == {"check", "state", "detail"} for row in rows)
    return {row["check"]: row["state"] for row in rows}, wrong


def test_a_whole_house_is_all_ok(house):
    assert look() == (WHOLE, False)


def test_a_plain_answer_has_one_line_per_look(house):
    out = io.StringIO()
    call_command("doctor", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["ok"] * len(WHOLE)


def test_a_silent_worker_is_a_problem_and_one_never_seen_too(house, now):
    with clock.frozen(now + timedelta(minutes=6)):
        assert look() == (WHOLE | {"worker": "problem"}, True)
    (house.DATA / SIGN_OF_LIFE).unlink()
    assert look() == (WHOLE | {"worker": "problem"}, True)


def test_without_a_mail_server_mail_is_a_problem(house):
    house.SMTP_URL = ""
    assert look() == (WHOLE | {"mail": "problem"}, True)


def test_an_incomplete_identity_is_worth_doing_but_no_problem(house):
    Business.objects.update(siren="", mediator="")
    assert look() == (WHOLE | {"business": "warn"}, False)


def test_before_the_set_up_the_business_is_named(house):
    Business.objects.all().delete()
    # Without a business nobody is named as the sender of mail either.
    assert look() == (WHOLE | {"business": "warn", "mail": "problem"}, True)


def test_figures_of_the_law_not_checked_for_a_year_are_named(house, now):
    later = now + timedelta(days=3 * 366)
    with clock.frozen(later):
        leave_sign_of_life.func()
        assert look() == (WHOLE | {"law": "warn"}, False)


def test_a_database_that_does_not_answer_ends_the_looks(house, monkeypatch):
    def refuse():
        raise OperationalError("connection refused\nIs it running?")

    monkeypatch.setattr(connection, "check_database_version_supported", refuse)
    states, wrong = look()
    assert (states["database"], "tables" in states, wrong) == ("problem", False, True)


def test_a_full_disk_is_told_before_it_hurts(house, monkeypatch):
    for free, state in [(5 * 10**8, "warn"), (10**7, "problem")]:
        usage = type("Usage", (), {"free": free})
        monkeypatch.setattr(looks.shutil, "disk_usage", lambda _folder, u=usage: u)
        assert look()[0] == WHOLE | {"data folder": state}


def _book(count, now):
    ensure_default_streams(language="en", now=now)
    for number in range(count):
        record_outside_money(
            stream_id=default_stream("other").pk,
            kind="income",
            on=now.date(),
            amount_cents=1000 + number,
            currency="EUR",
            label="Rent",
            counterparty="A tenant",
            ref=f"outside:{number}",
            actor="owner",
            now=now,
        )


def test_the_newest_seals_are_checked_without_reading_the_older_ones(house, now):
    _book(4, now)
    assert [newest_chain_breaks(count) for count in (1, 2, 4, 9)] == [[], [], [], []]


def test_a_forged_head_of_the_books_is_a_problem(house, now):
    _book(2, now)
    LedgerHead.objects.update(hash="f" * 64)
    assert newest_chain_breaks(1) == [Break(2, "head")]
    assert look() == (WHOLE | {"ledger": "problem"}, True)
