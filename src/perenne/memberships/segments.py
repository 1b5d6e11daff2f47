"""Segments by what people bought and may see.

Money and the audience know nothing of each other: what money answers is handed on here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from perenne.audience.api import SegmentPart
from perenne.memberships.queries import people_with_pass, tiers
from perenne.money.api import (
    offer_titles,
    people_by_last_purchase,
    people_subscribed_to,
    people_who_bought,
    people_who_left,
    people_who_spent,
    people_with_purchases,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.audience.api import Asked

_PURCHASES, _MEMBERSHIP = _("Purchases"), _("Membership")
_WAYS = {
    "voluntary": _("who ended it themselves"),
    "involuntary": _("whose payment was given up"),
}


def _offers() -> Sequence[tuple[str, str]]:
    return [(str(pk), title) for pk, title in offer_titles()]


def _ways() -> Sequence[tuple[str, str]]:
    return [(value, str(label)) for value, label in _WAYS.items()]


def _tiers() -> Sequence[tuple[str, str]]:
    return [(str(tier.pk), tier.name) for tier in tiers()]


def _number(asked: Asked) -> int:
    """Return the key that was chosen; 0, which nothing has, when it is none."""
    chosen = str(asked.value)
    return int(chosen) if chosen.isdecimal() else 0


def _by_last_purchase(asked: Asked) -> Any:
    if asked.op == "since":
        return people_by_last_purchase(since=asked.value)
    return people_by_last_purchase(before=asked.value)


SOURCES: dict[str, SegmentPart] = {
    "bought": SegmentPart(
        label=_("Has bought"),
        group=_PURCHASES,
        kind="choice",
        said=_("bought “%s”"),
        denied=_("did not buy “%s”"),
        list_choices=_offers,
        find=lambda asked: people_who_bought(_number(asked)),
    ),
    "purchases": SegmentPart(
        label=_("Number of purchases"),
        group=_PURCHASES,
        kind="number",
        find=lambda asked: people_with_purchases(asked.value),
    ),
    "spent": SegmentPart(
        label=_("Spent, in whole units of money"),
        group=_PURCHASES,
        kind="number",
        find=lambda asked: people_who_spent(asked.value * 100),
    ),
    "last_purchase": SegmentPart(
        label=_("Last purchase"),
        group=_PURCHASES,
        kind="date",
        find=_by_last_purchase,
    ),
    "subscribes": SegmentPart(
        label=_("Has a subscription"),
        group=_PURCHASES,
        kind="choice",
        said=_("has a subscription to “%s”"),
        denied=_("has no subscription to “%s”"),
        list_choices=_offers,
        find=lambda asked: people_subscribed_to(_number(asked)),
    ),
    # Former subscribers who subscribe to nothing now, by how it ended (win-back).
    "has_left": SegmentPart(
        label=_("Has left a subscription"),
        group=_PURCHASES,
        kind="choice",
        said=_("former subscribers %s"),
        denied=_("no former subscribers %s"),
        list_choices=_ways,
        find=lambda asked: people_who_left(str(asked.value)),
    ),
    "member": SegmentPart(
        label=_("Is a member"),
        group=_MEMBERSHIP,
        kind="choice",
        said=_("is a member of “%s”"),
        denied=_("is not a member of “%s”"),
        list_choices=_tiers,
        find=lambda asked: people_with_pass(f"tier:{_number(asked)}", now=asked.now),
    ),
}
