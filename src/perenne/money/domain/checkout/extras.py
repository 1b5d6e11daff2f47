"""What a checkout asks for besides the offer itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class GiftWish:
    """For whom an order is, as typed by the buyer.

    deliver_at  the instant the mail leaves; in the past: as soon as it is paid
    zone        the time zone in which its day was typed
    """

    recipient_name: str
    recipient_email: str
    message: str
    deliver_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Extras:
    """What was ticked and typed around the offer; by default nothing (R69).

    bumps        ids of the proposals that were ticked
    gift         None: the buyer keeps it
    keep_method  the card may be kept for an offer right after this purchase
    remind       one reminder may be sent if the order is not finished
    via          code of the affiliate whose link was followed, or ""
    """

    bumps: frozenset[int] = frozenset()
    gift: GiftWish | None = None
    keep_method: bool = False
    remind: bool = False
    via: str = ""


NO_EXTRAS = Extras()
