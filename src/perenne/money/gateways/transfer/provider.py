"""Bank transfer as a provider: the buyer is told where to pay, the owner says what came."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from perenne.core.queries import current_business
from perenne.money.gateways.protocol import (
    BadSignature,
    ChargeState,
    MethodState,
    NotAnEvent,
    PageState,
    ProviderRefused,
)

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import (
        Declined,
        Event,
        GivenBack,
        MethodRequest,
        Page,
        PageRequest,
        Paid,
        SeenDispute,
        SeenPayment,
        SeenPayout,
    )

NAME = "transfer"


class TransferProvider:
    """The PaymentProvider of bank transfers: nothing is called, nothing is charged."""

    name = NAME
    label = _("By bank transfer")
    by_hand = True
    expires_after = timedelta(days=30)
    signature_header = ""

    def is_ready(self) -> bool:
        """Tell whether buyers can be told an account to pay to."""
        business = current_business()
        return bool(business and business.bank_iban)

    def start_checkout(self, request: PageRequest) -> Page:
        """Refuse: there is no page; the order's own page says where to pay."""
        raise ProviderRefused("by_hand")

    def fetch_page(self, ref: str) -> PageState:
        """Return that no page brought money."""
        return PageState(expired=True, paid=None)

    def close_page(self, ref: str) -> Paid | None:
        """Return that nothing came: there is no page."""
        return None

    def start_saving(self, request: MethodRequest) -> Page:
        """Refuse: a transfer is always made by its sender."""
        raise ProviderRefused("by_hand")

    def fetch_saving(self, ref: str) -> MethodState:
        """Return that nothing was saved."""
        return MethodState(expired=True, saved=None)

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
        """Return the key: the charge waits for its sender."""
        return key

    def charge_off_session(
        self, ref: str, *, method: str, attempt: int
    ) -> Paid | Declined | None:
        """Refuse: nobody's account can be charged."""
        raise ProviderRefused("by_hand")

    def fetch_charge(self, ref: str) -> ChargeState:
        """Return that nothing is known."""
        return ChargeState()

    def drop_charge(self, ref: str) -> Paid | None:
        """Return that nothing came."""
        return None

    def refund(self, *, key: str, payment_ref: str, amount_cents: int) -> GivenBack:
        """Refuse: the owner sends it from the bank."""
        raise ProviderRefused("by_hand")

    def refunds_of(self, payment_ref: str) -> list[GivenBack]:
        """Return nothing: what the owner gives back is written down here."""
        return []

    def fetch_dispute(self, ref: str) -> SeenDispute:
        """Refuse: a transfer cannot be taken back."""
        raise ProviderRefused("by_hand")

    def fetch_payout(self, ref: str) -> SeenPayout:
        """Refuse: a transfer arrives at the bank itself."""
        raise ProviderRefused("by_hand")

    def list_payments(self, since: datetime | None) -> list[SeenPayment]:
        """Return nothing: the bank's statement is matched elsewhere."""
        return []

    def list_refunds(self, since: datetime | None) -> list[GivenBack]:
        """Return nothing."""
        return []

    def list_disputes(self, since: datetime | None) -> list[SeenDispute]:
        """Return nothing."""
        return []

    def list_payouts(self, since: datetime | None) -> list[SeenPayout]:
        """Return nothing."""
        return []

    def parse_event(self, body: bytes, signature: str) -> Event:
        """Refuse: no bank calls us."""
        raise BadSignature("transfers send no events")

    def read_event(self, body: bytes) -> Event:
        """Refuse: no bank calls us."""
        raise NotAnEvent("transfers send no events")
