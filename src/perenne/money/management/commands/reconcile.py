"""bin/perenne reconcile: compare the books with the payment providers now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.core import clock
from perenne.money.actions.inbox.reconcile import reconcile_all

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from perenne.money.models import Reconciliation


class Command(BaseCommand):
    """Mend what is missing; exit 1 when something is left for the owner."""

    help = "Compare the books with the payment providers; mend what is missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one report per provider."""
        reports = [_report(row) for row in reconcile_all(now=clock.now())]
        if options["json"]:
            self.stdout.write(json.dumps(reports, ensure_ascii=False))
        else:
            self._say(reports)
        left = [one for one in reports if one["differences"] or one["error"]]
        if left:
            raise CommandError("Something is left to look at.")

    def _say(self, reports: list[dict[str, Any]]) -> None:
        if not reports:
            self.stdout.write("No provider is connected.")
        for one in reports:
            listed = ", ".join(
                f"{count} {what}" for what, count in one["listed"].items()
            )
            self.stdout.write(f"{one['provider']}: {listed or one['error']}")
            for row in one["mended"]:
                self.stdout.write(f"  mended  {row['what']} {row['ref']}: {row['did']}")
            for row in one["differences"]:
                self.stdout.write(f"  differs {row['what']} {row['ref']}: {row['why']}")


def _report(row: Reconciliation) -> dict[str, Any]:
    return {
        "provider": row.provider,
        "since": row.since.isoformat() if row.since else None,
        "listed": row.listed,
        "mended": row.mended,
        "differences": row.differences,
        "error": row.error or None,
    }
