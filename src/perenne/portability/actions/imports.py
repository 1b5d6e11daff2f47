"""Bring in contacts from a file: check, import in a stream, answer row by row (OP1).

The file is read once, a thousand rows at a time; each batch is one transaction of the
audience. An import that is killed and run again adds nothing twice: the same rows are then
"unchanged".
"""

from __future__ import annotations

from itertools import batched
from typing import IO, TYPE_CHECKING

from django.core.files import File
from django.db import transaction
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.audience.api import ImportedContact, import_contacts
from perenne.core import clock, log
from perenne.core.errors import Refusal
from perenne.people.api import normal_address
from perenne.portability.actions.errors import write_error_file
from perenne.portability.domain.contacts import (
    FIELDS,
    ParsedContact,
    RefusedRow,
    address_column,
    match_columns,
    parse_contact,
)
from perenne.portability.domain.tables import (
    Layout,
    Row,
    UnreadableTable,
    detect_layout,
    read_rows,
)
from perenne.portability.models import Import, ImportRow
from perenne.portability.queries import file_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

_BATCH = 1000
_SAMPLE_ROWS = 100


class FileRefused(Refusal):
    """The file as a whole cannot be imported; nothing was changed."""

    field = "file"

    def __init__(self, code: str) -> None:
        """Keep the stable code and its sentence."""
        self.code = code
        super().__init__(file_reason(code), code=code)


class MappingRefused(Refusal):
    """The mapping names no address column, or a column that the file has not."""

    sentence = _("Choose the column that holds the e-mail addresses.")
    field = "email"


class ImportAlreadyStarted(Refusal):
    """The import was started before; nothing was changed."""

    sentence = _("This import was started before.")


def inspect_file(stream: IO[bytes]) -> tuple[Layout, dict[str, str], list[Row]]:
    """Return layout, proposed mapping (may lack "email") and the first rows.

    Raises  FileRefused: empty, no_header or binary
    """
    try:
        layout = detect_layout(stream)
    except UnreadableTable as error:
        raise FileRefused(error.reason) from error
    sample = [
        row
        for row, _n in zip(read_rows(stream, layout), range(_SAMPLE_ROWS), strict=False)
    ]
    mapping = match_columns(layout.columns)
    if "email" not in mapping and (found := address_column(sample)):
        mapping = {ours: theirs for ours, theirs in mapping.items() if theirs != found}
        mapping["email"] = found
    return layout, mapping, sample


@transaction.atomic
def add_import(
    stream: IO[bytes],
    *,
    file_name: str,
    now: datetime,
    actor: str,
    user_id: int | None = None,
) -> Import:
    """Keep a file that is to be imported, with what was detected about it.

    Raises  FileRefused: nothing was kept
    """
    layout, mapping, _sample = inspect_file(stream)
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    imported = Import(
        file_name=file_name[:255],
        mapping=mapping,
        layout={
            "encoding": layout.encoding,
            "delimiter": layout.delimiter,
            "columns": list(layout.columns),
        },
        bytes_total=size,
        added_at=now,
        started_by_id=user_id,
    )
    imported.file.save("contacts.csv", File(stream), save=False)
    imported.save()
    log.record("portability.import_added", actor=actor, obj=imported, at=now)
    return imported


@transaction.atomic
def start_import(
    imported: Import,
    *,
    basis: str,
    mapping: Mapping[str, str],
    dry_run: bool,
    now: datetime,
    actor: str,
) -> None:
    """Queue the import with its declared basis (R19) and its mapping.

    A dry run may be followed by the real one; a real one starts once.

    Raises  MappingRefused, ImportAlreadyStarted: nothing was changed
    """
    columns = set(imported.layout["columns"])
    chosen = {ours: theirs for ours, theirs in mapping.items() if theirs}
    if "email" not in chosen or not set(chosen.values()) <= columns:
        raise MappingRefused
    startable = Import.objects.filter(pk=imported.pk).exclude(
        state__in=[Import.State.QUEUED, Import.State.RUNNING]
    )
    if not startable.exclude(state=Import.State.DONE, dry_run=False).update(
        state=Import.State.QUEUED,
        basis=Import.Basis(basis),
        mapping={name: chosen[name] for name in FIELDS if name in chosen},
        dry_run=dry_run,
        problem="",
    ):
        raise ImportAlreadyStarted
    ImportRow.objects.filter(imported=imported).delete()
    imported.refresh_from_db()
    log.record(
        "portability.import_started",
        actor=actor,
        obj=imported,
        at=now,
        basis=basis,
        dry_run=dry_run,
    )


