"""Run an import in a stream: a thousand rows, one transaction, one row of the journal.

An import that is killed goes on after its last batch: the journal's row is written with
the contacts, so nothing is done twice and the counts stay true.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import batched
from typing import IO, TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.tasks import task

from perenne.audience.api import (
    FieldValue,
    ImportedContact,
    ValueInvalid,
    Writing,
    custom_fields,
    import_batch,
    open_import,
    read_value,
)
from perenne.core import clock, log
from perenne.people.api import normal_address
from perenne.portability.actions.errors import write_error_file
from perenne.portability.actions.seen import SeenAddresses
from perenne.portability.domain.archives import open_table
from perenne.portability.domain.contacts import (
    CellRefused,
    ParsedContact,
    Plan,
    RefusedRow,
    parse_contact,
)
from perenne.portability.domain.files import file_from
from perenne.portability.domain.states import State
from perenne.portability.domain.tables import Row, read_rows
from perenne.portability.models import Import, ImportBatch, ImportRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from perenne.audience.api import ImportJob
    from perenne.portability.domain.files import ContactFile, Table

_BATCH = 1000
_COUNTED = ("rows", "created", "updated", "unchanged", "refused")
_SUBSCRIBED = {
    State.SUBSCRIBED: True,
    State.UNSUBSCRIBED: False,
    State.COMPLAINED: False,
    State.BOUNCED: None,
    State.UNKNOWN: None,
}
_SUPPRESS = {State.BOUNCED: "bounced", State.COMPLAINED: "complained"}

Line = tuple[str, Row, ParsedContact | RefusedRow]


@dataclass(slots=True)
class _Run:
    """One run over a file: what was done so far, and how far it was read."""

    imported: Import
    file: ContactFile
    actor: str
    job: ImportJob | None = None
    position: int = 0
    counts: dict[str, Any] = field(
        default_factory=lambda: dict.fromkeys(_COUNTED, 0) | {"states": {}, "words": {}}
    )

    def add(self, counts: dict[str, Any]) -> None:
        """Add a batch's counts."""
        for name in _COUNTED:
            self.counts[name] += counts[name]
        for name in ("states", "words"):
            for key, number in counts[name].items():
                known = self.counts[name]
                if key in known or len(known) < _MOST_WORDS:
                    known[key] = known.get(key, 0) + number


_MOST_WORDS = 50


def run_import(import_id: int, *, actor: str) -> Import:
    """Do the queued import to its end and write its error file; may run twice.

    Commits batch by batch. If the file cannot be read to its end what was committed stays,
    and running it again goes on from there; an import that is done is left alone.
    """
    claimed = Import.objects.filter(
        pk=import_id,
        state__in=[Import.State.QUEUED, Import.State.RUNNING, Import.State.FAILED],
    ).update(state=Import.State.RUNNING, problem="")
    imported = Import.objects.get(pk=import_id)
    if not claimed:
        return imported
    run = _Run(imported, file_from(imported.layout, imported.mapping), actor)
    done = _take_up(run)
    plans = [_plan(run, table) for table in run.file.tables]
    with imported.file.open("rb") as stream, SeenAddresses() as seen:
        for number, (lines, position) in enumerate(
            _ahead(_read(stream, run, plans, seen=seen))
        ):
            if number >= done and not _import(run, number, lines):
                return imported  # another worker does it
            run.position = position
            _show_progress(run)
    write_error_file(imported, run.file)
    _finish(run)
    imported.refresh_from_db()
    return imported


def _take_up(run: _Run) -> int:
    """Count what is in already; return how many batches. A dry run begins anew."""
    if run.imported.dry_run:
        ImportRow.objects.filter(imported=run.imported).delete()
        return 0
    batches = ImportBatch.objects.filter(imported=run.imported).order_by("number")
    number = 0
    for counts in batches.values_list("counts", flat=True).iterator():
        run.add(counts)
        number += 1
    return number


