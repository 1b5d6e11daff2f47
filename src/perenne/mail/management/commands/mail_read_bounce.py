"""bin/perenne mail read-bounce: what returned mails say, without storing anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.mail.domain.bounces.mbox import mails_in
from perenne.mail.domain.bounces.read import read_bounce

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from perenne.mail.domain.bounces.report import Result

_MAX_FILE = 100_000_000


class Command(BaseCommand):
    help = "Say what returned mails report: who cannot be reached, who complained."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="a mail or an mbox"
        )
        parser.add_argument(
            "--jsonl", action="store_true", help="answer with one line of JSON per file"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        unreadable = []
        for name in options["files"]:
            try:
                with Path(name).open("rb") as stream:
                    data = stream.read(_MAX_FILE)
            except OSError as error:
                unreadable.append(f"{name}: {error.strerror}")
                continue
            results = [
                each for mail in mails_in(data) for each in read_bounce(mail).results
            ]
            self._show(name, results, as_json=options["jsonl"])
        if unreadable:
            raise CommandError("\n".join(unreadable))

    def _show(self, name: str, results: list[Result], *, as_json: bool) -> None:
        if as_json:
            rows = [
                {"recipient": each.recipient, "kind": each.kind.value}
                for each in results
            ]
            line = {"file": name, "results": rows}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
            return
        self.stdout.write(name)
        if not results:
            self.stdout.write("  neither a bounce nor a complaint")
        for each in results:
            why = f"{each.reason} {each.status}".strip()
            self.stdout.write(f"  {each.kind.value:10} {each.recipient:40} {why}")
