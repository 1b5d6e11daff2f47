"""What is read out of a bounce."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the message says about one recipient."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    AUTOREPLY = "autoreply"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Result:
    """One recipient and what became of the message to them.

    recipient   as the report names them, in lower-case domain
    reason      a word of `reasons.py`, a feedback type, or ""
    diagnostic  the words that decided, at most 500 characters
    aliases     other addresses that the report has for the same recipient
    """

    recipient: str
    kind: Kind
    reason: str = ""
    status: str = ""
    diagnostic: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one bounce says; no results: it is none, or names nobody.

    message_ids  Message-IDs of the mail it is about, without angle brackets
    """

    results: tuple[Result, ...] = ()
    message_ids: tuple[str, ...] = ()
