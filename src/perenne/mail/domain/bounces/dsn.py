"""Delivery status notifications (RFC 3464), also where they are not quite that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perenne.mail.domain.bounces.addresses import first_address, tidy, unique
from perenne.mail.domain.bounces.fields import Fields, blocks_of, value

_NAMES = ("final-recipient", "original-recipient", "x-actual-recipient")
_MARKS = {*_NAMES, "action"}


@dataclass(frozen=True, slots=True)
class Said:
    """One recipient's block.

    final, original  either may be "": the server knew the recipient by another name
    action           "failed", "delayed", "delivered", "relayed", "expanded" or ""
    """

    final: str
    original: str
    actual: str
    action: str
    status: str
    diagnostic: str

    @property
    def names(self) -> list[str]:
        """Return the recipient's addresses, the server's own first."""
        return unique([self.final, self.original, self.actual])


def recipients_of(texts: list[str]) -> list[Said]:
    """Return what delivery-status parts say, a row per recipient, each recipient once."""
    rows: dict[str, Said] = {}
    for text in texts:
        for block in _recipient_blocks(blocks_of(text)):
            row = _read(block)
            key = (row.names or [""])[0].lower()
            rows.setdefault(key, row)
    return list(rows.values())


def _recipient_blocks(blocks: list[Fields]) -> list[Fields]:
    """Return one block per recipient, joining what was torn and parting what was joined."""
    found: list[Fields] = []
    for block in blocks:
        for name, text in block:
            fresh = not found or (
                name in _MARKS and value(found[-1], name) and _has_name(found[-1])
            )
            if fresh or (name in _NAMES and not _is_open(found[-1], name)):
                found.append([])
            found[-1].append((name, text))
    return [block for block in found if _has_name(block) or value(block, "action")]


def _is_open(block: Fields, name: str) -> bool:
    """Tell whether a recipient's name may still belong to the block."""
    return not value(block, name)


def _has_name(block: Fields) -> bool:
    return any(value(block, name) for name in _NAMES)


def _read(block: Fields) -> Said:
    action = re.split(r"[\s;(]", value(block, "action").strip().lower() or "x")[0]
    diagnostic = value(block, "diagnostic-code")
    return Said(
        final=_address(value(block, "final-recipient")),
        original=_address(value(block, "original-recipient")),
        actual=_address(value(block, "x-actual-recipient")),
        action="" if action == "x" else action,
        status=value(block, "status"),
        diagnostic=re.sub(r"\A\s*[\w-]{1,30}\s*;\s*", "", diagnostic),
    )


def _address(text: str) -> str:
    """Return the address of "rfc822; a@example.org", or ""."""
    kind, semicolon, rest = text.partition(";")
    if not semicolon:
        rest = kind
    return first_address(rest) or (
        tidy(rest) if "@" in rest and " " not in rest else ""
    )
