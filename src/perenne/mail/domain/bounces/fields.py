"""Blocks of header fields inside reports."""

from __future__ import annotations

import re

_FIELD = re.compile(r"\A\s?([A-Za-z][A-Za-z0-9-]{1,60})\s?:(.*)\Z")

type Fields = list[tuple[str, str]]


def blocks_of(text: str) -> list[Fields]:
    """Return the blocks that blank lines part: (lower-case name, unfolded value) pairs.

    A line that is no field and no continuation ends nothing and says nothing.
    """
    blocks: list[Fields] = [[]]
    for line in text.splitlines():
        found = _FIELD.match(line)
        if not line.strip():
            blocks.append([])
        elif line[0] in " \t" and blocks[-1] and not _starts_field(line):
            name, value = blocks[-1][-1]
            blocks[-1][-1] = (name, f"{value} {line.strip()}".strip())
        elif found:
            blocks[-1].append((found[1].lower(), found[2].strip()))
        elif blocks[-1]:
            # Gateways forget to indent what they wrap.
            name, value = blocks[-1][-1]
            blocks[-1][-1] = (name, f"{value} {line.strip()}")
    return [block for block in blocks if block]


def values(fields: Fields, name: str) -> list[str]:
    """Return all values of a field."""
    return [value for found, value in fields if found == name]


def value(fields: Fields, name: str) -> str:
    """Return a field's first value, or ""."""
    return next(iter(values(fields, name)), "")


def _starts_field(line: str) -> bool:
    return bool(
        re.match(
            r"\s{1,2}(?:final-recipient|original-recipient|action|status|remote-mta|diagnostic-code)\s?:",
            line,
            re.I,
        )
    )
