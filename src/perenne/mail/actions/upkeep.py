"""What the owner does by hand: try again, test."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.mail.actions.builds import sender_identity
from perenne.mail.actions.delivery import wake
from perenne.mail.actions.transports import transport_named
from perenne.mail.domain.endpoint import InvalidEndpoint
from perenne.mail.domain.mime import BuiltMail
from perenne.mail.domain.verdict import Reply
from perenne.mail.gateways.jobs import Job
from perenne.mail.gateways.pools import send_one
from perenne.mail.models import Delivery, Message
from perenne.mail.queries.transports import address_of

if TYPE_CHECKING:
    from datetime import datetime


class NobodySends(Refusal):
    """A mail needs a sender."""

    sentence = gettext_lazy(
        "Nobody is named as the sender of mail: set PERENNE_MAIL_FROM or the "
        "business's e-mail address."
    )


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


def send_test(name: str, *, to: str, actor: str, now: datetime) -> Reply:
    """Hand a test mail to a transport at once; return what its server said.

    It waits in no outbox and counts in no limit. The reply's code is 0 when there was
    none: its text says why.
    Raises  NotFound: the settings name no such transport
            NobodySends: no sender's address is set; nothing was sent
    """
    transport, sender = transport_named(name), sender_identity()
    if sender is None:
        raise NobodySends
    try:
        address = address_of(name)
    except InvalidEndpoint as error:
        return Reply(0, str(error))
    if address is None:
        raise NotFound
    mail = BuiltMail(
        key=f"{settings.SECRET_KEY}:test:{now.isoformat()}",
        sender_name=sender.name,
        sender=sender.address,
        subject=_("Test: your mail works"),
        text=_("If you read this, your mail server takes what the outbox hands over."),
        merges=False,
    )
    content = partial(mail.pieces, to=to, number=0, at=now)
    reply = send_one(address, Job(0, sender.address, to, content))
    log.record(
        "mail.transport_tested", actor=actor, obj=transport, at=now, code=reply.code
    )
    return reply
