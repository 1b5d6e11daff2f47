"""beehiiv's subscribers (E10)."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat, plain
from perenne.portability.domain.states import State


class _Beehiiv(SourceFormat):
    """Every tier has a column of its own, yes or no: it becomes a tag."""

    __slots__ = ()

    def _rest(self, column: str) -> str:
        return "label" if plain(column).endswith("tier") else ""


FORMAT = _Beehiiv(
    key="beehiiv",
    label="beehiiv",
    signatures=(
        frozenset({"email", "status", "tier"}),
        frozenset({"email", "subscriptiondatesubstack"}),
    ),
    targets={
        "tier": "paid",
        "stripecustomerid": "",
        "subscriptiondatesubstack": "evidence",
        "freetier": "",
    },
    states={"inactive": State.UNSUBSCRIBED},
)
