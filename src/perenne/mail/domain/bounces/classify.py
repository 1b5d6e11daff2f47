"""One recipient's verdict from everything that was said about them."""

from __future__ import annotations

import re

from perenne.mail.domain.bounces.codes import meaning, reply_code_in, statuses_in
from perenne.mail.domain.bounces.reasons import reason_in, says_delayed
from perenne.mail.domain.bounces.report import Kind

# A refusal that came after the text was sent is the answer of a filter.
_AFTER_TEXT = re.compile(
    r"in reply to end of data|failed after i sent the message|after end of data|smtp command\W{1,12}data\b|step: data",
    re.I,
)
# Who quotes another server's "unknown" without a code and without saying when it came
# cannot tell an unknown user from a filter; who says it of its own users can.
_AT_RCPT = re.compile(r"rcpt_to|\brcpt\b|(?:not|n't) like recipient", re.IGNORECASE)
_FAILED = re.compile(
    r"permanent|fatal|giving up|given up|undeliverable|deliver\w* (?:has |have )?fail|failed to deliver|non-?delivery"
    r"|(?:could|can|was|were|has|have) ?(?:n't|not) (?:be |been )?(?:deliver|sent)|did not receive|unable to deliver",
    re.IGNORECASE,
)
_TEMPORARY_HOST = {"unknown_host", "no_mail_here"}


def classify(
    *, action: str, status: str, texts: list[str], late: str = ""
) -> tuple[str, Kind, str]:
    """Return reason, kind and the words that decided.

    texts  what was said, the most exact first
    late   the whole notice, where "being tried again" would stand
    """
    words = next((text for text in texts if text.strip()), "")
    if action == "delayed":
        return _reason(status, texts) or "delayed", Kind.SOFT, words
    for text in texts:
        found = _by_words(text, status=status, texts=texts)
        if found is not None:
            return _unless_late(*found, text, late=late, action=action)
    known = meaning(status.split(maxsplit=1)[0]) if statuses_in(status) else None
    if known is not None:
        return _unless_late(*known, words, late=late, action=action)
    kind = Kind.HARD if _is_permanent(action, status, texts) else Kind.SOFT
    return _unless_late("", kind, words, late=late, action=action)


def _by_words(text: str, *, status: str, texts: list[str]) -> tuple[str, Kind] | None:
    """Return what one text says, weighed against the codes beside it."""
    if not text.strip():
        return None
    codes = statuses_in(text) + statuses_in(status)
    coded = [found for found in map(meaning, codes) if found is not None]
    said = reason_in(text)
    if said is None:
        return coded[0] if coded else None
    reason, kind = said
    if kind is Kind.HARD:
        return _weighed(reason, status=status, text=text, texts=texts)
    if reason in _VAGUE and coded and coded[0][1] is Kind.HARD:
        return coded[0]
    return said


# Words that servers put beside a clear code: the code says more.
_VAGUE = {
    "policy",
    "spam",
    "system",
    "protocol",
    "content",
    "network",
    "greylisted",
    "expired",
    "disabled",
    "too_many",
}


def _weighed(
    reason: str, *, status: str, text: str, texts: list[str]
) -> tuple[str, Kind]:
    """Return a hard reason, softened where the circumstances speak against it."""
    temporary = status.startswith("4") or reply_code_in(text).startswith("4")
    if reason in _TEMPORARY_HOST and temporary:
        return "network", Kind.SOFT
    codes = statuses_in(f"{status} {text}")
    clear = any(code.startswith("5.1.") for code in codes) or "account" in text.lower()
    uncoded = not codes and reply_code_in(text).startswith("5")
    quoted = uncoded and not any(map(_AT_RCPT.search, texts))
    late = any(map(_AFTER_TEXT.search, texts)) or status.startswith("5.2.0") or quoted
    if reason == "unknown_user" and not clear and late:
        return "filtered", Kind.SOFT
    disabled = status.strip() == "5.2.1" and "inactive" in text.lower()
    return ("disabled", Kind.SOFT) if disabled else (reason, Kind.HARD)


def _unless_late(
    reason: str, kind: Kind, words: str, *, late: str, action: str
) -> tuple[str, Kind, str]:
    """Return the verdict, soft while the server is still trying."""
    if kind is Kind.HARD and action != "failed" and late and says_delayed(late):
        return reason or "delayed", Kind.SOFT, words
    return reason, kind, words


def _reason(status: str, texts: list[str]) -> str:
    said = next((found for found in map(reason_in, texts) if found), None)
    known = meaning(status) if status else None
    return said[0] if said else known[0] if known else ""


def _is_permanent(action: str, status: str, texts: list[str]) -> bool:
    """Tell whether a failure without a reason is at least said to be one for good."""
    code = status or next((found for found in map(reply_code_in, texts) if found), "")
    if code:
        return code.startswith("5")
    return action == "failed" or any(map(_FAILED.search, texts[:-1]))
