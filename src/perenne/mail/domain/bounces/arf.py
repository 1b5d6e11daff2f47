"""Complaints: feedback reports (RFC 5965) and the forms that came before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from perenne.mail.domain.bounces.addresses import addresses_in, first_address, unique
from perenne.mail.domain.bounces.fields import Fields, blocks_of, value, values
from perenne.mail.domain.bounces.report import Kind, Result

if TYPE_CHECKING:
    from perenne.mail.domain.bounces.parts import Mail

# These types are no word of the recipient's: somebody forged us, or took it back.
NO_COMPLAINT = frozenset({"auth-failure", "not-spam", "dmarc"})
_SUBJECT = re.compile(
    r"complaint about (?:message|mail)|abuse report|spam complaint|email feedback report|feedback loop|\bfbl\b",
    re.I,
)
_RETURNED_NAMES = (
    "x-hmxmroriginalrecipient",
    "x-original-recipient",
    "x-original-to",
    "x-rcpt-to",
    "delivered-to",
    "to",
)


def complaints_of(mail: Mail) -> list[Result]:
    """Return the recipients who complained."""
    fields = [
        pair for text in mail.feedback for block in blocks_of(text) for pair in block
    ]
    if not fields and not _is_old_form(mail):
        return []
    kind = (value(fields, "feedback-type") or "abuse").strip().lower()
    return [
        Result(address, Kind.COMPLAINT, reason=kind)
        for address in _recipients(fields, mail)
    ]


def _is_old_form(mail: Mail) -> bool:
    """Tell whether that is a complaint without a report, as Hotmail's are."""
    sender = mail.header("from").lower()
    return bool(
        mail.returned
        and _SUBJECT.search(mail.header("subject"))
        and re.search(r"staff@hotmail|abuse|feedback|fbl|complaint|scomp", sender)
    )


def _recipients(fields: Fields, mail: Mail) -> list[str]:
    for name in ("original-rcpt-to", "removal-recipient", "final-recipient"):
        found = unique(first_address(text) for text in values(fields, name))
        if found:
            return found
    head = next(iter(blocks_of(mail.returned)), [])
    for name in _RETURNED_NAMES:
        found = addresses_in(value(head, name))
        if found:
            return found
    return []
