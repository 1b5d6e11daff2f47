"""What passes between money and its payment providers: plain values, no SDK objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A payment page to open at the provider.

    purpose      "order" or "charge", with that row's key: both come back in the events
    attempt      part of the idempotency key: the same attempt gives the same page
    save_method  keep the card for renewals charged by us (R127: set up by the buyer)
    customer     the provider's customer when it is known
    expires_at   when it can be paid no more; None: as the provider likes
    methods      the means the buyer has agreed to ("sepa_debit"); empty: the usual ones
    """

    purpose: str
    key: str
    attempt: str
    title: str
    amount_cents: int
    currency: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    save_method: bool
    customer: str = ""
    expires_at: datetime | None = None
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A payment page that was opened: its reference and address."""

    ref: str
    url: str


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that the provider says has arrived.

    ref         unique at the provider: recorded once
    method      "card", "sepa_debit", "transfer"…
    fee_cents   what the provider keeps of it; 0 while it is not known
    available_on  when it can be paid out, None while that is not known
    customer, saved_method   references for charging again, "" when nothing was saved
    country     of the card or the bank, "" when the provider does not say
    """

    ref: str
    amount_cents: int
    currency: str
    method: str
    paid_at: datetime
    fee_cents: int = 0
    customer: str = ""
    saved_method: str = ""
    available_on: date | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Declined:
    """The charge did not go through.

    code         the provider's reason
    to_confirm   the bank asks the person to confirm (R127): never retry blindly
    """

    code: str
    to_confirm: bool = False


@dataclass(frozen=True, slots=True)
class PageState:
    """Where a payment page stands now, whatever events say or in which order.

    expired    nothing will come of it: another page may be opened
    under_way  a debit that the bank has not answered yet, for days
    """

    expired: bool
    paid: Paid | None
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class ChargeState:
    """What became of a charge; all empty: it was never tried.

    under_way  a debit that the bank has not answered yet, for days
    """

    paid: Paid | None = None
    declined: Declined | None = None
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class MethodRequest:
    """A page to open on which a means of payment is saved and nothing is charged.

    key  of the row that waits for it; comes back in the events as purpose "method"
    """

    key: str
    attempt: str
    currency: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    customer: str = ""


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A means of payment that may be charged later (R127).

    kind        "card", "sepa_debit"…
    last4       what its holder recognises it by
    expires_on  last day on which a card can be charged, None when it does not end
    """

    customer: str
    method: str
    kind: str
    last4: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class MethodState:
    """Where a page for saving a means of payment stands."""

    expired: bool
    saved: SavedMethod | None


class Progress(StrEnum):
    """How far money that goes back, or out, has come."""

    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund as the provider sees it, ours or made on the provider's own screens.

    key     our own key, "" when somebody made it at the provider
    reason  in the provider's words
    """

    ref: str
    payment_ref: str
    amount_cents: int
    currency: str
    progress: Progress
    made_at: datetime
    key: str = ""
    reason: str = ""


class Verdict(StrEnum):
    """Where a dispute stands: to be answered, being decided, or decided."""

    OPEN = "open"
    REVIEW = "review"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SeenDispute:
    """A payment that a buyer takes back through their bank, as the provider sees it.

    inquiry       the bank only asks: no money has moved
    answer_by     the last instant for evidence, None when none is taken
    returned_at   when the money left; None while it has not
    fee_cents     what the provider keeps for it
    """

    ref: str
    payment_ref: str
    amount_cents: int
    currency: str
    reason: str
    verdict: Verdict
    opened_at: datetime
    inquiry: bool = False
    answer_by: datetime | None = None
    returned_at: datetime | None = None
    fee_cents: int = 0


@dataclass(frozen=True, slots=True)
class SeenPayment:
    """A payment as the provider lists it; purpose and key as we gave them, or ""."""

    paid: Paid
    purpose: str
    key: str


@dataclass(frozen=True, slots=True)
class SeenPayout:
    """Money sent from the provider to the owner's bank.

    arrives_on  civil date at the bank
    payments, refunds, disputes  references of what is in it
    itemised    False when the provider does not say what is in it
    """

    ref: str
    amount_cents: int
    currency: str
    progress: Progress
    made_at: datetime
    arrives_on: date
    payments: frozenset[str] = frozenset()
    refunds: frozenset[str] = frozenset()
    disputes: frozenset[str] = frozenset()
    itemised: bool = True


class Topic(StrEnum):
    """What an event may have changed."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    METHOD = "method"
    METHOD_LOST = "method_lost"
    OTHER = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the provider sent it.

    topic         what to look at; OTHER: nothing that we use
    ref           of a refund's payment, of a dispute, a payout or a means of payment
    payment_ref   the payment a dispute is about
    purpose, key  the row it is about, as we gave them; "" when it is not about one
    page_ref      the page it is about, or ""
    about         kind and object in words: tells two events apart that bear one id
    payload       without anything secret
    """

    event_id: str
    kind: str
    topic: Topic = Topic.OTHER
    ref: str = ""
    payment_ref: str = ""
    purpose: str = ""
    key: str = ""
    page_ref: str = ""
    about: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
