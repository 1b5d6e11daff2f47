"""CSV files that a spreadsheet opens as text, never as a formula (OP11)."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    def write(self, text: str) -> str:
        return text


def safe_cell(value: object) -> str:
    """Return a cell's text; what a spreadsheet would run gets an apostrophe in front.

    A plain number keeps its sign: -12.50 stays a number.
    """
    text = "" if value is None else str(value)
    number = text.removeprefix("-").replace(".", "", 1)
    if number.isascii() and number.isdigit():
        return text
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def csv_response(
    filename: str, header: Iterable[object], rows: Iterable[Iterable[object]]
) -> StreamingHttpResponse:
    """Stream rows as UTF-8 CSV, in bounded memory, as a file to keep."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # spreadsheets read UTF-8 by this mark only
        yield str(writer.writerow([safe_cell(cell) for cell in header]))
        for row in rows:
            yield str(writer.writerow([safe_cell(cell) for cell in row]))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "no-store"
    return response
