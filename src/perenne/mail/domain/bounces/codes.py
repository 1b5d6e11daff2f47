"""What enhanced status codes (RFC 3463, its registry) and reply codes (RFC 5321) say."""

from __future__ import annotations

import re

from perenne.mail.domain.bounces.report import Kind

# Subject and detail of a 5.x.y code: reason, kind. What is missing says nothing by itself.
_MEANINGS: dict[str, tuple[str, Kind]] = {
    "1.1": ("unknown_user", Kind.HARD),
    "1.2": ("unknown_host", Kind.HARD),
    "1.3": ("unknown_user", Kind.HARD),
    "1.4": ("filtered", Kind.SOFT),
    "1.6": ("has_moved", Kind.HARD),
    "1.7": ("sender", Kind.SOFT),
    "1.8": ("sender", Kind.SOFT),
    "1.9": ("sender", Kind.SOFT),
    "1.10": ("no_mail_here", Kind.HARD),
    "2.0": ("filtered", Kind.SOFT),
    "2.1": ("disabled", Kind.SOFT),
    "2.2": ("mailbox_full", Kind.SOFT),
    "2.3": ("too_big", Kind.SOFT),
    "2.4": ("filtered", Kind.SOFT),
    "3.1": ("system", Kind.SOFT),
    "3.2": ("no_mail_here", Kind.SOFT),
    "3.4": ("too_big", Kind.SOFT),
    "3.5": ("system", Kind.SOFT),
    "4.1": ("network", Kind.SOFT),
    "4.2": ("network", Kind.SOFT),
    "4.3": ("network", Kind.SOFT),
    "4.4": ("unknown_host", Kind.HARD),
    "4.5": ("network", Kind.SOFT),
    "4.6": ("network", Kind.SOFT),
    "4.7": ("expired", Kind.SOFT),
    "4.14": ("network", Kind.SOFT),
}
_BY_SUBJECT: dict[str, tuple[str, Kind]] = {
    "5": ("protocol", Kind.SOFT),
    "6": ("content", Kind.SOFT),
    "7": ("policy", Kind.SOFT),
}
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.\w@+-])([245]\d\d)(?=[\s-]|$|:|,|\))")


def statuses_in(text: str) -> list[str]:
    """Return the enhanced codes of a text in order, 5.0.0 and its kin left out."""
    return [
        f"{class_}.{subject}.{detail}"
        for class_, subject, detail in _ENHANCED.findall(text)
        if (subject, detail) != ("0", "0")
    ]


def reply_code_in(text: str) -> str:
    """Return the first reply code of a text, or ""."""
    found = _REPLY.search(text)
    return found[1] if found else ""


def meaning(status: str) -> tuple[str, Kind] | None:
    """Return what an enhanced code says; None for "other" details."""
    class_, _dot, rest = status.partition(".")
    found = _MEANINGS.get(rest) or _BY_SUBJECT.get(rest.partition(".")[0])
    if found is None or class_ != "4":
        return found
    return found[0], Kind.SOFT
