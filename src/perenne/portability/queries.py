"""Reads about imports, and the sentences for their refused rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from perenne.audience.api import FieldKind, custom_fields
from perenne.portability.domain.formats.base import TARGETS
from perenne.portability.models import Import, ImportBatch, ImportRow

if TYPE_CHECKING:
    from django.db.models import QuerySet


def imports() -> QuerySet[Import]:
    """Return all imports."""
    return Import.objects.select_related("started_by")


def import_by_id(import_id: int) -> Import | None:
    """Return one import, or None."""
    return Import.objects.filter(pk=import_id).first()


def refused_rows(import_id: int) -> QuerySet[ImportRow]:
    """Return the refused rows of an import in the file's order."""
    rows = ImportRow.objects.filter(imported_id=import_id)
    return rows.order_by("part", "line")


def remembered_mapping(columns_key: str) -> dict[str, str]:
    """Return how the columns of the last such file were sent, {} when there was none."""
    started = Import.objects.filter(columns_key=columns_key).exclude(basis="")
    return started.order_by("-pk").values_list("mapping", flat=True).first() or {}


def target_named(name: str) -> str | None:
    """Return the target that a name typed by hand means; None when there is none.

    "field:Trade" names a custom field by its name.
    """
    kind, _colon, rest = name.partition(":")
    if kind == "field":
        found = custom_fields().filter(name__iexact=rest).first()
        return f"field:{found.pk}" if found else None
    known = {"", *TARGETS, *(f"new:{kind}" for kind in FieldKind if kind != "choice")}
    return name if name in known or kind == "touch" else None


def earlier_import(imported: Import) -> Import | None:
    """Return the last import of the very same file that is in, or None."""
    same = Import.objects.filter(
        digest=imported.digest, dry_run=False, state=Import.State.DONE
    )
    return same.exclude(pk=imported.pk).order_by("-pk").first()


def unfinished_import(digest: str) -> Import | None:
    """Return the import of that file that stopped half-way, or None."""
    stopped = Import.objects.filter(
        digest=digest,
        dry_run=False,
        state__in=[Import.State.QUEUED, Import.State.RUNNING, Import.State.FAILED],
    )
    return stopped.order_by("-pk").first()


def has_batches(import_id: int) -> bool:
    """Tell whether anything of an import is in and not undone."""
    return ImportBatch.objects.filter(imported_id=import_id, undone_at=None).exists()


def percent_done(imported: Import) -> int:
    """Return how much of the file was read, or of the import undone, 0 to 100."""
    if imported.state == Import.State.DONE:
        return 100
    if imported.state == Import.State.UNDOING:
        batches = ImportBatch.objects.filter(imported=imported)
        done = batches.filter(undone_at__isnull=False).count()
        return min(99, 100 * done // max(1, batches.count()))
    return min(99, 100 * imported.bytes_done // max(1, imported.bytes_total))


def place_of(line: int, part: str) -> str:
    """Return where a row stands, in words: "line 12", "line 12 of cleaned.csv"."""
    if part:
        return _("line %(line)s of %(table)s") % {"line": line, "table": part}
    return _("line %(line)s") % {"line": line}


def row_reason(code: str, column: str = "", detail: str = "") -> str:
    """Return why a row was refused, as a sentence in the active language."""
    sentences = {
        "email_missing": _("There is no e-mail address."),
        "email_invalid": _("“%(detail)s” is not an e-mail address."),
        "not_boolean": _("%(column)s: “%(detail)s” is neither true nor false."),
        "date_invalid": _("%(column)s: “%(detail)s” is not a date."),
        "date_future": _("%(column)s: %(detail)s lies in the future."),
        "duplicate": _("The same address stands on line %(detail)s."),
        "bytes": _("The row contains bytes that are not text."),
        "too_many_cells": _("The row has more cells than the file has columns."),
        "too_long": _("%(column)s is too long."),
        "not_json": _("%(column)s: the cell is not valid JSON."),
        "not_number": _("%(column)s: “%(detail)s” is not a number."),
        "not_date": _("%(column)s: “%(detail)s” is not a date."),
        "not_yes_no": _("%(column)s: “%(detail)s” is neither yes nor no."),
        "not_choice": _("%(column)s: “%(detail)s” is none of the field’s choices."),
        "unreadable": _("A quotation mark is missing or too many: no row to read."),
    }
    return sentences[code] % {"column": column, "detail": detail}


def file_reason(code: str) -> str:
    """Return why a whole file was refused, as a sentence in the active language."""
    return {
        "empty": _("The file is empty."),
        "no_header": _("The first line names no columns."),
        "binary": _("The file is not a CSV file. Export it as CSV and try again."),
        "no_address_column": _(
            "No column holds e-mail addresses. Name it and try again."
        ),
        "zip_broken": _(
            "The zip cannot be opened. Download it again and try once more."
        ),
        "zip_too_large": _(
            "The zip holds more than 2 GB. Import its files one by one."
        ),
        "zip_empty": _("The zip holds no CSV file with e-mail addresses."),
        "unreadable": _(
            "The file could not be read to its end. Nothing is lost: try again."
        ),
    }[code]
