"""The owner's screens for affiliates: who they are, what is due, what was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perenne.core.clock import now as now_
from perenne.core.domain.money import Money
from perenne.core.errors import Refusal
from perenne.core.queries import current_business
from perenne.core.tokens import new_token
from perenne.core.web.csv_export import csv_response
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.affiliates.affiliate_payouts import pay_affiliate
from perenne.money.actions.affiliates.affiliates import add_affiliate, change_affiliate
from perenne.money.queries.affiliates.affiliate_links import affiliate_token
from perenne.money.queries.affiliates.affiliates import (
    affiliate_by_id,
    affiliates_matching,
    balances,
    commissions_of,
    due_rows,
    payouts_of,
    sales_by_affiliate,
    sales_of,
)
from perenne.money.queries.checkout.checkout import civil_day, zone_of_business
from perenne.money.web.affiliates.forms_affiliates import (
    NewAffiliateForm,
    PayoutForm,
    RuleForm,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from perenne.money.models import Affiliate

_SHOWN = 50


def _currency() -> str:
    business = current_business()
    return business.currency if business else "EUR"


@desk_view("money.add_affiliate")
@require_http_methods(["GET", "POST"])
def affiliates(request: HttpRequest) -> HttpResponse:
    """List affiliates with what is due to them, and add one."""
    form = NewAffiliateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            row = add_affiliate(
                email=data["email"],
                name=data["name"],
                code=data["code"],
                rule=form.rule(_currency()),
                actor=actor_of(request),
                now=now_(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Added. Send them their link and their page."))
            return redirect("desk_money_affiliate", pk=row.pk)
    text = request.GET.get("q", "")
    page = keyset_page(
        affiliates_matching(text),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "money/backoffice/affiliates.html",
        {"page": page, "rows": _rows(page.rows), "q": text, "form": form},
    )


def _rows(affiliates: list[Affiliate]) -> list[dict[str, Any]]:
    ids = [row.pk for row in affiliates]
    sales = sales_by_affiliate(ids)
    held = balances(civil_day(now_()), ids)
    return [
        {
            "affiliate": row,
            "sales": sales.get(row.pk, 0),
            "balances": [one for one in held if one.affiliate_id == row.pk],
        }
        for row in affiliates
    ]


@desk_view("money.change_affiliate")
@require_http_methods(["GET", "POST"])
def affiliate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an affiliate, and change by which rule they earn."""
    row = affiliate_by_id(pk)
    form = RuleForm(
        request.POST if request.method == "POST" else None, initial=_values(row)
    )
    if form.is_bound and form.is_valid():
        change_affiliate(
            row.pk,
            rule=form.rule(_currency()),
            active=form.cleaned_data["active"],
            actor=actor_of(request),
            now=now_(),
        )
        messages.success(request, _("Saved. What was earned stays as it is."))
        return redirect("desk_money_affiliate", pk=row.pk)
    return _affiliate_page(request, row, form)


def _values(row: Affiliate) -> dict[str, Any]:
    return {
        "percent": Money(row.percent_bp, "EUR").decimal() if row.percent_bp else None,
        "amount": Money(row.amount_cents, row.currency).decimal()
        if row.amount_cents
        else None,
        "periods": row.periods,
        "active": row.active,
    }


def _affiliate_page(
    request: HttpRequest,
    row: Affiliate,
    form: RuleForm,
    *,
    payout_form: PayoutForm | None = None,
) -> HttpResponse:
    today = civil_day(now_())
    held = balances(today, [row.pk])
    key = new_token()
    return render(
        request,
        "money/backoffice/affiliate.html",
        {
            "affiliate": row,
            "form": form,
            "link": settings.SITE_URL
            + reverse("money_affiliate_link", args=[row.code]),
            "page_url": settings.SITE_URL
            + reverse("money_affiliate", args=[affiliate_token(row)]),
            "sales": sales_of(row.pk),
            "balances": [
                (one, payout_form or PayoutForm.for_balance(one, key=key, today=today))
                for one in held
            ],
            "rows": commissions_of(row.pk)[:_SHOWN],
            "payouts": payouts_of(row.pk)[:_SHOWN],
            "zone": zone_of_business(),
        },
        status=422 if payout_form else 200,
    )


@desk_view("money.add_affiliatepayout")
@require_POST
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that everything due was paid."""
    row = affiliate_by_id(pk)
    form = PayoutForm(request.POST)
    if form.is_valid():
        try:
            pay_affiliate(
                row.pk, **form.cleaned_data, actor=actor_of(request), now=now_()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Recorded, and booked as an expense."))
            return redirect("desk_money_affiliate", pk=row.pk)
    return _affiliate_page(
        request, row, RuleForm(initial=_values(row)), payout_form=form
    )


@desk_view("money.view_affiliate")
@require_GET
def due_csv(request: HttpRequest) -> HttpResponseBase:
    """Download what is to be paid out today."""
    header = [
        _("Name"),
        _("E-mail address"),
        _("Code"),
        _("Amount"),
        _("Currency"),
        _("Sales brought"),
    ]
    rows = (
        (name, email, code, Money(due, currency).decimal(), currency, sales)
        for name, email, code, due, currency, sales in due_rows(civil_day(now_()))
    )
    return csv_response("affiliates.csv", header, rows)
