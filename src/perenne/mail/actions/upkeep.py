"""What the owner does by hand: try again, test, set limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from perenne.core import log
from perenne.core.errors import NotFound
from perenne.mail.actions.delivery import wake
from perenne.mail.actions.lease import default_transport
from perenne.mail.actions.outbox import queue_mail
from perenne.mail.models import Delivery, Message, Transport

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def retry_failed(message_id: int, *, actor: str, now: datetime) -> int:
    """Let the failed deliveries of a mail wait again; return how many."""
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        raise NotFound
    failed = Delivery.objects.filter(message=message, status=Delivery.Status.FAILED)
    count = failed.update(
        status=Delivery.Status.QUEUED, attempts=0, next_attempt_at=now
    )
    if not count:
        return 0
    letter = message.kind == Message.Kind.LETTER
    rows = Message.objects.filter(pk=message.pk)
    rows.update(failed=F("failed") - count)
    rows.filter(state=Message.State.DONE).update(
        state=Message.State.RUNNING if letter else Message.State.QUEUED,
        finished_at=None,
    )
    log.record("mail.failed_retried", actor=actor, obj=message, at=now, count=count)
    wake(now=now)
    return count


@transaction.atomic
def change_transport(
    *,
    connections: int,
    rate_per_minute: int,
    daily_cap: int,
    actor: str,
    now: datetime,
) -> None:
    """Set how much the mail server may be given; a running engine obeys the rate at once."""
    transport = default_transport()
    limits = {
        "connections": connections,
        "rate_per_minute": rate_per_minute,
        "daily_cap": daily_cap,
    }
    Transport.objects.filter(pk=transport.pk).update(**limits)
    log.record("mail.limits_changed", actor=actor, obj=transport, at=now, **limits)


def send_test(*, to: str, actor: str, now: datetime) -> None:
    """Queue a test mail that says that sending works."""
    queue_mail(
        ref=f"mail:test:{actor}:{now.isoformat()}",
        to=to,
        subject=_("Test: your mail works"),
        text=_("If you read this, your mail server takes what the outbox hands over."),
        now=now,
    )
