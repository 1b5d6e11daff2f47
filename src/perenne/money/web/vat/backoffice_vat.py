"""The owner's screen of EU VAT: what to declare, the threshold, what is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.csv_export import csv_response
from perenne.core.web.desk import actor_of, desk_view
from perenne.money.actions.vat.evidence import confirm_country
from perenne.money.domain.vat.quarters import parse_quarter, quarter_of
from perenne.money.queries.books.ledger import decimal_text
from perenne.money.queries.books.vat_watch import orders_in_doubt, vat_watch
from perenne.money.queries.checkout.checkout import civil_day, vat_day
from perenne.money.queries.vat.one_stop import one_stop_return, reverse_charged
from perenne.money.web.checkout.forms_buyer import country_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from perenne.money.domain.vat.quarters import Quarter
    from perenne.money.queries.vat.one_stop import OneStopLine, OneStopReturn

_SHOWN_QUARTERS = 6


def _quarter(request: HttpRequest, today: date) -> Quarter:
    try:
        return parse_quarter(request.GET.get("quarter", ""))
    except ValueError:
        return quarter_of(today)


def _recent(quarter: Quarter, today: date) -> list[Quarter]:
    """Return this quarter and the ones before, for the choice."""
    found = [max(quarter, quarter_of(today))]
    while len(found) < _SHOWN_QUARTERS or found[-1] > quarter:
        found.append(found[-1].before)
    return found


def _named(
    lines: tuple[OneStopLine, ...], names: dict[str, str]
) -> list[tuple[str, OneStopLine]]:
    return [(names.get(line.country, line.country), line) for line in lines]


@desk_view("money.view_ledgerentry")
@require_GET
def vat(request: HttpRequest) -> HttpResponse:
    """Show a quarter's return, how near the threshold is, and orders to ask about."""
    now, names = now_(), country_names()
    day = vat_day(now)
    quarter = _quarter(request, day.day)
    found = one_stop_return(quarter)
    return render(
        request,
        "money/backoffice/vat.html",
        {
            "quarter": quarter,
            "quarters": _recent(quarter, day.day),
            "found": found,
            "sales": _named(found.sales, names),
            "corrections": _named(found.corrections, names),
            "owed_by_buyers": reverse_charged(quarter.start, quarter.end),
            "watch": vat_watch(now, vat=day),
            "doubts": orders_in_doubt(),
        },
    )


@desk_view("money.view_ledgerentry")
@require_GET
def vat_csv(request: HttpRequest) -> HttpResponseBase:
    """Export a quarter's return: country, rate, base, VAT (R122)."""
    found = one_stop_return(_quarter(request, civil_day(now_())))
    header = [
        _("Kind"),
        _("Quarter"),
        _("Country"),
        _("VAT rate in %"),
        _("Base"),
        _("VAT"),
        _("Currency"),
    ]
    return csv_response(f"oss-{found.quarter}.csv", header, list(_rows(found)))


def _rows(found: OneStopReturn) -> Iterator[list[object]]:
    for kind, lines in (
        (_("Sold"), found.sales),
        (_("Correction"), found.corrections),
    ):
        for line in lines:
            yield [
                kind,
                line.of,
                line.country,
                f"{line.rate_bp / 100:g}",
                decimal_text(line.net_cents, line.currency),
                decimal_text(line.tax_cents, line.currency),
                line.currency,
            ]


@desk_view("money.change_order")
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the buyer was asked and confirms their country."""
    try:
        confirm_country(pk, actor=actor_of(request), now=now_())
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The answer is kept with the order."))
    return redirect("desk_money_order", pk=pk)
