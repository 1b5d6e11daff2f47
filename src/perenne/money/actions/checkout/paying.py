"""Let a person pay a late charge themselves, with their bank's confirmation (R127)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.money.actions.checkout.payment_pages import OrderIsSettled
from perenne.money.actions.payments.payments import record_payment
from perenne.money.actions.payments.under_way import note_charge_under_way
from perenne.money.actions.subscriptions.plan_changing import pays_a_change
from perenne.money.actions.subscriptions.standings import move, standing_of
from perenne.money.gateways.protocol import PageRequest
from perenne.money.gateways.providers import provider
from perenne.money.models import Charge
from perenne.money.queries.subscriptions.rules import dunning

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import Paid

_UNPAID = (Charge.State.DUE, Charge.State.DECLINED, Charge.State.TO_CONFIRM)


class ChargeIsUnderWay(Refusal):
    """A worker is charging it at this moment; nothing was changed."""

    sentence = _("This payment is being tried right now. Please come back in a moment.")


def open_charge_page(key: str, *, now: datetime) -> str:
    """Return the address where the person pays a late charge.

    No further try is made behind their back: what we had prepared is dropped first, so
    the period cannot be paid twice.

    Raises  NotFound, OrderIsSettled, ChargeIsUnderWay; ProviderUnavailable
    """
    charge = (
        Charge.objects.select_related(
            "subscription__offer", "subscription__order", "subscription__price"
        )
        .filter(key=key)
        .first()
    )
    if charge is None:
        raise NotFound
    service = provider(charge.subscription.provider)
    if charge.under_way_at is not None:
        raise ChargeIsUnderWay
    if charge.page_ref:
        page = service.fetch_page(charge.page_ref)
        if page.under_way:
            note_charge_under_way(charge.subscription, charge, now=now)
            raise ChargeIsUnderWay
        if page.paid is None and not page.expired:
            return charge.page_url
        _settled_by(charge, page.paid, now=now)
    _hold(charge, now=now)
    if charge.provider_ref:
        _settled_by(charge, service.drop_charge(charge.provider_ref), now=now)
    opened = service.start_checkout(_page_request(charge))
    Charge.objects.filter(pk=charge.pk, page_ref=charge.page_ref).update(
        page_ref=opened.ref, page_url=opened.url
    )
    return opened.url


def _settled_by(charge: Charge, paid: Paid | None, *, now: datetime) -> None:
    if paid is None:
        return
    record_payment(
        paid,
        via=charge.subscription.provider,
        charge_id=charge.pk,
        actor="system",
        now=now,
    )
    raise OrderIsSettled


@transaction.atomic
def _hold(charge: Charge, *, now: datetime) -> None:
    """Take the charge out of the clock's hands."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    if charge.state not in _UNPAID:
        raise OrderIsSettled
    held = Charge.objects.filter(free, pk=charge.pk, state__in=_UNPAID).update(
        state=Charge.State.TO_CONFIRM
    )
    if not held:
        raise ChargeIsUnderWay
    row = charge.subscription
    if not pays_a_change(charge.pk):
        move(row, standing_of(row).waiting_for_the_person(dunning()))
    log.record("money.charge_page_opened", actor="system", obj=charge, at=now)


def _page_request(charge: Charge) -> PageRequest:
    row = charge.subscription
    back = settings.SITE_URL + reverse("money_pay_done", args=[charge.key])
    return PageRequest(
        purpose="charge",
        key=charge.key,
        attempt=hashlib.sha256(charge.page_ref.encode()).hexdigest()[:16],
        title=row.offer.title,
        amount_cents=charge.gross_cents,
        currency=charge.currency,
        email=row.order.email,
        language=row.order.language,
        success_url=back,
        cancel_url=back,
        save_method=True,
        customer=row.provider_customer,
    )
