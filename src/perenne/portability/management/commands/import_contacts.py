"""`bin/perenne import contacts FILE --basis …`: bring in contacts from a CSV file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.core import clock
from perenne.portability.actions.imports import (
    FileRefused,
    MappingRefused,
    add_import,
    run_import,
    start_import,
)
from perenne.portability.domain.contacts import FIELDS
from perenne.portability.models import Import
from perenne.portability.queries import refused_rows, row_reason

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

_ACTOR = "owner"
_SHOWN = 20


class Command(BaseCommand):
    """Import contacts; exit 0 when the file was read, whatever rows were refused."""

    help = "Bring in contacts from a CSV file (Ghost members or any CSV by mapping)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the command line."""
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument(
            "--basis",
            required=True,
            choices=Import.Basis.values,
            help="why they may be written to: they agreed, bought, or are professionals",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"name a column yourself; fields: {', '.join(FIELDS)}",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything, write nothing"
        )
        parser.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, **options: Any) -> None:
        """Run the import and print its counts."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=2)
        try:
            imported = self._run(path, options)
        except (FileRefused, MappingRefused) as refusal:
            if options["json"]:
                answer = _answer(None) | {"error": str(refusal)}
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
            raise CommandError(f"{path.name}: {refusal}") from refusal
        if options["json"]:
            self.stdout.write(json.dumps(_answer(imported), ensure_ascii=False))
        else:
            self._print(imported)

    def _run(self, path: Path, options: dict[str, Any]) -> Import:
        now = clock.now()
        with path.open("rb") as stream:
            imported = add_import(stream, file_name=path.name, now=now, actor=_ACTOR)
        start_import(
            imported,
            basis=options["basis"],
            mapping=imported.mapping | _named(options["map"]),
            dry_run=options["dry_run"],
            now=now,
            actor=_ACTOR,
        )
        return run_import(imported.pk, actor=_ACTOR)

    def _print(self, imported: Import) -> None:
        if imported.dry_run:
            self.stdout.write("Dry run: nothing was written.")
        for name in ("rows", "created", "updated", "unchanged", "refused"):
            self.stdout.write(f"{name:>10} {getattr(imported, name)}")
        for row in refused_rows(imported.pk)[:_SHOWN]:
            reason = row_reason(row.code, row.column, row.detail)
            self.stdout.write(f"  line {row.line}: {reason}")
        if imported.error_file:
            self.stdout.write(
                f"Refused rows, to mend and send again: {imported.error_file.path}"
            )


def _named(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        name, separator, column = pair.partition("=")
        if not separator or name not in FIELDS:
            raise CommandError(
                f"--map {pair}: write FIELD=COLUMN with a field of {', '.join(FIELDS)}.",
                returncode=2,
            )
        mapping[name] = column
    return mapping


def _answer(imported: Import | None) -> dict[str, Any]:
    """Return what --json prints."""
    if imported is None:
        counts: dict[str, Any] = dict.fromkeys(
            ("rows", "created", "updated", "unchanged"), 0
        )
        return counts | {"refused": [], "error_file": None}
    return {
        "rows": imported.rows,
        "created": imported.created,
        "updated": imported.updated,
        "unchanged": imported.unchanged,
        "refused": [
            {"line": row.line, "reason": row_reason(row.code, row.column, row.detail)}
            for row in refused_rows(imported.pk).iterator()
        ],
        "error_file": imported.error_file.path if imported.error_file else None,
    }
