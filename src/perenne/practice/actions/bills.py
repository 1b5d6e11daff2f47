"""Invoice what was worked: hours, fixed prices and held sessions, each once (SV20)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import legal, log
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.money.api import issue_invoice
from perenne.practice.models import Booking, Mission, MissionTime
from perenne.practice.queries.missions import Bill, bills_for, client_by_id

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.core.models import Business
    from perenne.practice.models import Client


class NothingToBill(Refusal):
    """Everything was billed before; nothing was changed."""

    sentence = _("There is nothing to invoice: everything was invoiced before.")


class BusinessNotSetUp(Refusal):
    """There is no business to invoice in the name of; nothing was changed."""

    sentence = _("Set up your business first.")


class VatIsUnclear(Refusal):
    """A company outside the Union: its VAT is not for a rule to guess."""

    sentence = _(
        "This client is a company outside the European Union: issue this invoice by hand."
    )


@transaction.atomic
def bill_client(client_id: int, *, actor: str, now: datetime) -> list[str]:
    """Invoice all that a client was not invoiced yet, one invoice per kind and stream.

    What is billed is claimed first, so that two clicks make one invoice.
    Returns  the invoices' numbers
    Raises   NotFound, NothingToBill, VatIsUnclear, InvoiceIncomplete: nothing was changed
    """
    client, business = client_by_id(client_id), current_business()
    if client is None:
        raise NotFound
    if business is None:
        raise BusinessNotSetUp
    bills = bills_for(client)
    if not bills:
        raise NothingToBill
    numbers = [_issue(bill, client, business, actor=actor, now=now) for bill in bills]
    log.record(
        "practice.client_billed",
        actor=actor,
        obj=client,
        at=now,
        invoices=numbers,
    )
    return numbers


def _issue(
    bill: Bill, client: Client, business: Business, *, actor: str, now: datetime
) -> str:
    ref = f"practice:{uuid.uuid4()}"
    _claim(bill, ref)
    today = now.astimezone(ZoneInfo(business.time_zone)).date()
    rate, more = _vat(client, business, on=today)
    invoice = issue_invoice(
        ref=ref,
        person_id=client.person_id,
        customer={
            "name": client.company or client.person.name or client.person.email,
            "email": client.person.email,
            "is_business": bool(client.company),
            "street": client.street,
            "postcode": client.postcode,
            "city": client.city,
            "country": client.country,
            "siren": client.siren,
            "vat_number": client.vat_number,
        },
        lines=[
            {
                "description": line.label,
                "unit_price_cents": line.unit_cents,
                "quantity": line.quantity,
                "vat_rate_bp": rate,
            }
            for line in bill.lines
        ],
        stream_id=bill.stream_id,
        currency=business.currency,
        sold_on=today,
        paid=False,
        due_on=None,
        cause=bill.cause,
        language=client.person.language,
        prices_include_vat=bill.prices_include_vat,
        actor=actor,
        now=now,
        **more,
    )
    return str(invoice.number)


def _claim(bill: Bill, ref: str) -> None:
    """Mark every row billed, or refuse when another invoice was faster."""
    for model, keys in (
        (MissionTime, bill.times),
        (Mission, bill.missions),
        (Booking, bill.bookings),
    ):
        rows = model._default_manager.filter(pk__in=keys, invoice_ref="")
        if rows.update(invoice_ref=ref) != len(keys):
            raise NothingToBill


def _vat(
    client: Client, business: Business, *, on: Any
) -> tuple[int | None, dict[str, Any]]:
    """Return the rate in basis points and what else the invoice must know.

    Franchise: none. At home and for consumers: the home rate. For a company elsewhere
    in the Union, it pays the tax itself (CGI art. 283-2).
    """
    if business.vat_regime != "liable":
        return None, {}
    if client.country == business.country or not client.company:
        return int(legal.value("eu_vat_rates", business.country, on=on)), {}
    if not client.vat_number:
        raise VatIsUnclear
    return None, {"reverse_charge": True}
