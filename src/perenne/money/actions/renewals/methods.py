"""Save a card or an account for what renews, without charging it (R127)."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.core.tokens import new_token
from perenne.money.actions.renewals.renewals import charge_subscription_task
from perenne.money.actions.subscriptions.kept_methods import keep_method
from perenne.money.gateways.protocol import (
    MethodRequest,
    ProviderRefused,
    ProviderUnavailable,
)
from perenne.money.gateways.providers import provider
from perenne.money.models import MethodPage, Subscription

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import SavedMethod

logger = logging.getLogger(__name__)
_PAGE_LIVES = timedelta(hours=20)
_ENDED = "ended"


class NothingToSaveFor(Refusal):
    """The subscription is over or paid by hand; nothing was changed."""

    sentence = _("This subscription is not paid by card.")


def open_method_page(subscription_id: int, *, back: str, now: datetime) -> str:
    """Return the address where a person gives another card or account.

    A page that is still open is used again.

    back     path on this site to come back to
    Raises   NothingToSaveFor; ProviderUnavailable, ProviderRefused: nothing was changed
    """
    row = Subscription.objects.select_related("order", "price").get(pk=subscription_id)
    service = provider(row.provider)
    if row.state == _ENDED or service.by_hand:
        raise NothingToSaveFor
    held = (
        MethodPage.objects.filter(
            subscription=row,
            state=MethodPage.State.OPEN,
            created_at__gt=now - _PAGE_LIVES,
        )
        .exclude(page_url="")
        .order_by("-pk")
        .first()
    )
    if held is not None:
        return held.page_url
    page = _add_page(row, now=now)
    opened = service.start_saving(
        MethodRequest(
            key=page.key,
            attempt="1",
            currency=row.price.currency,
            email=row.order.email,
            language=row.order.language,
            success_url=settings.SITE_URL + back,
            cancel_url=settings.SITE_URL + back,
            customer=row.provider_customer,
        )
    )
    MethodPage.objects.filter(pk=page.pk).update(
        page_ref=opened.ref, page_url=opened.url
    )
    return opened.url


@transaction.atomic
def _add_page(row: Subscription, *, now: datetime) -> MethodPage:
    page = MethodPage.objects.create(
        subscription=row, key=new_token(), provider=row.provider, created_at=now
    )
    log.record("money.method_page_opened", actor="system", obj=row, at=now)
    return page


def settle_method_page(page_id: int, *, now: datetime) -> str:
    """Ask what became of a page and take what was saved; twice takes it once.

    Returns  "saved", "known", "expired" or "not saved"
    Raises   ProviderUnavailable: nothing was changed
    """
    page = MethodPage.objects.get(pk=page_id)
    if page.state != MethodPage.State.OPEN or not page.page_ref:
        return "known"
    state = provider(page.provider).fetch_saving(page.page_ref)
    if state.saved is not None:
        return "saved" if _keep(page, state.saved, now=now) else "known"
    if state.expired:
        MethodPage.objects.filter(pk=page.pk, state=MethodPage.State.OPEN).update(
            state=MethodPage.State.EXPIRED
        )
        return "expired"
    return "not saved"


@transaction.atomic
def _keep(page: MethodPage, saved: SavedMethod, *, now: datetime) -> bool:
    """Let the subscription be charged by what was saved; the newest page wins."""
    if not MethodPage.objects.filter(pk=page.pk, state=MethodPage.State.OPEN).update(
        state=MethodPage.State.SAVED,
        saved_at=now,
        customer=saved.customer,
        method=saved.method,
        kind=saved.kind,
        last4=saved.last4[-4:],
        expires_on=saved.expires_on,
    ):
        return False
    newer = MethodPage.objects.filter(
        subscription=page.subscription_id, state=MethodPage.State.SAVED, pk__gt=page.pk
    )
    if not newer.exists() and keep_method(
        page.subscription_id, saved, actor="system", now=now
    ):
        transaction.on_commit(
            lambda: charge_subscription_task.enqueue(page.subscription_id)
        )
    log.record(
        "money.method_saved",
        actor="system",
        obj=page.subscription,
        at=now,
        kind=saved.kind,
        last4=saved.last4,
    )
    return True


@transaction.atomic
def note_method_lost(method: str, kind: str, *, via: str, now: datetime) -> str:
    """Write down that a card or account expires, or can be charged no more.

    Returns  "noted" or "unknown method"
    """
    held = Subscription.objects.filter(provider=via, provider_method=method).exclude(
        state=_ENDED
    )
    rows = list(held) if method else []
    for row in rows:
        log.record("money.method_lost", actor=via, obj=row, at=now, kind=kind)
    return "noted" if rows else "unknown method"


def settle_open_pages(*, now: datetime) -> int:
    """Ask about every page whose event never came; return how many were saved."""
    saved = 0
    for page in MethodPage.objects.filter(state=MethodPage.State.OPEN).order_by("pk"):
        try:
            saved += settle_method_page(page.pk, now=now) == "saved"
        except (ProviderUnavailable, ProviderRefused) as error:
            logger.warning("method page %s: no answer (%s)", page.pk, error)
    return saved
