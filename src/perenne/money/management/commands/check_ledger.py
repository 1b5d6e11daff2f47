"""bin/perenne check-ledger: does the chain of the books hold?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.money.queries.books.ledger import chain_breaks, ledger_size

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Recompute every seal; exit 1 when one does not hold."""

    help = "Check that no row of the ledger was changed, added between or removed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many rows hold, or each place where the chain is broken."""
        found, rows = chain_breaks(), ledger_size()
        if options["json"]:
            broken = [{"sequence": one.sequence, "what": one.what} for one in found]
            self.stdout.write(json.dumps({"rows": rows, "breaks": broken}))
        if found:
            places = ", ".join(f"{one.sequence} ({one.what})" for one in found[:20])
            raise CommandError(f"the chain is broken at row {places}")
        if not options["json"]:
            self.stdout.write(f"{rows} rows, every seal holds.")
