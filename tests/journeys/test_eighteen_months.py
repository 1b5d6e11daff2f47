"""The sample business has lived for eighteen months; its owner asks what it brings."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from demo.history.story import DAYS
from perenne.bilan.web.words import FIGURES, percent
from perenne.core.queries import current_business
from perenne.core.templatetags.perenne import hours, money
from perenne.money.models import LedgerEntry
from perenne.streams.models import Absence

pytestmark = [pytest.mark.journey, pytest.mark.slow]

TODAY = date(2026, 9, 15)
# The columns of "What came in", as the command names them.
CAME_IN = ("receipts", "refunds", "fees", "costs", "contributions", "net")


@pytest.fixture
def business(db, clock, settings, tmp_path):
    """The demo at a fiftieth of its size."""
    settings.DATA = tmp_path / "data"
    call_command("build_demo", "--scale", "0.02", verbosity=0)
    return current_business()


def _told(start, end, *, dates="received"):
    """Return what `bin/perenne bilan --json` prints."""
    out = StringIO()
    period = ("--from", start.isoformat(), "--to", end.isoformat())
    call_command("bilan", *period, "--dates", dates, "--json", stdout=out)
    return json.loads(out.getvalue())


def _shows(owner, **choice):
    """Choose what the page shows, as its form lets one."""
    for name, value in choice.items():
        field = owner.page.locator(f".filters [name={name}]")
        if name in {"period", "dates"}:
            field.select_option(value)
        else:
            field.fill(value)
    owner.press("Show")
    assert owner.fits()


def _table(owner, section, part="tbody"):
    """Return the words of a section's first table, row by row."""
    rows = owner.page.locator(f"section[aria-labelledby={section}] .table {part} tr")
    return [
        row.locator("th, td").all_inner_texts()
        for row in rows.all()
        if not row.locator("xpath=ancestor::figure").count()
    ]


def _page_says(owner, told):
    """Every figure of the page is the command's, written in the owner's language."""
    with translation.override(owner.language):
        came_in = [
            [line["name"], *(money(line[f"{name}_cents"]) for name in CAME_IN)]
            for line in told["streams"]
        ]
        assert _table(owner, "came-in") == came_in
        assert _table(owner, "came-in", "tfoot")[0][-1] == money(told["net_cents"])
        assert [
            (row[0], row[2], row[4], row[5].split("\n")[0], row[6])
            for row in _table(owner, "an-hour")
        ] == [
            (
                line["name"],
                hours(line["direct_minutes"]),
                hours(line["build_minutes"]),
                _rate(owner, line),
                percent(line["passive_ratio"]),
            )
            for line in told["streams"]
        ]
        away = owner.page.locator("section[aria-labelledby=stopped] h3").count()
        assert away == len(told["absences"])
        if away:
            totals = [
                [row[1], row[2]]
                for row in _table(owner, "stopped")
                if row[0] == owner.words("Total")
            ]
            assert totals == [
                [
                    money(absence["by_date_received"]["net_cents"]),
                    money(absence["by_date_sold"]["net_cents"]),
                ]
                for absence in told["absences"]
            ]
        assert [
            (row[0], row[1], row[2].split("\n")[0], row[3].split("\n")[0])
            for row in _table(owner, "launched")
        ] == [
            (
                line["name"],
                str(line["base"]),
                str(line["buyers"]),
                percent(line["conversion"]),
            )
            for line in told["launches"]
        ]


def _rate(owner, line):
    cents = line["net_per_hour_cents"]
    return owner.words("not known") if cents is None else money(cents)


def _opens_on_its_rows(owner, told):
    """The net of the membership: its definition, its rows, their sum."""
    line = next(row for row in told["streams"] if row["nature"] == "recurring")
    row = owner.page.locator(
        "section[aria-labelledby=came-in] tbody tr", has_text=line["name"]
    )
    row.locator("a.explained").last.click()
    with translation.override(owner.language):
        name, definition = FIGURES["net"]
        owner.page.get_by_role("heading", name=f"{name} · {line['name']}").wait_for()
        owner.reads(str(definition))
        owner.reads(money(line["net_cents"]))
    rows = _all_rows(owner)
    booked = LedgerEntry.objects.filter(
        stream__name=line["name"], received_on__range=(told["from"], told["to"])
    )
    with translation.override(owner.language):
        assert sorted(rows) == sorted(money(entry.amount_cents) for entry in booked)
    whole = sum(entry.amount_cents for entry in booked)
    assert whole + line["contributions_cents"] == line["net_cents"]


def _all_rows(owner):
    found, later = [], owner.page.locator(".pager [rel=next]")
    while True:
        found += owner.page.locator(".table tbody td:last-child").all_inner_texts()
        if not later.count():
            return found
        with owner.page.expect_navigation():
            later.click()


def test_eighteen_months_to_the_bilan(business, owner):
    owner.go("/desk/bilan/")
    _page_says(owner, _told(date(2026, 9, 1), date(2026, 9, 30)))

    _shows(owner, period="year")
    told = _told(date(2026, 1, 1), date(2026, 12, 31))
    assert told["net_cents"] > 0
    _page_says(owner, told)
    _opens_on_its_rows(owner, told)
    owner.press("Back to the bilan")
    _page_says(owner, told)

    first = TODAY - timedelta(days=DAYS)
    _shows(
        owner, period="custom", **{"from": first.isoformat(), "to": TODAY.isoformat()}
    )
    told = _told(first, TODAY)
    assert len(told["launches"]) == 3
    assert len(told["absences"]) == Absence.objects.count() == 2
    _page_says(owner, told)
    owner.page.locator("section[aria-labelledby=stopped] a.explained").first.click()
    with translation.override(owner.language):
        owner.reads(str(FIGURES["away"][1]))
    owner.press("Back to the bilan")

    _shows(owner, dates="sold")
    _page_says(owner, _told(first, TODAY, dates="sold"))
