"""The page, the command line and sums made by hand say the same."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from perenne.bilan.actions import choose_activity
from perenne.bilan.domain.export import review_values
from perenne.bilan.domain.periods import Period
from perenne.bilan.models import StreamActivity
from perenne.bilan.queries import review_for
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.money.models import LedgerEntry
from perenne.streams.api import declare_absence
from perenne.streams.models import WorkEntry

SEPTEMBER = Period(date(2026, 9, 1), date(2026, 9, 30))


def _command(*arguments):
    out = StringIO()
    call_command("bilan", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def _by_name(values):
    return {line["name"]: line for line in values["streams"]}


def test_page_command_and_hand_made_sums_agree(september, owner_client, now):
    page = owner_client.get(
        reverse("desk_bilan"),
        {"period": "custom", "from": "2026-09-01", "to": "2026-09-30"},
    )
    values = review_values(page.context["review"])
    assert values == _command("--from", "2026-09-01", "--to", "2026-09-30")
    assert values == review_values(review_for(SEPTEMBER, date_rule="received", now=now))

    # By hand, from the rows.
    rows = LedgerEntry.objects.filter(
        currency="EUR", received_on__range=(SEPTEMBER.start, SEPTEMBER.end)
    )
    whole = sum(row.amount_cents for row in rows)
    social = 19_350  # (60,000 + 20,000 − 5,000) × (25.6 % + 0.2 %), one month, one rate
    assert whole == 160_340
    assert values["net_cents"] == whole - social == 140_990
    lines = _by_name(values)
    one = lines["1:1"]
    assert (one["receipts_cents"], one["refunds_cents"]) == (80_000, -5_000)
    assert (one["contributions_cents"], one["net_cents"]) == (-19_350, 55_650)
    club = lines["Membership"]
    assert (club["receipts_cents"], club["fees_cents"], club["costs_cents"]) == (
        1_500,
        -60,
        -1_000,
    )
    assert (club["net_cents"], lines["Courses"]["net_cents"]) == (440, 4_900)
    assert lines["Capital income"]["net_cents"] == 80_000
    assert values["rows_in_other_currencies"] == 1
    assert values["contributions_not_deducted"] == ["Membership", "Courses"]


def test_hours_by_hand(september, now):
    values = review_values(review_for(SEPTEMBER, date_rule="received", now=now))
    lines = _by_name(values)
    entries = WorkEntry.objects.all()
    assert sum(entry.minutes for entry in entries) == 1_365
    # 100 shared minutes over 840, 60 and 365 direct: 66.40, 4.74, 28.85
    assert [lines[n]["shared_minutes"] for n in ("1:1", "Membership", "Courses")] == [
        66,
        5,
        29,
    ]
    # 365 build minutes over 730 days, 30 of them in September: 15
    course = lines["Courses"]
    assert (course["build_minutes"], course["build_spread_minutes"]) == (365, 15)
    assert course["net_per_hour_cents"] == 6_682  # 4,900 × 60 ÷ (15 + 29)
    assert course["net_per_hour_build_at_once_cents"] == 746  # ÷ (365 + 29)
    assert lines["1:1"]["net_per_hour_cents"] == 3_685  # 55,650 × 60 ÷ 906
    assert values["minutes"] == 906 + 65 + 15 + 29
    # Working days 1–4, 7–11, 14–15 September; logged on 1, 2, 3, 4, 7, 8 and 9.
    assert values["coverage"] == {
        "worked_days": 7,
        "working_days": 11,
        "share": 0.636364,
        "confidence": "known",
    }


def test_what_came_without_work_that_day(september, now):
    lines = _by_name(
        review_values(review_for(SEPTEMBER, date_rule="received", now=now))
    )
    ratios = {name: line["passive_ratio"] for name, line in lines.items()}
    # 1:1 was worked on the 2nd and the 9th; nothing else was on its own day.
    assert ratios == {
        "1:1": 0.0,
        "Membership": 1.0,
        "Courses": 1.0,
        "Capital income": 1.0,
    }


def test_the_date_rule_moves_rows_between_periods(september, now):
    august = Period(date(2026, 8, 1), date(2026, 8, 31))
    sold = review_values(review_for(august, date_rule="sold", now=now))
    assert [(s["name"], s["receipts_cents"]) for s in sold["streams"]] == [
        ("Membership", 1_500)
    ]
    banked = review_values(review_for(SEPTEMBER, date_rule="banked", now=now))
    assert {s["receipts_cents"] for s in banked["streams"]} == {0}


def test_months_of_a_longer_period_sum_to_its_net(september, now):
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    values = review_values(review_for(year, date_rule="received", now=now))
    months = [sum(month["net_cents"].values()) for month in values["months"]]
    assert months == [0] * 8 + [140_990] + [0] * 3


def test_an_absence_shows_what_came_in_by_both_dates(september, book, now):
    for week in range(10):
        book(
            "one-to-one",
            10_000,
            on=date.fromordinal(date(2026, 6, 8).toordinal() + 7 * week),
        )
    declare_absence(
        first_on=date(2026, 8, 17),
        last_on=date(2026, 8, 30),
        label="Summer",
        actor="owner",
        now=now,
    )
    book("membership", 4_000, on=date(2026, 8, 20), cause="renewal")
    book(
        "one-to-one",
        6_000,
        on=date(2026, 8, 21),
        cause="mission",
        sold_on=date(2026, 7, 30),
    )
    august = Period(date(2026, 8, 1), date(2026, 8, 31))
    (away,) = review_values(review_for(august, date_rule="received", now=now))[
        "absences"
    ]
    assert away["by_date_received"] == {
        "net_cents": 10_000,
        "by_cause_cents": {"mission": 6_000, "renewal": 4_000},
        "weekly_net_cents": 5_000,
        "normal_week_cents": 10_000,
        "share_of_a_normal_week": 0.5,
    }
    assert away["by_date_sold"]["by_cause_cents"] == {"renewal": 4_000}


MONEY_FIGURES = [
    ("receipts", "receipts_cents"),
    ("refunds", "refunds_cents"),
    ("fees", "fees_cents"),
    ("costs", "costs_cents"),
    ("contributions", "contributions_cents"),
    ("net", "net_cents"),
    ("direct", "direct_minutes"),
    ("build", "build_minutes"),
    ("upkeep", "upkeep_minutes"),
]


@pytest.mark.parametrize(("figure", "key"), MONEY_FIGURES)
def test_every_figure_opens_on_its_rows(september, owner_client, now, figure, key):
    values = review_values(review_for(SEPTEMBER, date_rule="received", now=now))
    for slug, name in [
        ("one-to-one", "1:1"),
        ("membership", "Membership"),
        ("courses", "Courses"),
    ]:
        answer = owner_client.get(
            reverse("desk_bilan_rows"),
            {"figure": figure, "stream": september[slug].pk},
        )
        drill = answer.context["drill"]
        assert drill.total == _by_name(values)[name][key]
        rows = [row for row, _name in answer.context["rows"]]
        amounts = [
            getattr(row, "amount_cents", None) or getattr(row, "minutes", 0)
            for row in rows
        ]
        assert sum(amounts) == drill.rows_total


def test_the_rows_of_everything_sum_to_the_net(september, owner_client, now):
    net = owner_client.get(reverse("desk_bilan_rows"), {"figure": "net"})
    assert net.context["drill"].total == 140_990
    shared = owner_client.get(reverse("desk_bilan_rows"), {"figure": "shared"})
    assert shared.context["drill"].total == 100
    passive = owner_client.get(reverse("desk_bilan_rows"), {"figure": "passive"})
    assert passive.context["drill"].total == 1_500 + 4_900 + 80_000


def test_the_rows_of_an_absence_sum_to_its_net(september, owner_client, now):
    away = declare_absence(
        first_on=date(2026, 9, 5), last_on=date(2026, 9, 6), actor="owner", now=now
    )
    url = reverse("desk_bilan_rows")
    asked = {"figure": "away", "absence": away.pk}
    assert owner_client.get(url, asked).context["drill"].total == 1_440
    assert owner_client.get(url, {**asked, "by": "sold"}).context["drill"].total == -60


@pytest.mark.parametrize(
    "asked", [{"figure": "luck"}, {}, {"figure": "away", "absence": "9"}]
)
def test_an_unknown_figure_is_not_found(owner_client, asked):
    assert owner_client.get(reverse("desk_bilan_rows"), asked).status_code == 404


def test_an_empty_business_gets_its_next_steps(owner_client, streams):
    page = owner_client.get(reverse("desk_bilan"))
    review = page.context["review"]
    assert (review.is_empty, review.net, review.rate) == (True, 0, None)
    html = page.content.decode()
    assert reverse("desk_streams_absences") in html
    assert _command()["streams"] == []


def test_unknown_coverage_never_shows_a_rate(book, work, owner_client, now):
    book("one-to-one", 50_000, on=date(2026, 9, 2))
    work("one-to-one", 600, on=date(2026, 9, 2))
    values = review_values(review_for(SEPTEMBER, date_rule="received", now=now))
    assert values["coverage"]["confidence"] == "unknown"
    assert values["net_per_hour_cents"] is None
    assert values["streams"][0]["net_per_hour_cents"] is None


def test_the_page_costs_the_same_at_1_and_3_rows(book, work, owner_client):
    url = reverse("desk_bilan")
    book("courses", 4_900, on=date(2026, 9, 2))
    work("courses", 60, on=date(2026, 9, 2))
    owner_client.get(url)
    with CaptureQueriesContext(connection) as one:
        owner_client.get(url)
    for _ in range(2):
        book("courses", 4_900, on=date(2026, 9, 3))
        work("courses", 60, on=date(2026, 9, 3))
    with CaptureQueriesContext(connection) as three:
        owner_client.get(url)
    assert len(three) == len(one)
    assert len(one) <= 20


def test_periods_are_asked_in_words(owner_client, september):
    url = reverse("desk_bilan")
    for asked, start, end in [
        ({"period": "last_month"}, date(2026, 8, 1), date(2026, 8, 31)),
        ({"period": "quarter"}, date(2026, 7, 1), date(2026, 9, 30)),
        (
            {"period": "custom", "from": "2026-09-09", "to": "2026-09-01"},
            *(date(2026, 9, 1), date(2026, 9, 30)),
        ),
        (
            {"period": "nonsense", "dates": "nonsense"},
            date(2026, 9, 1),
            date(2026, 9, 30),
        ),
    ]:
        choice = owner_client.get(url, asked).context["choice"]
        assert (choice.period, choice.date_rule) == (Period(start, end), "received")


def test_the_command_is_read_in_a_terminal(september):
    out = StringIO()
    call_command("bilan", "--from", "2026-09-01", "--to", "2026-09-30", stdout=out)
    values = _command("--from", "2026-09-01", "--to", "2026-09-30")
    lines = out.getvalue().splitlines()
    assert lines[0] == "2026-09-01 – 2026-09-30, money by date received"
    assert len(lines) == len(values["streams"]) + 4
    total = lines[-2].split()
    assert total[2] == f"€{values['net_cents'] / 100:,.2f}"
    assert total[3] == f"{values['minutes'] / 60:.1f}"


def test_the_command_refuses_what_is_no_day(business):
    with pytest.raises(CommandError, match="write a day as 2026-01-31, not soon"):
        call_command("bilan", "--from", "soon")


def test_the_command_refuses_a_period_that_runs_backwards(business):
    with pytest.raises(CommandError) as refused:
        call_command("bilan", "--from", "2026-09-30", "--to", "2026-09-01")
    assert refused.value.returncode == 2


def test_how_a_stream_is_declared_is_chosen_and_taken_back(owner_client, streams, now):
    url = reverse("desk_bilan_contributions")
    assert owner_client.get(url).status_code == 200
    owner_client.post(url, {f"stream_{streams['courses'].pk}": "bnc_ssi"})
    assert [(a.stream_id, a.activity) for a in StreamActivity.objects.all()] == [
        (streams["courses"].pk, "bnc_ssi")
    ]
    assert LogEntry.objects.filter(verb="bilan.activity_chosen").count() == 1
    owner_client.post(url, {f"stream_{streams['courses'].pk}": ""})
    assert StreamActivity.objects.count() == 0
    with pytest.raises(NotFound):
        choose_activity(0, activity="bnc_ssi", actor="owner", now=now)


def test_a_member_may_not_read_the_bilan(member_client, business):
    for name in ("desk_bilan", "desk_bilan_rows", "desk_bilan_contributions"):
        assert member_client.get(reverse(name)).status_code == 403
