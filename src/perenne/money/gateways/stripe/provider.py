"""Stripe Checkout for what people pay themselves, payment intents for renewals.

Cards and accounts are typed on Stripe's own page only (R131, SAQ A). A renewal is one
payment intent, prepared first and confirmed later: however often it is confirmed, it is
paid once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import stripe
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from perenne.money.gateways.protocol import (
    ChargeState,
    Declined,
    MethodState,
    Page,
    PageState,
    ProviderRefused,
)
from perenne.money.gateways.stripe import lists, reading
from perenne.money.gateways.stripe.client import client
from perenne.money.gateways.stripe.errors import told_apart
from perenne.money.gateways.stripe.events import parse_event, read_event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from perenne.money.gateways.protocol import (
        Event,
        GivenBack,
        MethodRequest,
        PageRequest,
        Paid,
        SeenDispute,
        SeenPayment,
        SeenPayout,
    )

_LANGUAGES = {"fr", "en", "de", "es", "it", "nl", "pt"}
_TO_CONFIRM = {"authentication_required", "authentication_not_handled"}
_EXPAND = ["latest_charge.balance_transaction"]


class StripeProvider:
    """The PaymentProvider of Stripe."""

    name = "stripe"
    label = _("By card, now")
    by_hand = False
    # A payment page lives a day; a debit under way is waited for however long it takes.
    expires_after = timedelta(days=2)
    signature_header = "Stripe-Signature"

    def is_ready(self) -> bool:
        """Tell whether a key is set."""
        return bool(settings.STRIPE_SECRET_KEY)

    def start_checkout(self, request: PageRequest) -> Page:
        """Open a Checkout session of mode payment."""
        about = {"purpose": request.purpose, "key": request.key}
        intent: dict[str, Any] = {"metadata": about, "description": request.title}
        if request.save_method:
            intent["setup_future_usage"] = "off_session"
        params = _page_of(request) | {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.currency.lower(),
                        "unit_amount": request.amount_cents,
                        "product_data": {"name": request.title},
                    },
                }
            ],
            "metadata": about,
            "payment_intent_data": intent,
        }
        if request.save_method and not request.customer:
            params["customer_creation"] = "always"
        if request.expires_at is not None:
            params["expires_at"] = int(request.expires_at.timestamp())
        return _open(params, key=f"page:{request.key}:{request.attempt}")

    def fetch_page(self, ref: str) -> PageState:
        """Return what the session says now; one whose debit failed is over."""
        with told_apart():
            session = client().v1.checkout.sessions.retrieve(ref)
            if session.status != "complete" or not session.payment_intent:
                return PageState(expired=session.status == "expired", paid=None)
            intent = _intent(str(session.payment_intent))
        state = reading.charge_state(intent)
        over = state.paid is None and not state.under_way
        return PageState(expired=over, paid=state.paid, under_way=state.under_way)

    def start_saving(self, request: MethodRequest) -> Page:
        """Open a Checkout session of mode setup."""
        about = {"purpose": "method", "key": request.key}
        params = _page_of(request) | {
            "mode": "setup",
            "currency": request.currency.lower(),
            "metadata": about,
            "setup_intent_data": {"metadata": about},
        }
        if not request.customer:
            params["customer_creation"] = "always"
        return _open(params, key=f"method:{request.key}:{request.attempt}")

    def fetch_saving(self, ref: str) -> MethodState:
        """Return what the session of mode setup has saved."""
        with told_apart():
            session: Any = client().v1.checkout.sessions.retrieve(
                ref, {"expand": ["setup_intent.payment_method"]}
            )
        saved = None
        if session.status == "complete" and session.setup_intent:
            saved = reading.saved_method(session.setup_intent)
        return MethodState(expired=session.status == "expired", saved=saved)

    def close_page(self, ref: str) -> Paid | None:
        """Expire the session."""
        try:
            with told_apart():
                client().v1.checkout.sessions.expire(ref)
        except ProviderRefused:
            page = self.fetch_page(ref)
            if page.paid is None and not page.expired:
                raise
            return page.paid
        return None

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
        """Prepare a payment intent; nothing is charged yet."""
        with told_apart():
            intent = client().v1.payment_intents.create(
                {
                    "amount": amount_cents,
                    "currency": currency.lower(),
                    "customer": customer,
                    "description": title,
                    "automatic_payment_methods": {
                        "enabled": True,
                        "allow_redirects": "never",
                    },
                    "metadata": {"purpose": purpose, "key": key},
                },
                {"idempotency_key": f"charge:{key}"},
            )
        return intent.id

    def charge_off_session(
        self, ref: str, *, method: str, attempt: int
    ) -> Paid | Declined | None:
        """Confirm the payment intent as merchant-initiated (R127)."""
        with told_apart():
            intent = _intent(ref)
            if intent.status not in {
                "requires_payment_method",
                "requires_confirmation",
            }:
                return reading.outcome(intent)
            try:
                client().v1.payment_intents.confirm(
                    ref,
                    {"payment_method": method, "off_session": True},
                    {"idempotency_key": f"confirm:{ref}:{attempt}"},
                )
            except stripe.CardError as error:
                code = str(error.code or "card_declined")
                return Declined(
                    getattr(error.error, "decline_code", None) or code,
                    to_confirm=code in _TO_CONFIRM,
                )
            return reading.outcome(_intent(ref))

    def fetch_charge(self, ref: str) -> ChargeState:
        """Return what became of the payment intent."""
        with told_apart():
            return reading.charge_state(_intent(ref))

    def drop_charge(self, ref: str) -> Paid | None:
        """Cancel the payment intent; a debit under way cannot be stopped."""
        try:
            with told_apart():
                client().v1.payment_intents.cancel(ref)
        except ProviderRefused:
            with told_apart():
                intent = _intent(ref)
            if intent.status == "succeeded":
                return reading.paid(intent)
            if intent.status != "canceled":
                raise
        return None

    def refund(self, *, key: str, payment_ref: str, amount_cents: int) -> GivenBack:
        """Refund the payment intent.

        Stripe forgets idempotency keys after a day, so what was sent before is looked
        for first: a refund whose answer was lost is never sent again.
        """
        for held in lists.refunds_of(payment_ref):
            if held.key == key:
                return held
        with told_apart():
            refund = client().v1.refunds.create(
                {
                    "payment_intent": payment_ref,
                    "amount": amount_cents,
                    "metadata": {"key": key},
                },
                {"idempotency_key": f"refund:{key}"},
            )
        return reading.given_back(refund)

    def refunds_of(self, payment_ref: str) -> list[GivenBack]:
        """Return every refund of the payment intent."""
        return lists.refunds_of(payment_ref)

    def fetch_dispute(self, ref: str) -> SeenDispute:
        """Return the dispute."""
        with told_apart():
            return reading.seen_dispute(client().v1.disputes.retrieve(ref))

    def fetch_payout(self, ref: str) -> SeenPayout:
        """Return the payout and what is in it."""
        with told_apart():
            payout = client().v1.payouts.retrieve(ref)
        return lists.seen_payout(payout)

    def list_payments(self, since: datetime | None) -> Iterable[SeenPayment]:
        """Return the charges that took money."""
        return lists.payments(since)

    def list_refunds(self, since: datetime | None) -> Iterable[GivenBack]:
        """Return the refunds."""
        return lists.refunds(since)

    def list_disputes(self, since: datetime | None) -> Iterable[SeenDispute]:
        """Return the disputes."""
        return lists.disputes(since)

    def list_payouts(self, since: datetime | None) -> Iterable[SeenPayout]:
        """Return the payouts."""
        return lists.payouts(since)

    def parse_event(self, body: bytes, signature: str) -> Event:
        """Check the signature with the endpoint's secrets: two while one is changed."""
        return parse_event(body, signature, settings.STRIPE_WEBHOOK_SECRET.split(","))

    def read_event(self, body: bytes) -> Event:
        """Read an event without a signature."""
        return read_event(body)


def _page_of(request: PageRequest | MethodRequest) -> dict[str, Any]:
    """Return what every page needs: who, in which language, how, and where back."""
    language = request.language
    types = [
        kind
        for kind in getattr(request, "methods", ()) or settings.STRIPE_METHODS
        if kind != "sepa_debit" or request.currency == "EUR"
    ]
    who = (
        {"customer": request.customer}
        if request.customer
        else {"customer_email": request.email}
    )
    return {
        **who,
        "client_reference_id": request.key,
        "payment_method_types": types or ["card"],
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "locale": language if language in _LANGUAGES else "auto",
    }


def _open(params: dict[str, Any], *, key: str) -> Page:
    with told_apart():
        session = client().v1.checkout.sessions.create(
            params,  # type: ignore[arg-type]
            {"idempotency_key": key},
        )
    return Page(ref=session.id, url=session.url or "")


def _intent(ref: str) -> stripe.PaymentIntent:
    return client().v1.payment_intents.retrieve(ref, {"expand": _EXPAND})
