"""Numbers of invoices and credit notes: unique, chronological, without a gap (R83)."""

from __future__ import annotations

import re

# XP Z12-012 BR-FR-01 and BR-FR-02: at most 35 characters of this set, no space.
_ALLOWED = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")


def document_number(series: str, year: int, sequence: int) -> str:
    """Return the number printed on a document: F-2026-0001 (R83).

    series    prefix of the series, with the year in the number
    sequence  1 for the year's first; four digits at least
    Raises    ValueError: the number breaks the charset or length of XP Z12-012
    """
    if sequence < 1:
        raise ValueError("the first number of a series is 1")
    number = f"{series}-{year}-{sequence:04d}"
    if not _ALLOWED.fullmatch(number):
        raise ValueError("a number has at most 35 characters of A-Z a-z 0-9 + - _ /")
    return number


def gaps(sequences: list[int]) -> list[int]:
    """Return the numbers missing or doubled in what should be 1, 2, 3 … n, sorted."""
    expected = set(range(1, max(sequences, default=0) + 1))
    doubled = {number for number in sequences if sequences.count(number) > 1}
    return sorted((expected - set(sequences)) | doubled)
