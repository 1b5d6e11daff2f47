"""Gifts: kept with the order, sent on their day, redeemed once (MB8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, log
from perenne.core.errors import Refusal
from perenne.core.tokens import new_token, token_hash
from perenne.mail.api import queue_template
from perenne.money.actions.orders.fulfilling import grant_all, revoke_all
from perenne.money.domain.subscriptions.periods import next_period_end
from perenne.money.models import Gift, Order
from perenne.money.queries.checkout.checkout import period_words, zone_of_business
from perenne.money.queries.checkout.extras import may_be_given
from perenne.money.queries.offers.offers import grants_of
from perenne.money.queries.orders.gifts import due_gift_ids, gift_by_id, gift_by_token
from perenne.money.queries.subscriptions.charging import rhythm_of
from perenne.people.api import find_or_add_person

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.extras import GiftWish

_State = Gift.State
_NOT_REDEEMED = (_State.UNPAID, _State.PENDING, _State.DELIVERED)


class GiftNotOffered(Refusal):
    """This price cannot be given to somebody else; nothing was changed."""

    sentence = _("This cannot be bought as a gift. Please choose again.")


class GiftIsRedeemed(Refusal):
    """The gift was redeemed or refunded before; nothing was changed."""

    sentence = _("This gift was redeemed or refunded already.")


def keep_gift(order: Order, wish: GiftWish | None, *, now: datetime) -> None:
    """Keep for whom an unpaid order is; None: the buyer keeps it.

    Called inside start_checkout's transaction.
    Raises  GiftNotOffered: nothing was changed
    """
    if wish is None:
        Gift.objects.filter(order=order, state=_State.UNPAID).delete()
        return
    if not may_be_given(order.offer, order.price):
        raise GiftNotOffered
    Gift.objects.update_or_create(
        order=order,
        defaults={
            "recipient_name": wish.recipient_name,
            "recipient_email": wish.recipient_email,
            "message": wish.message,
            "deliver_at": wish.deliver_at,
            "zone": wish.zone,
        },
    )


def prepare_gift(order: Order, *, actor: str, now: datetime) -> bool:
    """Let a gift that was just paid wait for its day, or send it if that has come.

    Called inside record_payment's transaction. Returns False when the order is no gift.
    """
    gift = Gift.objects.filter(order=order).first()
    if gift is None:
        return False
    waits = Gift.objects.filter(pk=gift.pk, state=_State.UNPAID)
    if waits.update(state=_State.PENDING):
        log.record("money.gift_paid", actor=actor, obj=gift, at=now)
        deliver_gift(gift.pk, now=now)
    return True


@transaction.atomic
def deliver_gift(gift_id: int, *, now: datetime) -> bool:
    """Send the gift if its day has come; twice sends it once."""
    token = new_token()
    sent = Gift.objects.filter(
        pk=gift_id, state=_State.PENDING, deliver_at__lte=now
    ).update(
        state=_State.DELIVERED,
        token_hash=token_hash(token),
        delivered_at=now,
        mails=F("mails") + 1,
    )
    if sent:
        _write_to_recipient(gift_id, token, now=now)
    return bool(sent)


@transaction.atomic
def change_recipient(
    gift_id: int,
    *,
    name: str,
    email: str,
    message: str,
    actor: str,
    now: datetime,
) -> Gift:
    """Give it to somebody else, until it is redeemed; what was sent before is dead.

    A gift that was sent already is sent again, to the new address.

    Raises  GiftIsRedeemed: nothing was changed
    """
    fields = {"recipient_name": name, "recipient_email": email, "message": message}
    open_gifts = Gift.objects.filter(pk=gift_id, state__in=_NOT_REDEEMED)
    if not open_gifts.update(**fields):
        raise GiftIsRedeemed
    gift = gift_by_id(gift_id)
    log.record("money.gift_recipient_changed", actor=actor, obj=gift, at=now)
    if gift.state == _State.DELIVERED:
        send_again(gift_id, actor=actor, now=now)
        gift.refresh_from_db()
    return gift


@transaction.atomic
def send_again(gift_id: int, *, actor: str, now: datetime) -> None:
    """Send a new link; the one in the former mail is dead.

    Raises  GiftIsRedeemed: nothing was changed
    """
    token = new_token()
    sent = Gift.objects.filter(pk=gift_id, state=_State.DELIVERED).update(
        token_hash=token_hash(token), mails=F("mails") + 1
    )
    if not sent:
        raise GiftIsRedeemed
    gift = _write_to_recipient(gift_id, token, now=now)
    log.record("money.gift_sent_again", actor=actor, obj=gift, at=now)


def _write_to_recipient(gift_id: int, token: str, *, now: datetime) -> Gift:
    gift = gift_by_id(gift_id)
    order = gift.order
    queue_template(
        ref=f"gift:{gift.pk}:{gift.mails}",
        to=gift.recipient_email,
        template="money/mail/gift",
        context={
            "name": gift.recipient_name,
            "from_name": order.name,
            "title": order.offer.title,
            "message": gift.message,
            "period": period_words(order.price),
            "redeem_url": settings.SITE_URL + reverse("money_gift", args=[token]),
        },
        language=order.language,
        now=now,
    )
    return gift


@transaction.atomic
def redeem_gift(
    token: str, *, email: str, name: str, language: str, actor: str, now: datetime
) -> Gift:
    """Open a gift to whoever holds its link, under the address they name; once.

    What was bought as a subscription is open for the one period that was paid, from now.

    Raises  NotFound: no such link; GiftIsRedeemed. Nothing was changed
    """
    gift = gift_by_token(token)
    person = find_or_add_person(
        email=email, name=name, language=language, actor=actor, now=now
    )
    ends_at = _ends_at(gift.order, now=now)
    redeemed = Gift.objects.filter(pk=gift.pk, state=_State.DELIVERED).update(
        state=_State.REDEEMED,
        person_id=person.pk,
        redeemed_at=now,
        ends_at=ends_at,
    )
    if not redeemed:
        raise GiftIsRedeemed
    grant_all(
        gift.order.offer,
        person_id=person.pk,
        source=f"order:{gift.order.number}",
        ends_at=ends_at,
        actor=actor,
        now=now,
    )
    gift.refresh_from_db()
    _tell_how_to_use(gift, person.email, language=language, now=now)
    log.record("money.gift_redeemed", actor=actor, obj=gift, at=now)
    return gift


def _ends_at(order: Order, *, now: datetime) -> datetime | None:
    if order.price.interval == "one_off":
        return None
    zone = zone_of_business()
    return next_period_end(now, rhythm_of(order.price), anchor=now, zone=zone)


def _tell_how_to_use(gift: Gift, email: str, *, language: str, now: datetime) -> None:
    queue_template(
        ref=f"gift-redeemed:{gift.pk}",
        to=email,
        template="money/mail/gift_redeemed",
        context={
            "title": gift.order.offer.title,
            "ends_at": gift.ends_at,
            "zone": zone_of_business(),
            "grants": [
                (label, settings.SITE_URL + where if where[:1] == "/" else where)
                for label, where in grants_of(gift.order.offer)
            ],
        },
        language=language,
        now=now,
    )


def end_gift(order: Order, *, actor: str, now: datetime) -> None:
    """Take a refunded gift back, redeemed or not; an order that is none is left alone.

    Called inside complete_refund's transaction.
    """
    gift = Gift.objects.filter(order=order).exclude(state=_State.REFUNDED).first()
    if gift is None:
        return
    Gift.objects.filter(pk=gift.pk).update(state=_State.REFUNDED, token_hash=None)
    revoke_all(source=f"order:{order.number}", actor=actor, now=now)
    log.record("money.gift_taken_back", actor=actor, obj=gift, at=now)


@task
def deliver_due_gifts() -> None:
    """Send the gifts whose day has come; running twice sends each once."""
    now = clock.now()
    for gift_id in due_gift_ids(now):
        deliver_gift(gift_id, now=now)
