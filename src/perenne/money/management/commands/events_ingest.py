"""bin/perenne events ingest: take saved events of a payment provider into the inbox."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.core import clock
from perenne.money.actions.inbox.ingest import Ingested, ingest_event
from perenne.money.domain.inbox.event_files import NoEvents, bodies_in
from perenne.money.gateways.providers import providers

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Store each event once and handle it; exit 1 when a file is not taken whole."""

    help = "Take saved events of a payment provider into the inbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        known = [name for name, service in providers if not service.by_hand]
        parser.add_argument("--provider", choices=known, required=True)
        parser.add_argument(
            "files",
            nargs="+",
            type=Path,
            metavar="FILE",
            help="one event, a JSON list, one event a line, or a list of the API",
        )
        parser.add_argument(
            "--json", action="store_true", help="answer one JSON line per file"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what became of each file."""
        failed = 0
        for path in options["files"]:
            found = _ingest(options["provider"], path)
            line = _line(path, found)
            failed += bool(line["error"])
            self.stdout.write(
                json.dumps(line, ensure_ascii=False)
                if options["json"]
                else f"{path}: {line['error'] or line['outcome']}"
            )
        if failed:
            raise CommandError(f"{failed} of {len(options['files'])} not taken whole.")


def _ingest(via: str, path: Path) -> list[Ingested]:
    try:
        bodies = bodies_in(path.read_bytes())
    except OSError as error:
        return [Ingested("", stored=False, outcome="", error=error.strerror or "")]
    except NoEvents as error:
        return [Ingested("", stored=False, outcome="", error=str(error))]
    return [ingest_event(via, body, now=clock.now()) for body in bodies]


def _line(path: Path, found: list[Ingested]) -> dict[str, Any]:
    """Return one file's line; several events in one file are listed in it too."""
    errors = [one.error for one in found if one.error]
    outcomes = list(dict.fromkeys(one.outcome for one in found if one.outcome))
    line: dict[str, Any] = {
        "file": str(path),
        "id": found[0].id or None if found else None,
        "stored": any(one.stored for one in found),
        "outcome": ", ".join(outcomes) or None,
        "error": errors[0] if errors else None,
    }
    if len(found) > 1:
        line["events"] = [asdict(one) for one in found]
    return line
