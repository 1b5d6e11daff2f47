"""The owner's way to take live Stripe subscriptions over, without new cards (OP3).

Look, say which price is which, check without writing, take over. Between the steps the
rows of a file travel in the form, signed; Stripe itself is asked again each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.signing import BadSignature, dumps, loads
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from perenne.core import clock
from perenne.core.queries import current_business
from perenne.core.web.desk import actor_of, desk_view
from perenne.money.api import (
    ProviderRefused,
    ProviderUnavailable,
    card_payments_ready,
    subscriptions_at_stripe,
    takeover_reason,
    targets,
)
from perenne.portability.actions.stripe_subscriptions import (
    Plan,
    prices_found,
    take_over_all,
)
from perenne.portability.domain.subscription_files import (
    UnreadableSubscriptions,
    read_objects,
)
from perenne.portability.web.forms_stripe import SourceForm, TakeoverForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_SALT = "perenne.portability.stripe"
_PAGE = "portability/backoffice/stripe.html"
_SHOWN = 100


@desk_view("portability.add_import")
@require_http_methods(["GET", "POST"])
def wizard(request: HttpRequest) -> HttpResponse:
    """Show the three steps; only the last one writes."""
    form = SourceForm(can_ask=card_payments_ready())
    if request.method != "POST":
        return render(request, _PAGE, {"source": form})
    try:
        if request.POST.get("step") == "look":
            return _look(request)
        return _take(request)
    except (ProviderUnavailable, ProviderRefused):
        problem = _("Stripe does not answer. Try again: nothing is done twice.")
    except (UnreadableSubscriptions, BadSignature):
        problem = _("The file holds no subscriptions. Choose another one.")
    return render(request, _PAGE, {"source": form, "problem": problem}, status=422)


def _look(request: HttpRequest) -> HttpResponse:
    form = SourceForm(request.POST, request.FILES, can_ask=card_payments_ready())
    if not form.is_valid():
        return render(request, _PAGE, {"source": form}, status=422)
    file, carried = form.cleaned_data["file"], ""
    if file is not None:
        rows = read_objects(file.read())
        carried = dumps(rows, salt=_SALT, compress=True)
    else:
        rows = list(subscriptions_at_stripe())
    return _mapping(request, rows, carried)


def _mapping(
    request: HttpRequest, rows: list[Any], carried: str, **more: Any
) -> HttpResponse:
    now = clock.now()
    form = more.pop("form", None) or TakeoverForm(
        found=prices_found(rows, now=now),
        targets=targets(now),
        initial={"rows": carried},
    )
    return render(request, _PAGE, {"form": form, "count": len(rows), **more})


def _take(request: HttpRequest) -> HttpResponse:
    """Check or take over, then show what became of each row."""
    carried, now = request.POST.get("rows", ""), clock.now()
    rows = loads(carried, salt=_SALT) if carried else list(subscriptions_at_stripe())
    form = TakeoverForm(
        request.POST, found=prices_found(rows, now=now), targets=targets(now)
    )
    if not form.is_valid():
        return _mapping(request, rows, carried, form=form)
    business = current_business()
    plan = Plan(
        mapping=form.mapping(),
        language=business.language if business else "fr",
        actor=actor_of(request),
        dry_run=request.POST.get("step") != "take",
    )
    report = take_over_all(rows, plan, now=now)
    refused = [
        (row.row, row.ref, takeover_reason(row.code, row.detail))
        for row in report.refused[:_SHOWN]
    ]
    context = {"report": report, "refused": refused, "dry_run": plan.dry_run}
    if plan.dry_run:
        return _mapping(request, rows, carried, form=form, **context)
    return render(request, _PAGE, context)
