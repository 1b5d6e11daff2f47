"""The error file of an import: the refused rows in the file's own columns, with reasons."""

from __future__ import annotations

import csv
import io
import tempfile
from typing import TYPE_CHECKING

from django.core.files import File
from django.utils.translation import gettext as _

from perenne.portability.domain.tables import safe_cell
from perenne.portability.queries import place_of, refused_rows, row_reason

if TYPE_CHECKING:
    from perenne.portability.domain.files import ContactFile
    from perenne.portability.models import Import


def write_error_file(imported: Import, file: ContactFile) -> None:
    """Write the refused rows to a CSV that can be mended and sent again.

    UTF-8 with a mark (spreadsheets need it), the delimiter of the input, its columns and a
    last one with line and reason; formulas are made harmless (OP11). Where names of files
    tell the state, a column "status" does: else it would be lost. No file without rows.
    """
    rows = refused_rows(imported.pk)
    if imported.error_file:
        imported.error_file.delete(save=False)
    if not rows.exists():
        imported.error_file = ""
        imported.save(update_fields=["error_file"])
        return
    tables = {table.name: table for table in file.tables}
    columns = list(
        dict.fromkeys(c for table in file.tables for c in table.layout.columns)
    )
    told = any(table.state for table in file.tables) and "status" not in columns
    with tempfile.TemporaryFile() as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        writer = csv.writer(text, delimiter=file.tables[0].layout.delimiter)
        head = [*columns, *(["status"] if told else [])]
        writer.writerow([*map(safe_cell, head), _("error")])
        for row in rows.iterator():
            table = tables[row.part]
            named = dict(zip(table.layout.columns, row.cells, strict=False))
            cells = [safe_cell(str(named.get(column, ""))) for column in columns]
            if told:
                cells.append(table.state.value if table.state else "")
            reason = row_reason(row.code, row.column, row.detail)
            writer.writerow([*cells, f"{place_of(row.line, row.part)}: {reason}"])
        text.flush()
        text.detach()
        stream.seek(0)
        imported.error_file.save("errors.csv", File(stream), save=False)
    imported.save(update_fields=["error_file"])
