"""Buttondown's subscribers (E11)."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat
from perenne.portability.domain.states import State

FORMAT = SourceFormat(
    key="buttondown",
    label="Buttondown",
    signatures=(frozenset({"email", "subscribertype"}),),
    targets={
        "secondaryid": "",
        "subscribertype": "status",
        "referrerurl": "touch:referrer",
        "creationdate": "evidence",
        "subscriptiondate": "created_at",
        "unsubscriptiondate": "unsubscribed_at",
    },
    states={
        **dict.fromkeys(
            ("regular", "premium", "gifted", "trialed", "churning", "past_due"),
            State.SUBSCRIBED,
        ),
        "churned": State.UNKNOWN,
    },
)
