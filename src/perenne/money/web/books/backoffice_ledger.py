"""The owner's screens of the receipts book and of money from outside."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from perenne.core import clock
from perenne.core.durability import durable
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.core.web.csv_export import csv_response
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.books.ledger import reverse_entry
from perenne.money.actions.books.outside import record_outside_money
from perenne.money.queries.books.ledger import (
    decimal_text,
    entry_by_id,
    method_name,
    outside_money,
    receipts,
    receipts_by_month,
    receipts_page,
)
from perenne.money.web.books.backoffice_invoices import business_today
from perenne.money.web.books.forms_books import OutsideForm, ReverseForm
from perenne.streams.api import streams

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from perenne.money.models import LedgerEntry


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    if text.isdigit() and 1970 <= int(text) <= 9999:
        return int(text)
    return business_today().year


def _month(request: HttpRequest, year: int) -> int | None:
    text = request.GET.get("month", "")
    return int(text) if text.isdigit() and 1 <= int(text) <= 12 else None


def _period(year: int, month: int | None) -> tuple[date, date]:
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


@desk_view("money.view_ledgerentry")
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the receipts book of a year or month, with its totals (R118)."""
    year = _year(request)
    month = _month(request, year)
    start, end = _period(year, month)
    after = request.GET.get("after", "")
    context = {
        "year": year,
        "month": month,
        "start": start,
        "months": receipts_by_month(date(year, 1, 1), date(year, 12, 31)),
        "page": receipts_page(start, end, after=after),
        "after": after,
        "query": f"year={year}" + (f"&month={month}" if month else ""),
    }
    return render(request, "money/backoffice/ledger.html", context)


@desk_view("money.view_ledgerentry")
@require_GET
def ledger_csv(request: HttpRequest) -> HttpResponseBase:
    """Export the receipts book: the columns of R118, in order of receipt."""
    year = _year(request)
    start, end = _period(year, _month(request, year))
    header = [
        _("Date of receipt"),
        _("Document"),
        _("Customer"),
        _("Nature"),
        _("Amount"),
        _("Currency"),
        _("Payment method"),
        _("Entry"),
    ]
    rows = receipts(start, end).iterator(chunk_size=2000)
    name = f"receipts-{start.isoformat()}-{end.isoformat()}.csv"
    return csv_response(name, header, (_cells(row) for row in rows))


def _cells(row: LedgerEntry) -> list[object]:
    return [
        row.received_on,
        row.document_number or row.sequence,
        row.counterparty,
        row.label,
        decimal_text(row.amount_cents, row.currency),
        row.currency,
        method_name(row.method),
        row.sequence,
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@desk_view("money.view_ledgerentry")
def outside(request: HttpRequest) -> HttpResponse:
    """List money from outside and record some."""
    every = streams()
    form = OutsideForm(
        request.POST or None, streams=every, initial={"on": business_today()}
    )
    if request.method == "POST" and _recorded(request, form):
        messages.success(request, _("The money is booked."))
        return redirect("desk_money_outside")
    chosen = {key: request.GET.get(key, "") for key in ("stream", "from", "to")}
    rows = outside_money(
        stream_id=int(chosen["stream"]) if chosen["stream"].isdigit() else None,
        start=_day(chosen["from"]),
        end=_day(chosen["to"]),
    )
    context = {
        "form": form,
        "streams": every,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "page": keyset_page(
            rows,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        ),
    }
    return render(request, "money/backoffice/outside.html", context)


def _recorded(request: HttpRequest, form: OutsideForm) -> bool:
    if not request.user.has_perm("money.add_ledgerentry"):
        raise NotFound
    if not form.is_valid():
        return False
    values = form.cleaned_data
    business = current_business()
    try:
        with durable():
            record_outside_money(
                stream_id=values["stream"],
                kind=values["kind"],
                on=values["on"],
                amount_cents=values["amount"],
                currency=business.currency if business else "EUR",
                label=values["label"],
                counterparty=values["counterparty"],
                method=values["method"],
                ref=values["key"],
                actor=actor_of(request),
                now=clock.now(),
            )
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    return True


@desk_view("money.add_ledgerentry")
def reverse(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Correct an entry by its opposite."""
    entry = entry_by_id(entry_id)
    if entry is None:
        raise NotFound
    form = ReverseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with durable():
                reverse_entry(
                    entry_id,
                    reason=form.cleaned_data["reason"],
                    actor=actor_of(request),
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The entry is corrected by its opposite."))
            return redirect("desk_money_outside")
    return render(
        request, "money/backoffice/reverse.html", {"entry": entry, "form": form}
    )
