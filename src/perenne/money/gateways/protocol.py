"""What money asks of a payment provider, in our own words; SDK objects stay behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from perenne.money.gateways.values import (
    ChargeState,
    Declined,
    Event,
    GivenBack,
    MethodRequest,
    MethodState,
    Page,
    PageRequest,
    PageState,
    Paid,
    Progress,
    SavedMethod,
    SeenDispute,
    SeenPayment,
    SeenPayout,
    Topic,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from django.utils.functional import _StrPromise

__all__ = [
    "BadSignature",
    "ChargeState",
    "Declined",
    "Event",
    "GivenBack",
    "MethodRequest",
    "MethodState",
    "NotAnEvent",
    "Page",
    "PageRequest",
    "PageState",
    "Paid",
    "PaymentProvider",
    "Progress",
    "ProviderRefused",
    "ProviderUnavailable",
    "SavedMethod",
    "SeenDispute",
    "SeenPayment",
    "SeenPayout",
    "Topic",
    "Verdict",
]


class ProviderUnavailable(Exception):
    """No answer, or none to rely on: try again later with the same idempotency key."""


class ProviderRefused(Exception):
    """The provider says no for good; trying the same again would not help.

    code  the provider's machine-readable reason
    """

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        self.code = code
        super().__init__(code)


class NotAnEvent(Exception):
    """What was given is no event of this provider; nothing of it may be kept."""


class BadSignature(Exception):
    """The event does not come from the provider; nothing of it may be kept."""


class PaymentProvider(Protocol):
    """One provider of payments: one folder, registered by its name.

    Every call but read_event and parse_event may go over the network, with a time limit,
    and raises ProviderUnavailable or ProviderRefused. Calls that move money carry an
    idempotency key or name an object that can be paid only once: made twice, they move it
    once.

    name              of the provider in our rows and in its hook's address
    label             what the buyer chooses, translated
    by_hand           no page and no calls: the buyer is told where to pay, the owner says
                      when the money is there and gives it back themselves
    expires_after     how long an unpaid order waits for it
    signature_header  where its events carry their signature, "" when it sends none
    """

    name: str
    label: _StrPromise
    by_hand: bool
    expires_after: timedelta
    signature_header: str

    def is_ready(self) -> bool:
        """Tell whether the owner's own account is connected (MB24)."""
        ...

    def start_checkout(self, request: PageRequest) -> Page:
        """Open a payment page."""
        ...

    def fetch_page(self, ref: str) -> PageState:
        """Return the page's present state."""
        ...

    def start_saving(self, request: MethodRequest) -> Page:
        """Open a page on which a means of payment is saved; nothing is charged."""
        ...

    def fetch_saving(self, ref: str) -> MethodState:
        """Return what became of such a page."""
        ...

    def close_page(self, ref: str) -> Paid | None:
        """Make an open page unpayable; Paid when that comes too late.

        After None it can never be paid. While a payment is under way on it, it is
        refused.
        """
        ...

    def open_charge(
        self,
        *,
        key: str,
        amount_cents: int,
        currency: str,
        customer: str,
        title: str,
        purpose: str = "charge",
    ) -> str:
        """Prepare a charge that moves nothing yet; return its reference.

        purpose  "charge" or "order", with that row's key
        """
        ...

    def charge_off_session(
        self, ref: str, *, method: str, attempt: int
    ) -> Paid | Declined | None:
        """Charge what open_charge prepared, without the person; None: still under way.

        A charge that was paid before answers Paid again.
        """
        ...

    def fetch_charge(self, ref: str) -> ChargeState:
        """Return what became of a charge."""
        ...

    def drop_charge(self, ref: str) -> Paid | None:
        """Make a prepared charge unpayable; Paid when that comes too late."""
        ...

    def refund(self, *, key: str, payment_ref: str, amount_cents: int) -> GivenBack:
        """Give back part or all of a payment; the same key gives back once."""
        ...

    def refunds_of(self, payment_ref: str) -> list[GivenBack]:
        """Return every refund of a payment."""
        ...

    def fetch_dispute(self, ref: str) -> SeenDispute:
        """Return a dispute as it stands."""
        ...

    def fetch_payout(self, ref: str) -> SeenPayout:
        """Return a payout with what is in it."""
        ...

    def list_payments(self, since: datetime | None) -> Iterable[SeenPayment]:
        """Return every payment that arrived, begun at `since` or later."""
        ...

    def list_refunds(self, since: datetime | None) -> Iterable[GivenBack]:
        """Return every refund made at `since` or later."""
        ...

    def list_disputes(self, since: datetime | None) -> Iterable[SeenDispute]:
        """Return every dispute opened at `since` or later."""
        ...

    def list_payouts(self, since: datetime | None) -> Iterable[SeenPayout]:
        """Return every payout made at `since` or later, with what is in it."""
        ...

    def parse_event(self, body: bytes, signature: str) -> Event:
        """Return a signed event; BadSignature when it is not the provider's."""
        ...

    def read_event(self, body: bytes) -> Event:
        """Return an event that somebody we trust has kept; NotAnEvent when it is none."""
        ...
