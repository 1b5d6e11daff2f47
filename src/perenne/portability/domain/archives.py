"""The tables in a file: a CSV is one, a zip may hold several (Mailchimp, Substack)."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from perenne.portability.domain.tables import UnreadableTable

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_FILES = 10_000
_MOST_BYTES = 2 << 30  # unpacked; nobody's list of contacts is longer
_TABLES = (".csv", ".tsv", ".txt")
_UNZIPPABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError)


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a file.

    name  path inside the zip, "" for a file that is a table itself
    size  bytes, unpacked
    """

    name: str
    size: int


def tables_in(stream: IO[bytes]) -> list[Part]:
    """Return the tables of a file; the stream is rewound.

    Raises  UnreadableTable: zip_broken, zip_too_large or zip_empty
    """
    stream.seek(0)
    is_zip = stream.read(4) == b"PK\x03\x04"
    size = stream.seek(0, 2)
    stream.seek(0)
    if not is_zip:
        return [Part("", size)]
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except _UNZIPPABLE:
        raise UnreadableTable("zip_broken") from None
    if len(entries) > _MOST_FILES or sum(e.file_size for e in entries) > _MOST_BYTES:
        raise UnreadableTable("zip_too_large")
    parts = [Part(e.filename, e.file_size) for e in entries if _is_table(e)]
    if not parts:
        raise UnreadableTable("zip_empty")
    return sorted(parts, key=lambda part: part.name)


def _is_table(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    encrypted = entry.flag_bits & 1
    return path.suffix.lower() in _TABLES and not (hidden or encrypted)


@contextmanager
def open_table(stream: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """Open one table of a file, by its Part's name.

    Raises  UnreadableTable: zip_broken
    """
    if not name:
        stream.seek(0)
        yield stream
        return
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(name) as table:
            yield table
    except (*_UNZIPPABLE, KeyError):
        raise UnreadableTable("zip_broken") from None
