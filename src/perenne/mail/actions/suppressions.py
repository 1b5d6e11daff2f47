"""The suppression list: who must not be written to (AE16, R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.core import log
from perenne.mail.models import Suppression
from perenne.mail.queries import address_hash

if TYPE_CHECKING:
    from datetime import datetime


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
