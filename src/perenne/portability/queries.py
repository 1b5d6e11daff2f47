"""Reads about imports, and the sentences for their refused rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from perenne.portability.models import Import, ImportRow

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
    return ImportRow.objects.filter(imported_id=import_id).order_by("line")


def percent_done(imported: Import) -> int:
    """Return how much of the file was read, 0 to 100."""
    if imported.state == Import.State.DONE:
        return 100
    return min(99, 100 * imported.bytes_done // max(1, imported.bytes_total))


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
        "unreadable": _(
            "The file could not be read to its end. Nothing is lost: try again."
        ),
    }[code]
