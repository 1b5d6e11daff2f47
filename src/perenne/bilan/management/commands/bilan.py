"""Print the figures of a period: `bilan --from 2026-01-01 --to 2026-03-31 --json`."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import date
from typing import TYPE_CHECKING, Any

from babel.numbers import format_currency
from django.core.management.base import BaseCommand, CommandError

from perenne.bilan.domain.export import review_values
from perenne.bilan.domain.periods import Period, period_named
from perenne.bilan.queries import DATE_FIELDS, business_today, review_for
from perenne.core import clock
from perenne.core.domain.money import Money

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"write a day as 2026-01-31, not {text}") from None


def _amount(cents: int | None, currency: str) -> str:
    if cents is None:
        return "not known"
    return format_currency(Money(cents, currency).decimal(), currency, locale="en")


def _table(values: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the review as somebody reads them in a terminal."""
    row = "{:<24} {:>14} {:>10} {:>14}".format
    currency = values["currency"]
    yield f"{values['from']} – {values['to']}, money by date {values['date_rule']}"
    yield row("", "net", "hours", "net per hour")
    for line in values["streams"]:
        minutes = (
            line["direct_minutes"]
            - line["build_minutes"]
            + line["build_spread_minutes"]
            + line["shared_minutes"]
        )
        yield row(
            line["name"][:24],
            _amount(line["net_cents"], currency),
            f"{minutes / 60:.1f}",
            _amount(line["net_per_hour_cents"], currency),
        )
    yield row(
        "All together",
        _amount(values["net_cents"], currency),
        f"{values['minutes'] / 60:.1f}",
        _amount(values["net_per_hour_cents"], currency),
    )
    coverage = values["coverage"]
    yield (
        f"Hours stand on {coverage['worked_days']} of {coverage['working_days']} "
        "working days."
    )


class Command(BaseCommand):
    """The review of a period, by the same function as the page."""

    help = "Show what came in, what an hour brings, days off and launches of a period."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the period (this month by default), the date rule and the format."""
        parser.add_argument("--from", dest="start", type=_day, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="end", type=_day, metavar="YYYY-MM-DD")
        parser.add_argument(
            "--dates",
            choices=sorted(DATE_FIELDS),
            default="received",
            help="the date money is counted by (default: received)",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the figures."""
        now = clock.now()
        usual = period_named("this_month", business_today(now))
        start, end = options["start"] or usual.start, options["end"] or usual.end
        if end < start:
            raise CommandError("--to is before --from", returncode=2)
        review = review_for(Period(start, end), date_rule=options["dates"], now=now)
        values = review_values(review)
        if options["json"]:
            self.stdout.write(json.dumps(values, ensure_ascii=False, indent=2))
            return
        for line in _table(values):
            self.stdout.write(line)
