"""The owner's screens for declarations: what is open, until when, and what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from perenne.core.clock import now as now_
from perenne.core.domain.money import Money, cents
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import log_of
from perenne.core.tokens import new_token
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.exits.declaration_cases import (
    refund_declaration,
    settle_declaration,
)
from perenne.money.domain.exits.withdrawals import Why
from perenne.money.models import DeclarationCase
from perenne.money.queries.checkout.checkout import civil_day, zone_of_business
from perenne.money.queries.exits.exits import case_by_id, cases_matching, withdrawal_of
from perenne.money.web.exits.forms_exits import SettleForm
from perenne.money.web.forms import RefundForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.money.queries.exits.exits import Withdrawal

REASONS = {
    Why.RIGHT_KEPT: gettext_lazy(
        "The full price: immediate access was not asked for, or the loss of the right "
        "was not acknowledged and confirmed (C. conso L221-28 13°)."
    ),
    Why.WAIVED: gettext_lazy(
        "Nothing: immediate access was expressly asked for, the loss of the right was "
        "acknowledged, and both were confirmed by mail (C. conso L221-28 13°)."
    ),
    Why.NOT_ASKED: gettext_lazy(
        "The full price: no express request to begin early is recorded (C. conso "
        "L221-25)."
    ),
    Why.BEGUN: gettext_lazy(
        "The part not provided yet: the service began at the person's express request "
        "(C. conso L221-25)."
    ),
    Why.PERFORMED: gettext_lazy(
        "Nothing: the service was fully performed at the person's express request "
        "(C. conso L221-28 1°)."
    ),
    Why.LATE: gettext_lazy(
        "Nothing by law: the withdrawal period was over (C. conso L221-18). If the "
        "buyer had not been informed of the right, it is a year longer (L221-20)."
    ),
    Why.SEVERAL: gettext_lazy(
        "Several things were bought together: this is the sum of what is due for each "
        "by its own rule."
    ),
    Why.BUSINESS: gettext_lazy(
        "Nothing by law: a business bought it (C. conso L221-3 has exceptions for "
        "small ones)."
    ),
}


@desk_view("money.view_declaration")
@require_GET
def declarations(request: HttpRequest) -> HttpResponse:
    """List declarations; search by address, filter by state."""
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    page = keyset_page(
        cases_matching(text, state if state in DeclarationCase.State.values else ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "money/backoffice/declarations.html",
        {
            "page": page,
            "q": text,
            "state": state,
            "states": DeclarationCase.State.choices,
            "today": civil_day(now_()),
            "zone": zone_of_business(),
        },
    )


@desk_view("money.view_declaration")
@require_GET
def declaration(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a declaration, its contract, and what the law gives back."""
    return _page(request, case_by_id(pk))


@desk_view("money.add_refund")
@require_POST
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back what the owner decided, and close the declaration."""
    case = case_by_id(pk)
    found = _withdrawal(case)
    if found is None or found.payment_id is None:
        raise NotFound
    form = RefundForm(request.POST)
    if not form.is_valid():
        return _page(request, case, refund_form=form, status=422)
    data = form.cleaned_data
    try:
        refund_declaration(
            pk,
            payment_id=found.payment_id,
            key=data["key"],
            amount_cents=cents(data["amount"], found.currency),
            reason=data["reason"],
            end_access=data["end_access"],
            actor=actor_of(request),
            now=now_(),
        )
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return _page(request, case, refund_form=form, status=refusal.http_status)
    messages.success(request, _("The refund is under way."))
    return redirect("desk_money_declaration", pk=pk)


@desk_view("money.change_declarationcase")
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the declaration with a reason."""
    case = case_by_id(pk)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _page(request, case, settle_form=form, status=422)
    try:
        settle_declaration(
            pk,
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            now=now_(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, case, settle_form=form, status=refusal.http_status)
    messages.success(request, _("The declaration is settled."))
    return redirect("desk_money_declaration", pk=pk)


def _withdrawal(case: DeclarationCase) -> Withdrawal | None:
    if case.order is None or case.declaration.kind != "withdrawal":
        return None
    return withdrawal_of(case.order, declared_at=case.declaration.received_at)


def _refund_form(found: Withdrawal) -> RefundForm:
    """Return the refund form, filled with what the law proposes."""
    proposed = found.proposal.refund_cents
    amount = found.left_cents if proposed is None else proposed
    return RefundForm(
        initial={
            "key": new_token(),
            "amount": Money(amount, found.currency).decimal() if amount else None,
            "reason": _("Withdrawal"),
            "end_access": True,
        }
    )


def _page(
    request: HttpRequest, case: DeclarationCase, *, status: int = 200, **forms: Any
) -> HttpResponse:
    found = _withdrawal(case)
    may_refund = found is not None and found.payment_id and found.left_cents
    return render(
        request,
        "money/backoffice/declaration.html",
        {
            "case": case,
            "row": case.declaration,
            "is_open": case.state in {"open", "waiting"},
            "found": found,
            "reason": REASONS[found.proposal.why] if found else "",
            "refund_form": forms.get("refund_form")
            or (_refund_form(found) if found is not None and may_refund else None),
            "settle_form": forms.get("settle_form") or SettleForm(),
            "today": civil_day(now_()),
            "log": log_of(case)[:30],
            "zone": zone_of_business(),
        },
        status=status,
    )
