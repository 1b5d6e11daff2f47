"""Curated's subscribers, with the campaign they came by (E13)."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat

FORMAT = SourceFormat(
    key="curated",
    label="Curated",
    signatures=(frozenset({"emailaddress", "subscribedat", "utmsource"}),),
    targets={
        "utmsource": "touch:utm_source",
        "utmmedium": "touch:utm_medium",
        "utmterm": "touch:utm_term",
        "utmcontent": "touch:utm_content",
        "utmcampaign": "touch:utm_campaign",
        "utmlastpath": "touch:page",
        "utmreferrer": "touch:referrer",
    },
    vouched=True,
)
