"""Substack: the older lists and the export of today; its zip has posts beside (E5–E7)."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat

FORMAT = SourceFormat(
    key="substack",
    label="Substack",
    signatures=(
        frozenset({"email", "emaildisabled"}),
        frozenset({"email", "stripeplan", "startdate"}),
        frozenset({"email", "subscriptionsourcefree"}),
        frozenset({"email", "paidupgradedate"}),
    ),
    targets={
        "emaildisabled": "unsubscribed",
        "activesubscription": "paid",
        "stripeplan": "paid",
        "type": "",
        "expiry": "",
        "stripeconnectedcustomerid": "",
        "startdate": "created_at",
        "canceldate": "",
        "subscriptionsourcefree": "touch:utm_source",
        "country": "new:text",
        "stateprovince": "new:text",
    },
    vouched=True,
)
