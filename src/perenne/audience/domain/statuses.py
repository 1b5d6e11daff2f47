"""Where a contact stands, and what an import may change about it."""

from __future__ import annotations

SUBSCRIBED, WITHDRAWN, UNKNOWN = "subscribed", "withdrawn", "unknown"


def after_import(
    current: str | None,
    *,
    subscribed: bool | None,
    suppressed: bool,
    confirmed: bool,
) -> str:
    """Return the status after an import says `subscribed` about a contact (R19, R30).

    An unknown status never becomes subscribed; who withdrew or is suppressed stays out;
    who confirmed here is not overruled by a file.

    current     status now, None for a new contact
    subscribed  what the file says; None when it does not say
    suppressed  the address is on the suppression list
    confirmed   by double opt-in here
    """
    if current == WITHDRAWN or confirmed or subscribed is None:
        return current or UNKNOWN
    if not subscribed:
        return WITHDRAWN
    return (current or UNKNOWN) if suppressed else SUBSCRIBED
