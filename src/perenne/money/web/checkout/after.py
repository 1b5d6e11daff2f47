"""After the payment: one proposal with two equal answers, and the gift's recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of
from perenne.core.web.ratelimit import client_address, limit
from perenne.money.actions.checkout.checkout import ConsentMissing
from perenne.money.actions.checkout.payment_pages import (
    OrderIsSettled,
    open_payment_page,
)
from perenne.money.actions.checkout.upsells import accept_proposal, charge_proposal
from perenne.money.actions.orders.gifts import change_recipient, redeem_gift
from perenne.money.actions.orders.proposals import refuse_proposal
from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable
from perenne.money.models import Gift
from perenne.money.queries.checkout.baskets import quote_of
from perenne.money.queries.checkout.checkout import (
    button_label,
    franchise_mention,
    period_words,
)
from perenne.money.queries.checkout.extras import title_of
from perenne.money.queries.checkout.proposals import (
    basket_of_proposal,
    consents_of_proposal,
    is_being_charged,
    open_proposal,
    proposal_of,
)
from perenne.money.queries.offers.offers import grants_of
from perenne.money.queries.orders.gifts import gift_by_token, gift_of
from perenne.money.queries.orders.orders import order_or_refuse
from perenne.money.web.checkout.forms_after import ProposalForm, RedeemForm
from perenne.money.web.checkout.forms_extras import RecipientForm
from perenne.money.web.checkout.provider_pages import leads_to_provider
from perenne.people.api import person_of_user

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from perenne.money.models import Order, Proposal


def after_payment(order: Order, now: datetime) -> dict[str, Any]:
    """Return what an order's page says besides its state."""
    gift = gift_of(order)
    context: dict[str, Any] = {
        "gift": gift,
        "bought": title_of(order),
        "gift_may_change": gift is not None and gift.state in {"pending", "delivered"},
        "being_charged": order.after_id is not None and is_being_charged(order),
    }
    proposal = open_proposal(order, now) if order.state == "paid" else None
    if proposal is not None:
        context |= proposal_context(proposal, _proposal_form(proposal, now), now=now)
    return context


def _proposal_form(proposal: Proposal, now: datetime, data: Any = None) -> ProposalForm:
    consents = consents_of_proposal(proposal, now)
    return ProposalForm(data, consents=consents, initial={"offer": proposal.offer_id})


def proposal_context(
    proposal: Proposal, form: ProposalForm, *, now: datetime
) -> dict[str, Any]:
    """Return what the proposal says: what, for how much, with which button (R44, R69)."""
    language = proposal.order.language
    basket = basket_of_proposal(proposal, now)
    return {
        "proposal": proposal,
        "proposal_form": form,
        "proposal_grants": grants_of(proposal.offer),
        "proposal_button": button_label(
            basket,
            today_cents=quote_of(basket, now).total.gross_cents,
            language=language,
            now=now,
        ),
        "mention": franchise_mention(language=language, now=now),
    }


@never_cache
@leads_to_provider
@require_POST
def answer_proposal(request: HttpRequest, key: str) -> HttpResponse:
    """Take a yes or a no to what is proposed after a payment."""
    now, order = now_(), order_or_refuse(key)
    limit("proposal", client_address(request), times=30, seconds=600)
    if request.POST.get("answer") != "yes":
        refuse_proposal(order, actor=actor_of(request), now=now)
        return redirect("money_order", key=order.key)
    proposal = proposal_of(order)
    if proposal is None:
        raise NotFound
    form = _proposal_form(proposal, now, request.POST)
    if not form.is_valid() or form.cleaned_data["offer"] != proposal.offer_id:
        return redirect("money_order", key=order.key)
    try:
        made = accept_proposal(
            order, ticked=form.ticked(), actor=actor_of(request), now=now
        )
    except ConsentMissing as refusal:
        form.add_error(refusal.field, str(refusal))
        context = proposal_context(proposal, form, now=now) | {"order": order}
        return render(request, "money/public/proposal_page.html", context, status=422)
    except Refusal as refusal:
        messages.info(request, str(refusal))
        return redirect("money_order", key=order.key)
    return _pay(made, proposal, now=now)


def _pay(made: Order, proposal: Proposal, *, now: datetime) -> HttpResponse:
    """Charge the kept card; where the bank wants the person, go to its page."""
    try:
        charge_proposal(proposal.pk, now=now)
        return redirect(open_payment_page(made.pk, now=now))
    except (OrderIsSettled, ProviderUnavailable, ProviderRefused):
        return redirect("money_order", key=made.key)


@never_cache
@require_http_methods(["GET", "POST"])
def recipient(request: HttpRequest, key: str) -> HttpResponse:
    """Let the giver name somebody else, until the gift is redeemed."""
    order = order_or_refuse(key)
    gift = gift_of(order)
    if gift is None:
        raise NotFound
    form = RecipientForm(
        request.POST if request.method == "POST" else None,
        initial={
            "recipient_name": gift.recipient_name,
            "recipient_email": gift.recipient_email,
            "message": gift.message,
        },
    )
    if form.is_bound and form.is_valid():
        limit("recipient", client_address(request), times=10, seconds=3600)
        data = form.cleaned_data
        try:
            change_recipient(
                gift.pk,
                name=data["recipient_name"],
                email=data["recipient_email"],
                message=data["message"],
                actor=actor_of(request),
                now=now_(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The gift goes there now."))
            return redirect("money_order", key=order.key)
    return render(
        request,
        "money/public/recipient.html",
        {"order": order, "gift": gift, "form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def redeem(request: HttpRequest, token: str) -> HttpResponse:
    """Show a gift to whoever holds its link, and open it to the address they name."""
    limit("gift", client_address(request), times=30, seconds=600)
    gift = gift_by_token(token)
    own = person_of_user(request.user.pk)
    initial = {
        "email": own.email if own else gift.recipient_email,
        "name": own.name if own else gift.recipient_name,
    }
    form = RedeemForm(
        request.POST if request.method == "POST" else None, initial=initial
    )
    if form.is_bound and form.is_valid() and gift.state == Gift.State.DELIVERED:
        gift = redeem_gift(
            token,
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            language=request.LANGUAGE_CODE,
            actor=actor_of(request),
            now=now_(),
        )
        return redirect("money_gift", token=token)
    return render(
        request,
        "money/public/gift.html",
        {
            "gift": gift,
            "form": form,
            "grants": grants_of(gift.order.offer),
            "period": period_words(gift.order.price),
        },
        status=422 if form.errors else 200,
    )
