"""Read a CSV file that somebody else wrote: encoding, delimiter and rows, in a stream.

Nothing is guessed silently: what was detected is handed back to be shown, and a row that
cannot be read is answered with its line number and the reason.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SAMPLE_BYTES = 1 << 20
_NOT_A_TABLE = ("{", "[", "<")  # JSON, XML or a page: no header begins like this
DELIMITERS = ",;\t|"
_LONGEST_CELL = 131_072
# What is left of bytes that were no text, in other files and in UTF-16.
_NO_TEXT = (re.compile("[\x00\udc80-\udcff]"), re.compile("[\x00\ufffd]"))
ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("utf-8-sig", "UTF-8, BOM"),
    ("utf-16", "UTF-16, BOM"),
    ("utf-16-le", "UTF-16 LE"),
    ("utf-16-be", "UTF-16 BE"),
    ("cp1252", "Windows-1252"),
    ("mac_roman", "Mac Roman"),
)
# Letters of French and its neighbours: what stands there when a one-byte text is read right.
_EXPECTED = frozenset("éèêëàâäçîïôöûùüœæñáíóúßÉÈÊÀÂÇÔŒ’«»€…–—°")
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class UnreadableTable(ValueError):
    """The file as a whole cannot be read as a table; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        """Keep the code: empty, no_header, binary."""
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is written.

    encoding   Python codec name, BOM included
    delimiter  one character
    columns    header cells, trimmed, in order, made unique ("email", "email 2")
    """

    encoding: str
    delimiter: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One data row.

    line     1-based line of the file at which the row begins
    cells    column name → trimmed text; a missing trailing cell is ""
    raw      the cells as they stood
    problem  "" or a stable code: bytes, too_many_cells, unreadable
    """

    line: int
    cells: dict[str, str]
    raw: list[str] = field(default_factory=list)
    problem: str = ""


def detect_layout(
    stream: IO[bytes], *, encoding: str = "", delimiter: str = ""
) -> Layout:
    """Return how the file is written; the stream is rewound.

    UTF-8 when the first mebibyte is valid UTF-8, UTF-16 by its mark or its empty bytes,
    else Windows-1252 or Mac Roman, whichever gives more letters that French has.

    encoding, delimiter  of ENCODINGS and DELIMITERS, when they are known
    Raises  UnreadableTable: empty, no_header or binary
    """
    stream.seek(0)
    sample = stream.read(_SAMPLE_BYTES)
    stream.seek(0)
    if not sample.strip():
        raise UnreadableTable("empty")
    encoding = encoding or _encoding_of(sample)
    text = sample.decode(encoding, errors="replace")
    if _is_binary(text) or text.lstrip().startswith(_NOT_A_TABLE):
        raise UnreadableTable("binary")
    delimiter = delimiter or _delimiter_of(text)
    header = _header_of(text, delimiter)
    if not any(cell.strip() for cell in header):
        raise UnreadableTable("no_header")
    return Layout(encoding, delimiter, _unique(header))


def _is_binary(text: str) -> bool:
    """Tell a file of bytes from a table with a lost one, which costs its row only."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return "\x00" in head or text.count("\x00") * 100 > len(text)


def _delimiter_of(text: str) -> str:
    """Return what separates cells: what a line "sep=;" says, else what the header has most."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if found := _SEPARATOR.fullmatch(first.strip()):
        return found[1]
    # What stands in quotes is part of a name.
    bare = re.sub(r'"[^"]*"', "", first)
    delimiter = max(DELIMITERS, key=bare.count)
    return delimiter if delimiter in bare else ","


# Spreadsheets write how they separate into a line of its own.
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*', re.IGNORECASE)


