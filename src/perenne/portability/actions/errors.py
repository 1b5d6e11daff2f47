"""The error file of an import: the refused rows in the file's own columns, with reasons."""

from __future__ import annotations

import csv
import io
import tempfile
from typing import TYPE_CHECKING

from django.core.files import File
from django.utils.translation import gettext as _

from perenne.portability.domain.tables import safe_cell
from perenne.portability.queries import refused_rows, row_reason

if TYPE_CHECKING:
    from perenne.portability.domain.tables import Layout
    from perenne.portability.models import Import


def write_error_file(imported: Import, layout: Layout) -> None:
    """Write the refused rows to a CSV that can be mended and sent again.

    UTF-8 with a mark (spreadsheets need it), the delimiter of the input, its columns and a
    last one with line and reason; formulas are made harmless (OP11). No file without rows.
    """
    rows = refused_rows(imported.pk)
    if imported.error_file:
        imported.error_file.delete(save=False)
    if not rows.exists():
        imported.error_file = ""
        imported.save(update_fields=["error_file"])
        return
    width = len(layout.columns)
    with tempfile.TemporaryFile() as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        writer = csv.writer(text, delimiter=layout.delimiter)
        writer.writerow([*map(safe_cell, layout.columns), _("error")])
        for row in rows.iterator():
            cells = [safe_cell(str(cell)) for cell in row.cells[:width]]
            cells += [""] * (width - len(cells))
            reason = row_reason(row.code, row.column, row.detail)
            line = _("line %(line)s") % {"line": row.line}
            writer.writerow([*cells, f"{line}: {reason}"])
        text.flush()
        text.detach()
        stream.seek(0)
        imported.error_file.save("errors.csv", File(stream), save=False)
    imported.save(update_fields=["error_file"])
