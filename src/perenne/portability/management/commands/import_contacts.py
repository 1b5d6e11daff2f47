"""`bin/perenne import contacts FILE --basis …`: bring in contacts from a file."""

from __future__ import annotations

import json
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.portability.actions.import_runs import run_import
from perenne.portability.actions.imports import add_import, start_import
from perenne.portability.domain.files import Choices
from perenne.portability.domain.formats import FORMATS
from perenne.portability.domain.formats.base import ALONE, TARGETS
from perenne.portability.domain.tables import ENCODINGS
from perenne.portability.models import Import
from perenne.portability.queries import (
    place_of,
    refused_rows,
    row_reason,
    target_named,
    unfinished_import,
)

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

_ACTOR = "owner"
_SHOWN = 20
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_COUNTS = ("rows", "created", "updated", "unchanged", "refused")


class Command(BaseCommand):
    """Import contacts; exit 0 when the file was read, whatever rows were refused."""

    help = "Bring in contacts: the file of another tool, or any CSV by mapping."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the command line."""
        parser.add_argument("file", type=Path, help="a CSV file, or a zip of them")
        parser.add_argument(
            "--basis",
            required=True,
            choices=Import.Basis.values,
            help="why they may be written to: they agreed, bought, or are professionals",
        )
        parser.add_argument(
            "--format",
            choices=sorted(FORMATS),
            default="",
            help="the tool; else detected",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help=(
                f"where a column goes: {', '.join(TARGETS)}, field:NAME (a custom field), "
                "new:text, new:number, new:date, new:yes_no, or nothing to leave it out"
            ),
        )
        parser.add_argument(
            "--encoding", choices=[name for name, _label in ENCODINGS], default=""
        )
        parser.add_argument(
            "--delimiter",
            help="comma, semicolon, tab, bar, or the character",
            default="",
        )
        parser.add_argument("--decimal", choices=[".", ","], default="")
        parser.add_argument("--dates", choices=["day-first", "month-first"])
        parser.add_argument(
            "--tag", action="append", default=[], help="a tag for everybody in the file"
        )
        parser.add_argument(
            "--silent",
            choices=["unknown", "subscribed"],
            default="",
            help="those for whom the file says nothing; else as the tool means it",
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
        except Refusal as refusal:
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
            stopped = unfinished_import(file_digest(stream, "sha256").hexdigest())
            if stopped and stopped.basis == options["basis"] and not options["dry_run"]:
                return run_import(stopped.pk, actor=_ACTOR)
            imported = add_import(
                stream,
                file_name=path.name,
                choices=_choices(options),
                now=now,
                actor=_ACTOR,
            )
        start_import(
            imported,
            basis=options["basis"],
            mapping=imported.mapping | _named(options["map"], imported),
            tags=options["tag"],
            silent=options["silent"],
            dry_run=options["dry_run"],
            now=now,
            actor=_ACTOR,
        )
        return run_import(imported.pk, actor=_ACTOR)

    def _print(self, imported: Import) -> None:
        self._print_reading(imported)
        for name in _COUNTS:
            self.stdout.write(f"{name:>10} {getattr(imported, name)}")
        for state, number in sorted(imported.summary.get("states", {}).items()):
            self.stdout.write(f"  the file says {state}: {number}")
        for word, number in sorted(imported.summary.get("words", {}).items()):
            self.stdout.write(f"  unknown state {word!r}, not written to: {number}")
        for row in refused_rows(imported.pk)[:_SHOWN]:
            reason = row_reason(row.code, row.column, row.detail)
            self.stdout.write(f"  {place_of(row.line, row.part)}: {reason}")
        if imported.error_file:
            self.stdout.write(
                f"Refused rows, to mend and send again: {imported.error_file.path}"
            )
        if not imported.dry_run:
            self.stdout.write(f"To undo it: bin/perenne import undo {imported.pk}")

    def _print_reading(self, imported: Import) -> None:
        if imported.dry_run:
            self.stdout.write("Dry run: nothing was written.")
        layout = imported.layout
        for table in layout["tables"]:
            self.stdout.write(
                f"{table['name'] or imported.file_name}: {FORMATS[layout['format']].label}, "
                f"{table['encoding']}, columns separated by {table['delimiter']!r}, "
                f"decimal sign {layout['decimal_sign']!r}, "
                f"{'day' if layout['day_first'] else 'month'} first"
                + (f", all {table['state']}" if table["state"] else "")
            )


def _choices(options: dict[str, Any]) -> Choices:
    delimiter = _DELIMITERS.get(options["delimiter"], options["delimiter"])
    if delimiter not in {"", *_DELIMITERS.values()}:
        raise CommandError(
            f"--delimiter {delimiter}: write {', '.join(_DELIMITERS)}.", returncode=2
        )
    return Choices(
        source=options["format"],
        encoding=options["encoding"],
        delimiter=delimiter,
        decimal_sign=options["decimal"],
        day_first=options["dates"] and options["dates"] == "day-first",
    )


def _named(pairs: list[str], imported: Import) -> dict[str, str]:
    """Return column → target of --map; FIELD=COLUMN is understood too."""
    columns = set(imported.layout["columns"])
    mapping: dict[str, str] = {}
    for pair in pairs:
        column, separator, name = pair.rpartition("=")
        if column not in columns:
            name, separator, column = pair.partition("=")
        target = target_named(name)
        if not separator or column not in columns or target is None:
            raise CommandError(
                f"--map {pair}: write COLUMN=FIELD with a column of the file and one of "
                f"{', '.join(TARGETS)}, field:NAME or new:text.",
                returncode=2,
            )
        mapping[column] = target
    # A column named here takes the place from the one that was proposed for it.
    taken = {
        known: ""
        for known, target in imported.mapping.items()
        if target in mapping.values() and known not in mapping and target in ALONE
    }
    return taken | mapping


def _answer(imported: Import | None) -> dict[str, Any]:
    """Return what --json prints."""
    if imported is None:
        counts: dict[str, Any] = dict.fromkeys(_COUNTS[:-1], 0)
        return counts | {"refused": [], "error_file": None}
    return {
        "import": imported.pk,
        "format": imported.layout["format"],
        "rows": imported.rows,
        "created": imported.created,
        "updated": imported.updated,
        "unchanged": imported.unchanged,
        **imported.summary,
        "refused": [
            {
                "line": row.line,
                **({"table": row.part} if row.part else {}),
                "reason": row_reason(row.code, row.column, row.detail),
            }
            for row in refused_rows(imported.pk).iterator()
        ],
        "error_file": imported.error_file.path if imported.error_file else None,
    }
