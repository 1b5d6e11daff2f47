"""The owner's screen for what happens around an offer's checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from perenne.core.clock import now as now_
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.money.actions.orders.around import set_around
from perenne.money.queries.checkout.extras import (
    bump_rows,
    extras_of,
    offers_to_propose,
    upsell_of,
)
from perenne.money.queries.checkout.proposals import proposal_counts
from perenne.money.queries.offers.offers import offer_by_id
from perenne.money.queries.orders.reminders import reminder_counts
from perenne.money.web.offers.forms_around import AroundForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.money.models import Offer


@desk_view("money.change_offer")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what is proposed beside and after the checkout, gifts and reminders."""
    offer = offer_by_id(pk)
    choices = offers_to_propose(besides=[offer.pk])
    form = AroundForm(
        request.POST if request.method == "POST" else None,
        initial=_values(offer),
        offers=choices,
    )
    if form.is_bound and form.is_valid():
        try:
            set_around(
                offer.pk, wanted=form.wanted(), actor=actor_of(request), now=now_()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. It counts from the next checkout on."))
            return redirect("desk_money_extras", pk=offer.pk)
    return render(
        request,
        "money/backoffice/extras.html",
        {
            "offer": offer,
            "form": form,
            "choices": choices,
            "reminders": reminder_counts(offer),
            "proposals": proposal_counts(offer),
        },
    )


def _values(offer: Offer) -> dict[str, Any]:
    extras, upsell = extras_of(offer), upsell_of(offer)
    values: dict[str, Any] = {
        "can_be_given": extras.can_be_given,
        "remind_hours": extras.remind_hours or "",
    }
    for at, row in enumerate(bump_rows(offer), start=1):
        values |= {f"bump_{at}": row.bump_id, f"sentence_{at}": row.sentence}
    if upsell is not None:
        values |= {
            "proposed": upsell.proposed_id,
            "otherwise": upsell.otherwise_id or "",
            "sentence": upsell.sentence,
            "minutes": upsell.minutes,
        }
    return values