def _header_of(text: str, delimiter: str) -> list[str]:
    """Return the first cells of the file that are not blank lines."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if not _is_blank(cells):
                return cells
    except csv.Error:
        raise UnreadableTable("no_header") from None
    return []


def _is_blank(cells: list[str]) -> bool:
    """Tell an empty line and "sep=;", which are skipped, from a row of empty cells."""
    if cells and cells[0].lower().startswith("sep=") and not "".join(cells[1:]):
        return len(cells[0]) < 6
    return len(cells) < 2 and not "".join(cells).strip()


def _encoding_of(sample: bytes) -> str:
    for mark, name in _BOMS.items():
        if sample.startswith(mark):
            return name
    if found := _utf_16_of(sample):
        return found
    try:
        # Without final=True a letter cut off at the sample's end is no error.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        some_letters_are_utf8 = not sample.decode("utf-8", "ignore").isascii()
        return "utf-8" if some_letters_are_utf8 else _one_byte_encoding_of(sample)
    return "utf-8"


def _one_byte_encoding_of(sample: bytes) -> str:
    """Return the encoding that gives more of the letters one expects; Windows first."""

    def expected(name: str) -> int:
        return sum(c in _EXPECTED for c in sample.decode(name, "replace"))

    return max(("cp1252", "mac_roman"), key=expected)


def _utf_16_of(sample: bytes) -> str:
    """Return UTF-16 without a mark when every other byte is empty, else ""."""
    start = sample[:2000]
    half = len(start) // 2
    if half > 8 and start[1::2].count(0) > half * 0.9:
        return "utf-16-le"
    return "utf-16-be" if half > 8 and start[0::2].count(0) > half * 0.9 else ""


def _unique(header: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {position}"
        count = sum(
            1 for known in names if known == name or known.startswith(f"{name} ")
        )
        names.append(f"{name} {count + 1}" if name in names else name)
    return tuple(names)


class _Lines:
    """The lines of a file, counted; those of the last record can be read again."""

    def __init__(self, text: Iterable[str]) -> None:
        """Begin before the first line."""
        self._text = iter(text)
        self._waiting: deque[str] = deque()
        self.record: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line."""
        line = self._waiting.popleft() if self._waiting else next(self._text)
        self.number += 1
        self.record.append(line)
        return line

    def give_back(self) -> str:
        """Return the record's first line and let the others be read once more."""
        first, *others = self.record
        self._waiting.extendleft(reversed(others))
        self.number -= len(others)
        return first


def read_rows(stream: IO[bytes], layout: Layout) -> Iterator[Row]:
    """Yield the data rows in order, one at a time; blank lines are skipped.

    Memory does not grow with the file. A row with more filled cells than the header, or
    with bytes that are no text in the file's encoding, comes with its problem. A quotation
    mark that is missing or too many costs its own line: reading goes on with the next.
    """
    stream.seek(0)
    # UTF-16 has no lone bytes to keep: they become U+FFFD, which _row() looks for.
    errors = "replace" if layout.encoding.startswith("utf-16") else "surrogateescape"
    text = io.TextIOWrapper(stream, layout.encoding, errors=errors, newline="")
    try:
        records = _records(text, layout)
        next(
            (cells for _line, cells, _problem in records if not _is_blank(cells)), None
        )
        for line, cells, problem in records:
            if problem:
                yield Row(line, {}, cells, problem)
            elif any(cell.strip() for cell in cells):
                yield _row(line, cells, layout)
    finally:
        if not stream.closed:
            text.detach()


def _records(
    text: Iterable[str], layout: Layout
) -> Iterator[tuple[int, list[str], str]]:
    """Yield each record with the line where it begins, its cells and its problem."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    while True:
        lines.record, begins = [], lines.number + 1
        try:
            yield begins, next(reader), ""
        except StopIteration:
            return
        except csv.Error:
            yield begins, _torn(lines.give_back(), layout.delimiter), "unreadable"


def _torn(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line that cannot be read, as far as they can be told."""
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter))
    except csv.Error:
        return [line[:_LONGEST_CELL]]


def _row(line: int, cells: list[str], layout: Layout) -> Row:
    columns = layout.columns
    extra = any(cell.strip() for cell in cells[len(columns) :])
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    values = {name: _bare(cell) for name, cell in zip(columns, padded, strict=False)}
    if _NO_TEXT[layout.encoding.startswith("utf-16")].search("".join(cells)):
        return Row(line, values, cells, "bytes")
    return Row(line, values, cells, "too_many_cells" if extra else "")


def _bare(cell: str) -> str:
    """Return a cell trimmed, without the mark that safe_cell() put before it."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Return a cell that a spreadsheet shows and never runs (OP11).

    Bytes that were no text are written back as U+FFFD.
    """
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
