"""The file that answers a dispute: order, agreement, terms, payments, visits, mails."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from babel.dates import format_datetime
from django.utils.translation import gettext, override

from perenne.core.queries import current_business, done_by, log_of
from perenne.core.templatetags.perenne import money
from perenne.mail.api import mails_to
from perenne.money.domain.inbox.evidence import Evidence, Section
from perenne.money.models import Subscription
from perenne.money.queries.checkout.checkout import zone_of_business
from perenne.money.queries.offers.offers import grants_of
from perenne.money.queries.orders.orders import payments_of, refunds_of

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.core.models import LogEntry
    from perenne.money.models import Dispute, Order

_VISITS = 200


def order_of_dispute(dispute: Dispute) -> Order:
    """Return the order that the disputed payment belongs to."""
    payment = dispute.payment
    if payment.order is not None:
        return payment.order
    if payment.charge is None:
        raise LookupError("a payment is for an order or a charge")
    return payment.charge.subscription.order


def evidence_for(dispute: Dispute, *, now: datetime) -> Evidence:
    """Return everything we hold about a disputed payment, in the buyer's language."""
    order = order_of_dispute(dispute)
    business = current_business()
    with override(order.language):
        return Evidence(
            title=gettext("Order %(number)s, dispute %(dispute)s")
            % {"number": order.number, "dispute": dispute.provider_ref},
            made_on=gettext("%(business)s, on %(date)s")
            % {
                "business": business.name if business else "",
                "date": _at(now, order),
            },
            language=order.language,
            sections=(
                Section(gettext("The dispute"), tuple(_dispute(dispute, order))),
                Section(gettext("The order"), tuple(_order(order))),
                Section(gettext("What was agreed"), tuple(_agreed(order))),
                Section(gettext("Payments"), tuple(_payments(order))),
                Section(gettext("Access and use"), tuple(_use(order))),
                Section(gettext("Mails sent"), tuple(_mails(order))),
                Section(gettext("Terms of sale accepted"), tuple(_terms(order))),
            ),
        )


def _at(instant: datetime, order: Order) -> str:
    zone = zone_of_business()
    return format_datetime(
        instant.astimezone(zone), "long", locale=order.language, tzinfo=zone
    )


def _row(name: str, value: object) -> str:
    return f"{name}: {value}" if value else ""


def _dispute(dispute: Dispute, order: Order) -> list[str]:
    rows = [
        _row(gettext("Amount"), money(dispute.amount_cents, dispute.currency)),
        _row(gettext("Reason given"), dispute.reason),
        _row(gettext("Opened on"), _at(dispute.opened_at, order)),
        _row(gettext("Payment at the provider"), dispute.payment.provider_ref),
    ]
    return [row for row in rows if row]


def _order(order: Order) -> list[str]:
    address = ", ".join(
        part
        for part in (order.street, order.postcode, order.city, order.country)
        if part
    )
    rows = [
        _row(gettext("Number"), order.number),
        _row(gettext("Ordered on"), _at(order.created_at, order)),
        _row(gettext("Buyer"), order.name),
        _row(gettext("Company"), order.company),
        _row(gettext("E-mail address"), order.email),
        _row(gettext("Address"), address),
        _row(gettext("Offer"), order.offer.title),
        _row(gettext("Amount"), money(order.gross_cents, order.currency)),
        *(_row(gettext("Opens"), label) for label, _where in grants_of(order.offer)),
    ]
    return [row for row in rows if row]


def _agreed(order: Order) -> list[str]:
    return [_consent(consent) for consent in order.consents]


def _consent(consent: dict[str, Any]) -> str:
    said = f"“{consent.get('wording', '')}”"
    return f"{consent.get('at', '')} · {said} ({consent.get('source', '')})"


def _payments(order: Order) -> list[str]:
    found = [
        (row.paid_at, f"{money(row.amount_cents, row.currency)} · {row.method}")
        for row in payments_of(order)
    ]
    back = [
        (
            row.done_at or row.requested_at,
            f"-{money(row.amount_cents, row.currency)} · {row.get_state_display()}",
        )
        for row in refunds_of(order)
    ]
    return [f"{_at(at, order)} · {what}" for at, what in sorted([*found, *back])]


def _use(order: Order) -> list[str]:
    """Return what the person did here since the order, and what it opened for them."""
    subscriptions = Subscription.objects.filter(order=order)
    rows: list[LogEntry] = list(
        chain(
            done_by(f"person:{order.person_id}", since=order.created_at)[:_VISITS],
            log_of(order)[:_VISITS],
            *(log_of(row)[:_VISITS] for row in subscriptions),
        )
    )
    rows.sort(key=lambda row: (row.at, row.pk))
    lines = [f"{_at(row.at, order)} · {row.verb}{_what(row)}" for row in rows]
    return lines or [gettext("Nothing was recorded.")]


def _what(row: LogEntry) -> str:
    return f" {row.object_type} {row.object_id}" if row.object_type else ""


def _mails(order: Order) -> list[str]:
    lines = [
        f"{_at(mail.sent_at, order)} · {mail.subject} · {mail.reply}"
        for mail in mails_to(order.email, since=order.created_at)
    ]
    return lines or [gettext("Nothing was recorded.")]


def _terms(order: Order) -> list[str]:
    return [f"SHA-256: {order.terms.digest}", "", *order.terms.text.splitlines()]
