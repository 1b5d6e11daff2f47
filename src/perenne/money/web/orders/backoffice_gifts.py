"""The owner's list of gifts: who has not redeemed theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.orders.gifts import send_again
from perenne.money.models import Gift
from perenne.money.queries.checkout.checkout import zone_of_business
from perenne.money.queries.orders.gifts import gift_by_id, gifts_matching

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_STATES = [pair for pair in Gift.State.choices if pair[0] != Gift.State.UNPAID]


@desk_view("money.view_gift")
@require_GET
def gifts(request: HttpRequest) -> HttpResponse:
    """List gifts; search by the recipient's address, filter by state."""
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    page = keyset_page(
        gifts_matching(text, state if state in dict(_STATES) else ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "money/backoffice/gifts.html",
        {
            "page": page,
            "q": text,
            "state": state,
            "states": _STATES,
            "zone": zone_of_business(),
        },
    )


@desk_view("money.change_gift")
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a gift's mail again, with a new link."""
    gift = gift_by_id(pk)
    try:
        send_again(gift.pk, actor=actor_of(request), now=now_())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The gift is sent again. The former link is dead."))
    return redirect("desk_money_gifts")
