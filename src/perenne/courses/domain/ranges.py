"""HTTP byte ranges (RFC 9110 §14): how a player seeks in a video."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes first..last of a file, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Return how many bytes."""
        return self.last - self.first + 1


class RangeNotSatisfiable(ValueError):
    """The range lies outside the file: answer 416."""


def byte_range(header: str, *, size: int) -> ByteRange | None:
    """Return the one range asked for, or None to send the whole file.

    Several ranges, other units and malformed headers are ignored, as the standard allows.
    Raises  RangeNotSatisfiable: it begins behind the end, or asks for the last 0 bytes
    """
    found = _ONE_RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found.group(0) == "bytes=-":
        return None
    start, end = found.groups()
    if not start:  # the last n bytes
        wanted = int(end)
        if wanted == 0 or size == 0:
            raise RangeNotSatisfiable
        return ByteRange(max(size - wanted, 0), size - 1)
    first = int(start)
    if end and int(end) < first:
        return None
    if first >= size:
        raise RangeNotSatisfiable
    return ByteRange(first, min(int(end), size - 1) if end else size - 1)
