"""Affiliates: who they are, and which orders came through them (LA12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.money.models import Affiliate, Order, Referral
from perenne.people.api import find_or_add_person

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.affiliates.commissions import Rule


class AffiliateExists(Refusal):
    """The person is an affiliate, or the code is another one's; nothing was changed."""

    sentence = _("This person or this code is taken already. Choose another one.")
    field = "code"


@transaction.atomic
def add_affiliate(
    *, email: str, name: str, code: str, rule: Rule, actor: str, now: datetime
) -> Affiliate:
    """Let somebody earn by what is sold through their link.

    Raises  AffiliateExists, InvalidAddress: nothing was changed
    """
    try:
        with transaction.atomic():
            person = find_or_add_person(email=email, name=name, actor=actor, now=now)
            affiliate = Affiliate.objects.create(
                person_id=person.pk,
                code=code.lower(),
                percent_bp=rule.percent_bp,
                amount_cents=rule.amount_cents,
                currency=rule.currency,
                periods=rule.periods,
                added_at=now,
            )
    except IntegrityError as error:
        raise AffiliateExists from error
    log.record("money.affiliate_added", actor=actor, obj=affiliate, at=now)
    return affiliate


@transaction.atomic
def change_affiliate(
    affiliate_id: int, *, rule: Rule, active: bool, actor: str, now: datetime
) -> None:
    """Change what payments from now on earn; what was earned stays.

    active  False: new orders earn nothing; what renews from earlier ones still does
    """
    Affiliate.objects.filter(pk=affiliate_id).update(
        percent_bp=rule.percent_bp,
        amount_cents=rule.amount_cents,
        currency=rule.currency,
        periods=rule.periods,
        active=active,
    )
    log.record(
        "money.affiliate_changed",
        actor=actor,
        obj=Affiliate.objects.get(pk=affiliate_id),
        at=now,
        active=active,
    )


def refer(order: Order, code: str, *, actor: str, now: datetime) -> None:
    """Note through whose link an unpaid order came; the first link counts.

    Called inside start_checkout's transaction. An unknown code is left alone, and nobody
    refers themselves: neither by their account nor by their address.
    """
    if not code or order.state != Order.State.PENDING:
        return
    affiliate = (
        Affiliate.objects.filter(code=code.lower(), active=True)
        .select_related("person")
        .first()
    )
    if affiliate is None:
        return
    own = affiliate.person_id == order.person_id
    if own or affiliate.person.email == order.email:
        log.record("money.self_referral_refused", actor=actor, obj=affiliate, at=now)
        return
    Referral.objects.get_or_create(
        order=order, defaults={"affiliate": affiliate, "referred_at": now}
    )
