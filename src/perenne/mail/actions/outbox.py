"""Put service mail into the outbox, in the caller's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from perenne.mail.actions.delivery import wake
from perenne.mail.actions.templates import render_mail
from perenne.mail.models import AttachedFile, Delivery, Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from perenne.mail.domain.outgoing import Attachment


@transaction.atomic
def queue_mail(
    *,
    ref: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Sequence[Attachment] = (),
    reply_to: str = "",
    now: datetime,
) -> None:
    """Put one service mail into the outbox; it leaves after the commit.

    A second call with the same ref adds nothing.
    ref   "<app>:<what>:<id>", at most 200 characters, names this mail for ever
    text  the plain-text part; may not be empty
    """
    message, created = Message.objects.get_or_create(
        ref=ref,
        defaults={
            "kind": Message.Kind.TRANSACTIONAL,
            "subject": " ".join(subject.split())[:500],
            "text": text,
            "html": html,
            "reply_to": reply_to,
            "state": Message.State.QUEUED,
            "total": 1,
            "created_at": now,
            "started_at": now,
        },
    )
    if not created:
        return
    Delivery.objects.create(message=message, address=to, next_attempt_at=now)
    AttachedFile.objects.bulk_create(
        AttachedFile(
            message=message,
            filename=file.filename,
            content_type=file.content_type,
            content=file.content,
        )
        for file in attachments
    )
    wake(now=now)


def queue_template(
    *,
    ref: str,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str,
    attachments: Sequence[Attachment] = (),
    now: datetime,
) -> None:
    """Render a template in the recipient's language and put it into the outbox.

    template  "money/mail/receipt": its .subject.txt, .txt and, if present, .mjml
    context   `business`, `language` and `signature` are added
    """
    if Message.objects.filter(ref=ref).exists():
        return
    mail = render_mail(template, context, language=language, now=now)
    queue_mail(
        ref=ref,
        to=to,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        attachments=attachments,
        now=now,
    )
