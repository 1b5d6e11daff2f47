"""What another tool says about somebody's subscription, in our words: a total mapping."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class State(StrEnum):
    """Where somebody stands there.

    UNKNOWN also is what waits for a confirmation and every word we do not know: it never
    makes anybody subscribed.
    """

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNKNOWN = "unknown"


# Of two answers in a row the more careful one holds.
_CAREFUL = (
    State.COMPLAINED,
    State.BOUNCED,
    State.UNSUBSCRIBED,
    State.UNKNOWN,
    State.SUBSCRIBED,
)

# Words that any file may use in a column of states, lower case.
_SPELLED = {
    State.SUBSCRIBED: (
        "subscribed", "active", "confirmed", "enabled", "opted in", "opt-in", "optin",
        "abonné", "abonnée", "abonne", "actif", "inscrit", "inscrite", "confirmé",
        "confirmée",
    ),
    State.UNSUBSCRIBED: (
        "unsubscribed", "cancelled", "canceled", "opted out", "opt-out", "optout",
        "removed", "deleted", "blocklisted", "blacklisted", "suppressed", "désabonné",
        "désabonnée", "desabonne", "désinscrit", "désinscrite",
    ),
    State.BOUNCED: (
        "bounced", "bounce", "hard bounce", "hardbounced", "cleaned", "undeliverable",
    ),
    State.COMPLAINED: ("complained", "complaint", "spam", "spam complaint", "plainte"),
    State.UNKNOWN: (
        "", "unknown", "pending", "unconfirmed", "unactivated", "nonsubscribed",
        "en attente",
    ),
}  # fmt: skip
WORDS = {word: state for state, words in _SPELLED.items() for word in words}


def most_careful(states: Iterable[State]) -> State:
    """Return the state that holds when a row gives several; UNKNOWN when it gives none."""
    return min(states, key=_CAREFUL.index, default=State.UNKNOWN)