def _show_progress(run: _Run) -> None:
    Import.objects.filter(pk=run.imported.pk).update(
        bytes_done=run.position, **{name: run.counts[name] for name in _COUNTED}
    )


@transaction.atomic
def _finish(run: _Run) -> None:
    summary = {"states": run.counts["states"], "words": run.counts["words"]}
    counts = {name: run.counts[name] for name in _COUNTED}
    Import.objects.filter(pk=run.imported.pk).update(
        state=Import.State.DONE, finished_at=clock.now(), summary=summary, **counts
    )
    log.record(
        "portability.import_done", actor=run.actor, obj=run.imported, counts=counts
    )


def _ahead[T](items: Iterator[T]) -> Iterator[T]:
    """Yield items, the next one being made while the last is used.

    They are made in a thread of their own, which must not touch the database. It pays where
    the database works in a process of its own; SQLite works in ours and would be disturbed.
    """
    if connection.vendor == "sqlite":
        yield from items
        return
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = reader.submit(next, items, None)
            yield item


def _read(
    stream: IO[bytes], run: _Run, plans: list[Plan], *, seen: SeenAddresses
) -> Iterator[tuple[list[Line], int]]:
    """Yield batches of lines of all tables in order, and how far the file is read then."""
    position = 0

    def lines() -> Iterator[Line]:
        nonlocal position
        before = 0
        for table, plan in zip(run.file.tables, plans, strict=True):
            with open_table(stream, table.name) as opened:
                for row in read_rows(opened, table.layout):
                    position = before + opened.tell()
                    yield table.name, row, parse_contact(row, plan)
            before += table.size

    for batch in batched(lines(), _BATCH):
        yield _marked(batch, seen), position


def _plan(run: _Run, table: Table) -> Plan:
    columns = set(table.layout.columns)
    spread = {c for c, target in run.file.mapping.items() if target == "json"}
    return Plan(
        mapping={
            column: target
            for column, target in run.file.mapping.items()
            if target and (column in columns or column.partition(".")[0] in spread)
        },
        source=run.file.source,
        state=table.state,
        silent=State(run.imported.options.get("silent") or State.UNKNOWN),
        habits=run.file.habits,
        readers=_readers(run.file),
        normalise=normal_address,
        now=clock.now(),
    )


def _readers(file: ContactFile) -> dict[str, Callable[[str], FieldValue | None]]:
    """Return how the cells of columns that fill custom fields are read."""
    known = {f"field:{field.pk}": field for field in custom_fields()}
    writing = Writing(file.habits.decimal_sign, day_first=file.habits.day_first)

    def reader(kind: str, choices: list[str]) -> Callable[[str], FieldValue | None]:
        def read(text: str) -> FieldValue | None:
            try:
                return read_value(text, kind, choices=choices, writing=writing)
            except ValueInvalid as invalid:
                raise CellRefused(invalid.code) from invalid

        return read

    readers = {}
    for column, target in file.mapping.items():
        if target in known:
            readers[column] = reader(known[target].kind, known[target].choices)
        elif target.startswith("new:"):
            readers[column] = reader(target.removeprefix("new:"), [])
    return readers


def _marked(batch: Iterable[Line], seen: SeenAddresses) -> list[Line]:
    """Return the rows; a contact whose address stood before is refused."""
    lines = list(batch)
    contacts = [
        (n, table, parsed)
        for n, (table, _row, parsed) in enumerate(lines)
        if isinstance(parsed, ParsedContact)
    ]
    places = seen.first_places(
        (parsed.email, _place(table, parsed.line)) for _n, table, parsed in contacts
    )
    for (n, table, parsed), first in zip(contacts, places, strict=True):
        if first != _place(table, parsed.line):
            refusal = RefusedRow(parsed.line, "duplicate", "", first)
            lines[n] = (table, lines[n][1], refusal)
    return lines


def _place(table: str, line: int) -> str:
    return f"{line} ({table})" if table else str(line)