def run_import(import_id: int, *, actor: str) -> Import:
    """Do the queued import to its end and write its error file; may run twice.

    Commits batch by batch. If the file cannot be read to its end the import is FAILED,
    what was committed stays, and running it again adds nothing twice.
    """
    Import.objects.filter(pk=import_id).update(state=Import.State.RUNNING)
    imported = Import.objects.get(pk=import_id)
    layout = Layout(
        imported.layout["encoding"],
        imported.layout["delimiter"],
        tuple(imported.layout["columns"]),
    )
    counts = dict.fromkeys(("rows", "created", "updated", "unchanged", "refused"), 0)
    with imported.file.open("rb") as stream:
        parsed = _parsed(read_rows(stream, layout), imported.mapping)
        for batch in batched(parsed, _BATCH):
            _import_batch(imported, batch, counts, actor=actor)
            position = stream.tell()
            Import.objects.filter(pk=import_id).update(bytes_done=position, **counts)
    write_error_file(imported, layout)
    Import.objects.filter(pk=import_id).update(
        state=Import.State.DONE, finished_at=clock.now(), **counts
    )
    imported.refresh_from_db()
    log.record("portability.import_done", actor=actor, obj=imported, counts=counts)
    return imported


def _parsed(
    rows: Iterable[Row], mapping: Mapping[str, str]
) -> Iterator[tuple[Row, ParsedContact | RefusedRow]]:
    """Yield each row with its contact or refusal; a repeated address is refused."""
    now, first_line = clock.now(), dict[int, int]()
    for row in rows:
        parsed = parse_contact(row, mapping, normalise=normal_address, now=now)
        if isinstance(parsed, ParsedContact):
            line = first_line.setdefault(hash(parsed.email), parsed.line)
            if line != parsed.line:
                column = mapping["email"]
                parsed = RefusedRow(parsed.line, "duplicate", column, str(line))
        yield row, parsed


def _import_batch(
    imported: Import,
    batch: Iterable[tuple[Row, ParsedContact | RefusedRow]],
    counts: dict[str, int],
    *,
    actor: str,
) -> None:
    contacts = [parsed for _row, parsed in batch if isinstance(parsed, ParsedContact)]
    refused = [(row, parsed) for row, parsed in batch if isinstance(parsed, RefusedRow)]
    with transaction.atomic():
        done = import_contacts(
            [_imported_contact(contact) for contact in contacts],
            basis=imported.basis,
            source=imported.file_name,
            actor=actor,
            now=clock.now(),
        )
        if imported.dry_run:
            transaction.set_rollback(True)
    ImportRow.objects.bulk_create(
        [_refused_row(imported, row, parsed) for row, parsed in refused],
        ignore_conflicts=True,
    )
    counts["rows"] += len(contacts) + len(refused)
    counts["refused"] += len(refused)
    for key in ("created", "updated", "unchanged"):
        counts[key] += getattr(done, key)


def _imported_contact(contact: ParsedContact) -> ImportedContact:
    return ImportedContact(
        email=contact.email,
        name=contact.name,
        created_at=contact.created_at,
        subscribed=contact.subscribed,
        tags=contact.labels,
        note=contact.note,
        extra=contact.extra,
    )


def _refused_row(imported: Import, row: Row, refused: RefusedRow) -> ImportRow:
    cells = [
        cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for cell in row.raw
    ]
    return ImportRow(
        imported=imported,
        line=refused.line,
        code=refused.code,
        column=refused.column[:200],
        detail=refused.detail[:200].encode("utf-8", "replace").decode(),
        cells=[cell.replace("\x00", "\ufffd") for cell in cells],
    )


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
