"""bin/perenne oss: the return of the EU one-stop shop for a quarter (R122)."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.core.clock import now as now_
from perenne.core.web.csv_export import safe_cell
from perenne.money.domain.vat.quarters import parse_quarter, quarter_of
from perenne.money.queries.books.ledger import decimal_text
from perenne.money.queries.checkout.checkout import civil_day
from perenne.money.queries.vat.one_stop import one_stop_return

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from perenne.money.queries.vat.one_stop import OneStopLine, OneStopReturn

HEADER = ("kind", "of", "country", "rate_percent", "base", "vat", "currency")


class Command(BaseCommand):
    """Print what is to be declared; exit 1 when the quarter is not understood."""

    help = "Print the EU one-stop shop's return of a quarter: country, rate, base, VAT."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument(
            "--quarter", default="", help="2026-Q3; the last full one by default"
        )
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="answer in JSON")
        form.add_argument("--csv", action="store_true", help="answer in CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the return."""
        try:
            quarter = (
                parse_quarter(options["quarter"])
                if options["quarter"]
                else quarter_of(civil_day(now_())).before
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        found = one_stop_return(quarter)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found)))
        elif options["csv"]:
            writer = csv.writer(self.stdout, lineterminator="\n")
            writer.writerow(HEADER)
            for row in rows_of(found):
                writer.writerow([safe_cell(cell) for cell in row])
        else:
            self._say(found)

    def _say(self, found: OneStopReturn) -> None:
        self.stdout.write(f"{found.quarter}, due on {found.due_on.isoformat()}")
        for row in rows_of(found):
            self.stdout.write("  ".join(row))
        if not found.sales and not found.corrections:
            self.stdout.write("nothing to declare: a nil return is due")


def rows_of(found: OneStopReturn) -> list[tuple[str, ...]]:
    """Return the lines as text, in the columns of HEADER."""
    sales = [_row("sales", line) for line in found.sales]
    return [*sales, *(_row("correction", line) for line in found.corrections)]


def _row(kind: str, line: OneStopLine) -> tuple[str, ...]:
    return (
        kind,
        str(line.of),
        line.country,
        f"{line.rate_bp / 100:g}",
        decimal_text(line.net_cents, line.currency),
        decimal_text(line.tax_cents, line.currency),
        line.currency,
    )


def as_json(found: OneStopReturn) -> dict[str, Any]:
    """Return the return as JSON values."""

    def line_of(line: OneStopLine) -> dict[str, Any]:
        return {
            "of": str(line.of),
            "country": line.country,
            "rate_bp": line.rate_bp,
            "currency": line.currency,
            "net_cents": line.net_cents,
            "tax_cents": line.tax_cents,
        }

    return {
        "quarter": str(found.quarter),
        "from": found.quarter.start.isoformat(),
        "to": found.quarter.end.isoformat(),
        "due_on": found.due_on.isoformat(),
        "sales": [line_of(line) for line in found.sales],
        "corrections": [line_of(line) for line in found.corrections],
        "tax_cents": found.tax_cents,
    }
