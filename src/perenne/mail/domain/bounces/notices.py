"""Amazon's notices about mail (SES through SNS): JSON, in a mail or in a webhook."""

from __future__ import annotations

import json
from typing import Any

from perenne.mail.domain.bounces.addresses import tidy
from perenne.mail.domain.bounces.codes import meaning, statuses_in
from perenne.mail.domain.bounces.reasons import reason_in
from perenne.mail.domain.bounces.report import Kind, Report, Result

_LISTS = {
    "bounce": "bouncedRecipients",
    "complaint": "complainedRecipients",
    "delivery": "recipients",
    "deliverydelay": "delayedRecipients",
}


def notice_in(text: str) -> Report | None:
    """Return what a notice somewhere in a text says; None when there is none."""
    if "notificationType" not in text and "eventType" not in text:
        return None
    found = _object_in(text)
    inner = found.get("Message")
    if isinstance(inner, str):
        found = _object_in(inner)
    return notice_of(found)


def notice_of(notice: dict[str, Any]) -> Report | None:
    """Return what a notice says, None if it is about something else."""
    kind = str(notice.get("notificationType") or notice.get("eventType") or "").lower()
    event = notice.get({"deliverydelay": "deliveryDelay"}.get(kind, kind))
    if kind not in _LISTS or not isinstance(event, dict):
        return None
    rows = event.get(_LISTS[kind])
    results = (
        [_result(kind, event, row) for row in rows if row]
        if isinstance(rows, list)
        else []
    )
    mail = notice.get("mail")
    return Report(
        tuple(result for result in results if "@" in result.recipient),
        tuple(_message_ids(mail if isinstance(mail, dict) else {})),
    )


def _result(kind: str, event: dict[str, Any], row: Any) -> Result:
    fields = row if isinstance(row, dict) else {"emailAddress": str(row)}
    recipient = tidy(str(fields.get("emailAddress", "")))
    words = str(fields.get("diagnosticCode", ""))[:500]
    if kind == "complaint":
        reason = str(event.get("complaintFeedbackType") or "abuse").lower()
        return Result(recipient, Kind.COMPLAINT, reason)
    if kind == "delivery":
        return Result(recipient, Kind.DELIVERED)
    status = str(fields.get("status", ""))
    reason, found = _why(event, f"{words} {status}")
    return Result(recipient, found, reason, status, words)


def _why(event: dict[str, Any], words: str) -> tuple[str, Kind]:
    """Return reason and kind: the server's words where they say more than Amazon does."""
    permanent = str(event.get("bounceType", "")).lower() == "permanent"
    said = reason_in(words) or next(
        (found for found in map(meaning, statuses_in(words)) if found), None
    )
    if not permanent:
        return (said[0] if said else "", Kind.SOFT)
    return said or ("", Kind.HARD)


def _message_ids(mail: dict[str, Any]) -> list[str]:
    common = mail.get("commonHeaders")
    found = [common.get("messageId")] if isinstance(common, dict) else []
    return [str(each).strip("<> ") for each in [*found, mail.get("messageId")] if each]


def _object_in(text: str) -> dict[str, Any]:
    """Return the JSON object that a text holds, {} if it cannot be read."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return {}
    body = text[start : end + 1]
    for candidate in (
        body,
        body.replace("\n ", "").replace("\n", "").replace("\r", ""),
    ):
        try:
            found = json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else {}
    return {}
