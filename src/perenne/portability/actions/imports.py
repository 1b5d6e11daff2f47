"""Take in a file of contacts: understand it, say how it is read, start, go on (OP1)."""

from __future__ import annotations

import re
from hashlib import file_digest
from typing import IO, TYPE_CHECKING

from django.core.files import File
from django.db import transaction
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from perenne.audience.api import FieldKind, add_custom_field, custom_fields
from perenne.core import log
from perenne.core.errors import Refusal
from perenne.portability.domain.files import Choices, doubled, file_from, understand
from perenne.portability.domain.formats.base import TARGETS
from perenne.portability.domain.states import State
from perenne.portability.domain.tables import UnreadableTable
from perenne.portability.models import Import, ImportBatch, ImportRow
from perenne.portability.queries import file_reason, remembered_mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from perenne.portability.domain.files import ContactFile

_LONGEST_FIELD_NAME, _LONGEST_TAG, _MOST_TAGS = 60, 100, 20
_MADE = re.compile(
    r"field:\d+|new:(text|number|date|yes_no)|touch:(utm_[a-z]+|page|referrer)"
)


class FileRefused(Refusal):
    """The file as a whole cannot be imported; nothing was changed."""

    field = "file"

    def __init__(self, code: str) -> None:
        """Keep the stable code and its sentence."""
        self.code = code
        super().__init__(file_reason(code), code=code)


class MappingRefused(Refusal):
    """The mapping names no address column, or a column or place that there is not."""

    sentence = _("Choose the column that holds the e-mail addresses.")
    field = "email"


class TwoColumnsForOne(Refusal):
    """Two columns cannot both be somebody's address or date."""

    sentence = _("Two columns go to the same place. Leave one of them out.")


class ImportAlreadyStarted(Refusal):
    """The import was started before; nothing was changed."""

    sentence = _("This import was started before.")


def inspect_file(
    stream: IO[bytes], *, file_name: str, choices: Choices | None = None
) -> ContactFile:
    """Return what a file is, with the mapping that was used for such columns last time.

    Raises  FileRefused
    """
    try:
        found = understand(stream, file_name=file_name, choices=choices)
    except UnreadableTable as error:
        raise FileRefused(error.reason) from error
    by_name = {field.name.casefold(): field.pk for field in custom_fields()}
    for column, target in found.mapping.items():
        known = by_name.get(column[:_LONGEST_FIELD_NAME].casefold())
        if known and target in {"", "new:text"}:
            found.mapping[column] = f"field:{known}"
    ids = {f"field:{pk}" for pk in by_name.values()}
    for column, target in remembered_mapping(found.columns_key()).items():
        if column in found.mapping and (
            target in ids or not target.startswith("field:")
        ):
            found.mapping[column] = target
    return found


@transaction.atomic
def add_import(
    stream: IO[bytes],
    *,
    file_name: str,
    choices: Choices | None = None,
    now: datetime,
    actor: str,
    user_id: int | None = None,
) -> Import:
    """Keep a file that is to be imported, with what was understood of it.

    Raises  FileRefused: nothing was kept
    """
    found = inspect_file(stream, file_name=file_name, choices=choices)
    stream.seek(0)
    digest = file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    stream.seek(0)
    imported = Import(
        file_name=file_name[:255],
        digest=digest,
        added_at=now,
        started_by_id=user_id,
        **_understood(found),
    )
    imported.file.save("contacts", File(stream), save=False)
    imported.save()
    log.record("portability.import_added", actor=actor, obj=imported, at=now)
    return imported


def _understood(found: ContactFile) -> dict[str, object]:
    return {
        "mapping": found.mapping,
        "columns_key": found.columns_key(),
        "layout": found.as_json(),
        "bytes_total": sum(table.size for table in found.tables),
    }


@transaction.atomic
def reread_import(
    imported: Import, *, choices: Choices, now: datetime, actor: str
) -> Import:
    """Read the file of an import that has not begun in another way.

    Raises  FileRefused, ImportAlreadyStarted: nothing was changed
    """
    with imported.file.open("rb") as stream:
        found = inspect_file(stream, file_name=imported.file_name, choices=choices)
    if not startable(imported.pk).update(**_understood(found)):
        raise ImportAlreadyStarted
    imported.refresh_from_db()
    log.record("portability.import_reread", actor=actor, obj=imported, at=now)
    return imported


