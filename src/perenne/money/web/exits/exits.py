"""The two public exits: end a contract (R58-R61), withdraw from one (R51-R53).

Form, recap with correction, then one button that says what it does. No account and no
cookie is needed, and every answer is the same whether or not a contract exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from perenne.core.clock import now as now_
from perenne.core.errors import TooManyAttempts
from perenne.core.tokens import new_token
from perenne.core.web.ratelimit import client_address, limit
from perenne.money.actions.exits.exits import declare
from perenne.money.queries.checkout.checkout import civil_day
from perenne.money.web.exits.forms_exits import TerminationForm, WithdrawalForm
from perenne.people.api import person_of_user

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Exit:
    """One of the two exits: what it stores, its form, its pages."""

    kind: str
    form: type[TerminationForm | WithdrawalForm]
    template: str
    done: str


_TERMINATION = Exit(
    "termination", TerminationForm, "money/public/cancel.html", "cancel_contract_done"
)
_WITHDRAWAL = Exit(
    "withdrawal", WithdrawalForm, "money/public/withdraw.html", "withdraw_done"
)


# No cookie is needed to leave: a visitor has no rights here that another site could
# borrow, and a declaration is acknowledged to the address it names.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_contract(request: HttpRequest) -> HttpResponse:
    """Take a termination."""
    return _exit_page(request, _TERMINATION, now=now_())


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take a withdrawal."""
    return _exit_page(request, _WITHDRAWAL, now=now_())


@require_safe
def cancel_contract_done(request: HttpRequest) -> HttpResponse:
    """Say that the termination has arrived."""
    return render(request, "money/public/declared.html", {"kind": "termination"})


@require_safe
def withdraw_done(request: HttpRequest) -> HttpResponse:
    """Say that the withdrawal has arrived."""
    return render(request, "money/public/declared.html", {"kind": "withdrawal"})


def _exit_page(request: HttpRequest, way: Exit, *, now: datetime) -> HttpResponse:
    """Show the form, its recap, or store what the recap's button notifies."""
    today = civil_day(now)
    if request.method != "POST":
        return _show(request, way, way.form(initial=_initial(request), today=today))
    form = way.form(request.POST, today=today)
    if not form.is_valid():
        return _show(request, way, form, status=422)
    step = request.POST.get("step", "")
    if step == "correct":
        return _show(request, way, form)
    if step != "notify":
        return _show(request, way, form, recap=True)
    try:
        _notify(request, way, form.cleaned_data, now=now)
    except TooManyAttempts as refusal:
        form.add_error(None, str(refusal))
        return _show(request, way, form, status=refusal.http_status)
    return redirect(way.done)


def _show(
    request: HttpRequest,
    way: Exit,
    form: Any,
    *,
    recap: bool = False,
    status: int = 200,
) -> HttpResponse:
    return render(request, way.template, {"form": form, "recap": recap}, status=status)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """Return a fresh key, the reference of the link, and who is signed in."""
    initial = {"key": new_token(), "reference": request.GET.get("ref", "")[:300]}
    person = person_of_user(request.user.pk)
    if person is not None:
        initial |= {"name": person.name, "email": person.email}
    return initial


def _notify(
    request: HttpRequest, way: Exit, data: dict[str, Any], *, now: datetime
) -> None:
    limit("exit", client_address(request), times=20, seconds=_HOUR)
    limit("exit-address", data["email"], times=5, seconds=_HOUR)
    declare(
        way.kind,
        key=data["key"],
        name=data["name"],
        email=data["email"],
        reference=data["reference"],
        wanted_on=data.get("wanted_on"),
        language=(get_language() or settings.LANGUAGE_CODE)[:2],
        now=now,
    )
