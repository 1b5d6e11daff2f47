"""Ghost's members, exported or prepared for its own import (E1, E2)."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat

FORMAT = SourceFormat(
    key="ghost",
    label="Ghost",
    signatures=(
        frozenset({"email", "subscribedtoemails"}),
        frozenset({"email", "complimentaryplan"}),
        frozenset({"email", "giftid"}),
        frozenset({"email", "importtier"}),
    ),
    targets={
        "id": "",
        "stripecustomerid": "",
        "giftid": "",
        "tiers": "labels",
        "products": "labels",
        "importtier": "label",
    },
    vouched=True,
)
