"""The owner's screens for orders: find, mark a transfer paid, give money back."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perenne.core.clock import now as now_
from perenne.core.domain.money import Money, cents
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import log_of
from perenne.core.tokens import new_token
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.checkout.closing import close_order
from perenne.money.actions.payments.payments import mark_transfer_paid
from perenne.money.actions.payments.refunds import refund_payment
from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable
from perenne.money.gateways.providers import provider
from perenne.money.models import Order
from perenne.money.queries.checkout.checkout import civil_day, zone_of_business
from perenne.money.queries.checkout.order_place import place_rows, signs
from perenne.money.queries.orders.orders import (
    order_by_id,
    orders_matching,
    payments_of,
    refunds_of,
)
from perenne.money.web.forms import RefundForm, TransferForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@desk_view("money.view_order")
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """List orders; search by number or address, filter by state."""
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    page = keyset_page(
        orders_matching(text, state if state in Order.State.values else ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "money/backoffice/orders.html",
        {
            "page": page,
            "q": text,
            "state": state,
            "states": Order.State.choices,
            "zone": zone_of_business(),
        },
    )


@desk_view("money.view_order")
@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an order with its payments, refunds and log."""
    return _order_page(
        request, pk, TransferForm(initial={"paid_on": civil_day(now_())})
    )


def _order_page(request: HttpRequest, pk: int, form: TransferForm) -> HttpResponse:
    row = order_by_id(pk)
    return render(
        request,
        "money/backoffice/order.html",
        {
            "order": row,
            "payments": payments_of(row),
            "refunds": refunds_of(row),
            "log": log_of(row)[:30],
            "place_rows": place_rows(row),
            "signs": signs(row),
            "form": form,
            "waits_for_transfer": provider(row.provider).by_hand
            and row.state in {"pending", "expired"},
            "zone": zone_of_business(),
        },
    )


@desk_view("money.change_order")
@require_POST
def transfer_paid(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the day on which a transfer arrived."""
    form = TransferForm(request.POST)
    if not form.is_valid():
        return _order_page(request, pk, form)
    paid_at = datetime.combine(
        form.cleaned_data["paid_on"], time(12), tzinfo=zone_of_business()
    )
    try:
        mark_transfer_paid(
            pk, paid_at=min(paid_at, now_()), actor=actor_of(request), now=now_()
        )
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return _order_page(request, pk, form)
    messages.success(request, _("The transfer is recorded and access is open."))
    return redirect("desk_money_order", pk=pk)


@desk_view("money.change_order")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an order nobody has paid: its seat, its code and its trial are free again."""
    try:
        closed = close_order(
            order_by_id(pk),
            state=Order.State.CANCELLED,
            actor=actor_of(request),
            now=now_(),
        )
    except ProviderRefused:
        messages.error(request, _("It is being paid: the bank has not answered yet."))
    except ProviderUnavailable:
        messages.error(
            request, _("The payment page cannot be closed right now. Please try again.")
        )
    else:
        if closed:
            messages.success(request, _("The order is closed. Nothing is owed."))
        else:
            messages.info(request, _("It was paid or closed in the meantime."))
    return redirect("desk_money_order", pk=pk)


@desk_view("money.add_refund")
@require_http_methods(["GET", "POST"])
def refund(request: HttpRequest, pk: int, payment_pk: int) -> HttpResponse:
    """Give back part or all of one payment of the order."""
    row = order_by_id(pk)
    payment = next((p for p in payments_of(row) if p.pk == payment_pk), None)
    if payment is None:
        raise NotFound
    left = Money(payment.amount_cents - payment.refunded_cents, payment.currency)
    form = RefundForm(
        request.POST if request.method == "POST" else None,
        initial={"key": new_token(), "amount": left.decimal()},
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            refund_payment(
                payment.pk,
                key=data["key"],
                amount_cents=cents(data["amount"], payment.currency),
                reason=data["reason"],
                end_access=data["end_access"],
                actor=actor_of(request),
                now=now_(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The refund is under way."))
            return redirect("desk_money_order", pk=pk)
    return render(
        request,
        "money/backoffice/refund.html",
        {
            "order": row,
            "payment": payment,
            "left_cents": left.amount_cents,
            "form": form,
        },
    )
