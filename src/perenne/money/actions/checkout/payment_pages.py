"""Open the page on which an order is paid: one at a time, whatever happens."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.core.queries import current_business
from perenne.money.actions.payments.payments import record_payment
from perenne.money.actions.payments.under_way import note_order_under_way
from perenne.money.actions.renewals.trials import is_free_trial, open_trial_page
from perenne.money.gateways.protocol import PageRequest, ProviderUnavailable
from perenne.money.gateways.providers import provider
from perenne.money.models import Order
from perenne.money.queries.checkout.extras import saves_method, title_of
from perenne.money.queries.checkout.proposals import is_being_charged
from perenne.money.queries.orders.methods import by_debit, means_for

if TYPE_CHECKING:
    from datetime import datetime

_TRIES = 12
# Of limited seats, a page can be paid for 35 to 40 minutes: the shortest that Stripe
# takes is 30, and within the same five minutes the same page is asked for.
_SEAT_PAGE, _SEAT_STEP = timedelta(minutes=35), timedelta(minutes=5)


class OrderIsSettled(Refusal):
    """The order is paid or over: there is nothing left to pay."""

    sentence = _("There is nothing left to pay for this order.")


class PaymentIsUnderWay(OrderIsSettled):
    """The buyer's bank is answering: a debit takes days. Nothing was changed."""

    sentence = _("Your bank has not answered yet. A mail tells you when it has.")


class OrderIsBeingCharged(OrderIsSettled):
    """The card that was kept is being charged for it; nothing was changed."""

    sentence = _("Your bank is answering. Please wait a moment.")


def open_payment_page(order_id: int, *, now: datetime) -> str:
    """Return the address where the order is paid by card.

    An open page is used again, so that two tabs cannot pay twice; a page that was paid
    while nobody told us is recorded first. When the order is changed or closed while its
    page is being opened, that page is closed again.

    Raises  OrderIsSettled, PaymentIsUnderWay, OrderIsBeingCharged; ProviderUnavailable,
            ProviderRefused: nothing was changed
    """
    for _try in range(_TRIES):
        order = Order.objects.select_related("offer", "price").get(pk=order_id)
        if order.state != Order.State.PENDING or provider(order.provider).by_hand:
            raise OrderIsSettled
        if is_being_charged(order):
            raise OrderIsBeingCharged
        if is_free_trial(order):
            return _page_of_free_trial(order, now=now)
        address = _page_held(order, now=now) or _open_page(order, now=now)
        if address:
            return address
    raise ProviderUnavailable("busy")


def _page_of_free_trial(order: Order, *, now: datetime) -> str:
    address = open_trial_page(order.pk, now=now)
    if not address:
        raise OrderIsSettled
    return address


def _page_held(order: Order, *, now: datetime) -> str:
    """Return the address of the page that is open already, or ""."""
    if not order.provider_url:
        return ""
    service = provider(order.provider)
    page = service.fetch_page(order.provider_ref)
    if page.paid is not None:
        record_payment(
            page.paid, order_id=order.pk, via=service.name, actor="system", now=now
        )
        raise OrderIsSettled
    if page.under_way:
        note_order_under_way(order.pk, now=now)
        raise PaymentIsUnderWay
    return "" if page.expired else order.provider_url


def _open_page(order: Order, *, now: datetime) -> str:
    """Open a page for the order as it was read; "" when it has changed meanwhile."""
    service = provider(order.provider)
    opened = service.start_checkout(_page_request(order, now))
    taken = Order.objects.filter(
        pk=order.pk,
        state=Order.State.PENDING,
        provider=order.provider,
        provider_ref=order.provider_ref,
        price=order.price,
        gross_cents=order.gross_cents,
        currency=order.currency,
    ).update(provider_ref=opened.ref, provider_url=opened.url)
    if taken:
        log.record("money.payment_page_opened", actor="system", obj=order, at=now)
        return opened.url
    order.refresh_from_db()
    if order.provider_ref != opened.ref:
        paid = service.close_page(opened.ref)
        if paid is not None:
            record_payment(
                paid, order_id=order.pk, via=service.name, actor="system", now=now
            )
    return ""


def _page_request(order: Order, now: datetime) -> PageRequest:
    back = settings.SITE_URL + reverse("money_order", args=[order.key])
    expires_at = _expires_at(order, now)
    title, save_method = title_of(order), saves_method(order)
    former = (
        f"{order.provider_ref}|{order.email}|{order.language}|{order.gross_cents}"
        f"|{order.currency}|{expires_at}|{title}|{save_method}|{by_debit(order.consents)}"
    )
    return PageRequest(
        purpose="order",
        key=order.key,
        attempt=hashlib.sha256(former.encode()).hexdigest()[:16],
        title=title,
        amount_cents=order.gross_cents,
        currency=order.currency,
        email=order.email,
        language=order.language,
        success_url=f"{back}?back=1",
        cancel_url=back,
        save_method=save_method,
        expires_at=expires_at,
        methods=means_for(
            by_debit=by_debit(order.consents), business=current_business()
        ),
    )


def _expires_at(order: Order, now: datetime) -> datetime | None:
    """Return until when the page of limited seats can be paid; None: no limit of ours."""
    if order.offer.seats is None:
        return None
    into = timedelta(seconds=now.timestamp() % _SEAT_STEP.total_seconds())
    return (now - into).replace(microsecond=0) + _SEAT_STEP + _SEAT_PAGE
