"""Mailchimp's audience: a zip of files whose names alone tell the state (E8)."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat
from perenne.portability.domain.states import State

FORMAT = SourceFormat(
    key="mailchimp",
    label="Mailchimp",
    signatures=(
        frozenset({"emailaddress", "memberrating"}),
        frozenset({"emailaddress", "leid", "euid"}),
    ),
    targets={
        "optintime": "created_at",
        "optinip": "evidence",
        "confirmtime": "evidence",
        "confirmip": "evidence",
        "unsubtime": "unsubscribed_at",
        "unsubreason": "evidence",
        "cleantime": "evidence",
        **dict.fromkeys(
            (
                *("memberrating", "latitude", "longitude", "gmtoff", "dstoff"),
                *("timezone", "cc", "region", "lastchanged", "leid", "euid"),
                *("unsubcampaigntitle", "unsubcampaignid", "unsubreasonother"),
                *("cleancampaigntitle", "cleancampaignid"),
            ),
            "",
        ),
    },
    file_states={
        "subscribed": State.SUBSCRIBED,
        "unsubscribed": State.UNSUBSCRIBED,
        "cleaned": State.BOUNCED,
        "nonsubscribed": State.UNKNOWN,
    },
    rest="new:text",
)
