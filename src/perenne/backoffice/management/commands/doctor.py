"""bin/perenne doctor: what is wrong, and how to mend it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from perenne.backoffice.domain.findings import State
from perenne.backoffice.management.looks import findings
from perenne.core import clock

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Look at everything an installation needs; exit 1 when something does not work."""

    help = "Say what is wrong with this installation and how to mend it."
    requires_system_checks = []  # a broken house is looked at too

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line per look."""
        with translation.override("en"):
            found = list(findings(now=clock.now()))
        if options["json"]:
            rows = [asdict(finding) for finding in found]
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
        else:
            for finding in found:
                self.stdout.write(
                    f"{finding.state:8} {finding.check:12} {finding.detail}"
                )
        problems = sum(finding.state == State.PROBLEM for finding in found)
        if problems:
            raise CommandError(
                f"{problems} problem{'s' if problems > 1 else ''} found."
            )