def startable(import_id: int) -> QuerySet[Import]:
    """Return the import if nothing of it is in yet and it is not on its way."""
    begun = ImportBatch.objects.filter(imported_id=import_id)
    return Import.objects.filter(pk=import_id).filter(
        ~Q(Exists(begun)),
        Q(state__in=[Import.State.UPLOADED, Import.State.FAILED])
        | Q(state=Import.State.DONE, dry_run=True),
    )


@transaction.atomic
def start_import(
    imported: Import,
    *,
    basis: str,
    mapping: Mapping[str, str],
    dry_run: bool,
    tags: Iterable[str] = (),
    silent: str = "",
    now: datetime,
    actor: str,
) -> None:
    """Queue the import with its declared basis (R19) and its mapping.

    A dry run may be followed by the real one; a real one starts once. Custom fields that
    the mapping asks for are made by the real one.

    mapping  the file's column → where it goes; "" leaves it out
    tags     for everybody in the file
    silent   "subscribed" or "unknown": those for whom the file says nothing; "" as the
             tool's files mean it
    Raises   MappingRefused, TwoColumnsForOne, ImportAlreadyStarted: nothing was changed
    """
    chosen = _checked(imported, mapping)
    options: dict[str, object] = {
        "tags": [" ".join(tag.split())[:_LONGEST_TAG] for tag in tags if tag.strip()][
            :_MOST_TAGS
        ],
        "silent": State(silent).value if silent else _silent(imported),
    }
    if not startable(imported.pk).update(
        state=Import.State.QUEUED,
        basis=Import.Basis(basis),
        dry_run=dry_run,
        problem="",
    ):
        raise ImportAlreadyStarted
    if not dry_run:
        chosen, options["new_fields"] = _with_fields(chosen, now=now, actor=actor)
    Import.objects.filter(pk=imported.pk).update(mapping=chosen, options=options)
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


def _silent(imported: Import) -> str:
    source = file_from(imported.layout, imported.mapping).source
    return (State.SUBSCRIBED if source.vouched else State.UNKNOWN).value


def _checked(imported: Import, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping over all columns of the file.

    Raises  MappingRefused, TwoColumnsForOne
    """
    columns = imported.layout["columns"]
    targets = list(mapping.values())
    known = {"", *TARGETS}
    if (
        "email" not in targets
        or not set(mapping) <= set(columns)
        or any(t not in known and not _MADE.fullmatch(t) for t in targets)
    ):
        raise MappingRefused
    if doubled(mapping):
        raise TwoColumnsForOne
    return {column: mapping.get(column, "") for column in columns}


def _with_fields(
    mapping: dict[str, str], *, now: datetime, actor: str
) -> tuple[dict[str, str], list[int]]:
    """Return the mapping with its new custom fields made, and their ids."""
    by_name = {field.name.casefold(): field.pk for field in custom_fields()}
    made: list[int] = []
    for column, target in mapping.items():
        if not target.startswith("new:"):
            continue
        name = " ".join(column.split())[:_LONGEST_FIELD_NAME].strip()
        if name.casefold() not in by_name:
            kind = FieldKind(target.removeprefix("new:"))
            field = add_custom_field(name=name, kind=kind, actor=actor, now=now)
            by_name[name.casefold()] = field.pk
            made.append(field.pk)
        mapping[column] = f"field:{by_name[name.casefold()]}"
    return mapping, made


@transaction.atomic
def go_on_with_import(imported: Import, *, now: datetime, actor: str) -> None:
    """Queue an import that stopped half-way; what is in stays and is not done again.

    Raises  ImportAlreadyStarted: it has not stopped
    """
    stopped = Import.objects.filter(pk=imported.pk, state=Import.State.FAILED)
    if not stopped.exclude(basis="").update(state=Import.State.QUEUED, problem=""):
        raise ImportAlreadyStarted
    imported.refresh_from_db()
    log.record("portability.import_resumed", actor=actor, obj=imported, at=now)
