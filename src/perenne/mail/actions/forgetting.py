"""Forget what was written to somebody, and keep that and when it was (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat

from perenne.core import log
from perenne.mail.actions.broadcasts import drop_recipient
from perenne.mail.models import (
    AttachedFile,
    Bounce,
    Delivery,
    Message,
    Suppression,
)
from perenne.mail.queries.suppressions import address_hash

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_UNDER_WAY = (Delivery.Status.QUEUED, Delivery.Status.CLAIMED)


@transaction.atomic
def forget_address(address: str, *, now: datetime) -> None:
    """Empty the mails to an address, and the address itself, wherever mail keeps it.

    Mails still on their way are not sent any more. That a mail was sent and when stays,
    under its reference; suppressions and bounces stay under the keyed hash, which names
    nobody (R30).
    """
    waiting = Delivery.objects.filter(address=address, status=Delivery.Status.QUEUED)
    messages = list(waiting.values_list("message_id", flat=True))
    drop_recipient(messages, address=address)
    Message.objects.filter(
        pk__in=messages,
        kind=Message.Kind.TRANSACTIONAL,
        state=Message.State.QUEUED,
    ).update(state=Message.State.CANCELLED, finished_at=now)
    forgotten = _forget(Q(address=address))
    hashed = address_hash(address)
    Suppression.objects.filter(address_hash=hashed).update(address="")
    Bounce.objects.filter(address_hash=hashed).update(address="", diagnostic="")
    log.record("mail.address_forgotten", actor="system", at=now, mails=forgotten)


@transaction.atomic
def forget_mails(beginning: str, *, now: datetime) -> None:
    """Empty the service mails whose reference begins so and that are not on their way."""
    found = Q(message__ref__startswith=beginning, address__contains="@")
    if forgotten := _forget(found & ~Q(status__in=_UNDER_WAY)):
        log.record("mail.mails_forgotten", actor="system", at=now, mails=forgotten)


def _forget(found: Q) -> int:
    """Empty deliveries and the service mails they belong to; return how many."""
    deliveries = Delivery.objects.filter(found)
    keys = list(deliveries.values_list("pk", flat=True))
    mails = _service_mails(keys)
    AttachedFile.objects.filter(message__in=mails).delete()
    Message.objects.filter(pk__in=list(mails.values_list("pk", flat=True))).update(
        subject="…", html="", text="…", reply_to="", headers={}
    )
    nobody: Any = Concat(Value("erased-"), Cast(F("pk"), CharField()))
    return Delivery.objects.filter(pk__in=keys).update(
        address=nobody, merge={}, unsubscribe_token="", smtp_reply=""
    )


def _service_mails(delivery_ids: list[int]) -> QuerySet[Message]:
    return Message.objects.filter(
        kind=Message.Kind.TRANSACTIONAL, deliveries__in=delivery_ids
    )