def _import(run: _Run, number: int, lines: list[Line]) -> bool:
    """Write a batch with its row of the journal; False when somebody else just did."""
    try:
        with transaction.atomic():
            counts = _write(run, number, lines)
    except IntegrityError:
        if ImportBatch.objects.filter(imported=run.imported, number=number).exists():
            return False
        raise
    run.add(counts)
    return True


def _write(run: _Run, number: int, lines: list[Line]) -> dict[str, Any]:
    imported = run.imported
    contacts = [
        _contact(run, table, parsed)
        for table, _row, parsed in lines
        if isinstance(parsed, ParsedContact)
    ]
    with transaction.atomic():
        # What a dry run made known is taken back with its batch: asked for anew each time.
        if run.job is None or imported.dry_run:
            run.job = open_import(
                basis=imported.basis, source=_source(run), actor=run.actor
            )
        done, effects = import_batch(contacts, run.job, now=clock.now())
        if imported.dry_run:
            transaction.set_rollback(True)
    refused = [
        _refused_row(imported, parsed, table=table, row=row)
        for table, row, parsed in lines
        if isinstance(parsed, RefusedRow)
    ]
    ImportRow.objects.bulk_create(refused)
    counts = {
        "rows": len(lines),
        "created": done.created,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "refused": len(refused),
    } | _said(lines)
    if not imported.dry_run:
        ImportBatch.objects.create(
            imported=imported, number=number, counts=counts, effects=effects.as_json()
        )
    return counts


def _source(run: _Run) -> str:
    """Return the short name of the origin: the tool, or the file when nobody knows it."""
    key = run.file.source.key
    return run.imported.file_name if key == "csv" else key


def _said(lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """Count what the rows say about states, and words of state that nobody knows."""
    states: dict[str, int] = {}
    words: dict[str, int] = {}
    for _table, _row, parsed in lines:
        if isinstance(parsed, ParsedContact):
            states[parsed.state.value] = states.get(parsed.state.value, 0) + 1
            if parsed.word:
                words[parsed.word] = words.get(parsed.word, 0) + 1
    return {"states": states, "words": words}


def _contact(run: _Run, table: str, parsed: ParsedContact) -> ImportedContact:
    imported, mapping = run.imported, run.file.mapping
    tags = (*imported.options.get("tags", ()), *parsed.labels)
    if parsed.paid:
        tags = (*tags, f"paid: {run.file.source.label}")
    evidence = {"import": imported.pk, "line": parsed.line} | parsed.evidence
    if table:
        evidence["table"] = table
    return ImportedContact(
        email=parsed.email,
        name=parsed.name,
        created_at=parsed.created_at,
        subscribed=_SUBSCRIBED[parsed.state],
        suppress=_SUPPRESS.get(parsed.state, ""),
        tags=tags,
        note=parsed.note,
        fields={
            int(mapping[column].removeprefix("field:")): value
            for column, value in parsed.fields.items()
            if mapping[column].startswith("field:")
        },
        touch=parsed.touch,
        evidence=evidence,
    )


def _refused_row(
    imported: Import, refused: RefusedRow, *, table: str, row: Row
) -> ImportRow:
    return ImportRow(
        imported=imported,
        part=table,
        line=refused.line,
        code=refused.code,
        column=refused.column[:200],
        detail=_storable(refused.detail)[:200],
        cells=[_storable(cell) for cell in row.raw],
    )


def _storable(text: str) -> str:
    """Return text that every database keeps: bytes that were none become U+FFFD."""
    kept = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return kept.replace("\x00", "\ufffd")


@task
def import_in_background(import_id: int, actor: str) -> None:
    """Run a queued import in the worker; a second run adds nothing."""
    try:
        run_import(import_id, actor=actor)
    except Exception:  # whatever it is, the owner must not see it run for ever
        Import.objects.filter(pk=import_id).update(
            state=Import.State.FAILED, problem="unreadable"
        )
        raise
