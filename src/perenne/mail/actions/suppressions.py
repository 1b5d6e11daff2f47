"""The suppression list: who must not be written to (AE16, R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.mail.models import Suppression
from perenne.mail.queries.suppressions import address_hash

if TYPE_CHECKING:
    from datetime import datetime


# Only the person can take these back (R22, R30).
_THEIRS = {Suppression.Reason.UNSUBSCRIBED, Suppression.Reason.COMPLAINED}


class TheirOwnChoice(Refusal):
    """Who unsubscribed or complained comes back by themselves only."""

    sentence = _("Only the person can take this back, by subscribing again.")


@transaction.atomic
def suppress(address: str, *, reason: str, now: datetime, actor: str) -> None:
    """Put an address on the list; a second call with the same reason adds nothing.

    reason  "unsubscribed", "bounced", "complained" or "manual"
    """
    row, created = Suppression.objects.get_or_create(
        address_hash=address_hash(address),
        reason=Suppression.Reason(reason),
        defaults={"address": address, "at": now},
    )
    if created:
        log.record(
            "mail.address_suppressed", actor=actor, obj=row, at=now, reason=reason
        )


@transaction.atomic
def lift_suppression(address: str, *, reason: str, now: datetime, actor: str) -> None:
    """Take an address off the list for one reason, e.g. after a new confirmed consent."""
    row = Suppression.objects.filter(
        address_hash=address_hash(address), reason=reason
    ).first()
    if row is None:
        return
    log.record("mail.suppression_lifted", actor=actor, obj=row, at=now, reason=reason)
    row.delete()


@transaction.atomic
def lift_by_hand(suppression_id: int, *, actor: str, now: datetime) -> None:
    """Take a row off the list: the address works again, or was added by mistake.

    Raises  NotFound, TheirOwnChoice: nothing was changed
    """
    row = Suppression.objects.filter(pk=suppression_id).first()
    if row is None:
        raise NotFound
    if row.reason in _THEIRS:
        raise TheirOwnChoice
    log.record(
        "mail.suppression_lifted", actor=actor, obj=row, at=now, reason=row.reason
    )
    row.delete()
