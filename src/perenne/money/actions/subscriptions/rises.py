"""Plan a higher price for subscriptions that run, and take it back (R65, MB20).

Nothing is raised by a new price of an offer: people who subscribed keep theirs. A rise
is planned for one price of the past or present, and reaches only who was told in time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.money.models import Notice, Price, PriceRise
from perenne.money.queries.subscriptions.rises import notice_days

if TYPE_CHECKING:
    from datetime import datetime


class RiseTooSoon(Refusal):
    """It would count before members can be told in time; nothing was changed."""

    sentence = _(
        "Members must be told at least 30 days before. Please choose a later day."
    )
    field = "from_on"


class RiseIsNoRise(Refusal):
    """The amount is not above the price; nothing was changed."""

    sentence = _("The new amount must be above the present one.")
    field = "amount"


class RiseIsPlanned(Refusal):
    """Another rise of the price is planned or holds; nothing was changed."""

    sentence = _("A higher price is planned already. Take it back first.")


@transaction.atomic
def plan_rise(
    price_id: int,
    *,
    amount_cents: int,
    from_at: datetime,
    reason: str,
    actor: str,
    now: datetime,
) -> PriceRise:
    """Plan a higher amount for whoever runs at a price, from a day on.

    The mails go out with the next tick; each member pays it from their first period
    that begins on or after that day and was announced in time, never before.

    Raises  NotFound, RiseTooSoon, RiseIsNoRise, RiseIsPlanned: nothing was changed
    """
    price = Price.objects.filter(pk=price_id).exclude(interval="one_off").first()
    if price is None:
        raise NotFound
    if amount_cents <= price.amount_cents:
        raise RiseIsNoRise
    if from_at < now + timedelta(days=notice_days(now)):
        raise RiseTooSoon
    try:
        with transaction.atomic():
            rise = PriceRise.objects.create(
                price=price,
                amount_cents=amount_cents,
                from_at=from_at,
                reason=reason,
                planned_at=now,
            )
    except IntegrityError as error:
        raise RiseIsPlanned from error
    log.record(
        "money.rise_planned",
        actor=actor,
        obj=rise,
        at=now,
        price=price.pk,
        amount_cents=amount_cents,
        from_at=from_at.isoformat(),
    )
    return rise


@transaction.atomic
def withdraw_rise(rise_id: int, *, actor: str, now: datetime) -> None:
    """Take a rise back: who pays the higher amount already keeps it, nobody else will.

    Raises  NotFound: there is none to take back
    """
    taken = PriceRise.objects.filter(pk=rise_id, withdrawn_at=None).update(
        withdrawn_at=now
    )
    if not taken:
        raise NotFound
    rise = PriceRise.objects.get(pk=rise_id)
    told = Notice.objects.filter(rise=rise).count()
    log.record("money.rise_withdrawn", actor=actor, obj=rise, at=now, told=told)
