"""Five steps to a first sale, ticked by what is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there already."""

    identity_complete: bool
    contacts: int
    offers: int
    letters_sent: int
    orders: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step. key names its words and its page; done is a fact, not a click."""

    key: str
    done: bool


def first_steps(facts: Facts) -> tuple[Step, ...]:
    """Return the five steps in their order."""
    return (
        Step("identity", facts.identity_complete),
        Step("audience", facts.contacts > 0),
        Step("offer", facts.offers > 0),
        Step("letter", facts.letters_sent > 0),
        Step("sale", facts.orders > 0),
    )
