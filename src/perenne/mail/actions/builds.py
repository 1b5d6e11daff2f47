"""Turn claimed deliveries into jobs for the sender."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import parseaddr
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from perenne.core.queries import current_business
from perenne.mail.actions.claims import domain_of
from perenne.mail.actions.signing import signer_for
from perenne.mail.domain.headers import UnsafeHeader
from perenne.mail.domain.mime import BuiltMail, Unsubscribing
from perenne.mail.domain.outgoing import Attachment
from perenne.mail.gateways.jobs import Job
from perenne.mail.models import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from perenne.mail.actions.claims import Claimed


@dataclass(frozen=True, slots=True)
class From:
    """Who writes: the name that is shown and the address."""

    name: str
    address: str


def sender_identity() -> From | None:
    """Return who mail comes from: MAIL_FROM, else the business's address; None if neither."""
    business = current_business()
    name, address = parseaddr(settings.MAIL_FROM)
    if not address and business is not None:
        address = business.email
    if not address:
        return None
    return From(name or (business.name if business else ""), address.lower())


class Builder:
    """Builds mail; a letter's fixed parts once for the engine's whole life."""

    def __init__(self, sender: From) -> None:
        """Write in that name."""
        self._sender = sender
        self._letters: dict[int, BuiltMail] = {}
        self._signer = signer_for(sender.address)

    def jobs(
        self, rows: list[Claimed], *, now: datetime, limited: Collection[str]
    ) -> tuple[list[Job], list[Claimed]]:
        """Return jobs, and the rows whose message cannot be built.

        limited  domains of which the pool counts what is under way
        """
        built = self._built({row["message_id"] for row in rows})
        jobs, broken = [], []
        for row in rows:
            mail = built.get(row["message_id"])
            if mail is None:
                broken.append(row)
                continue
            content: Callable[[], list[bytes]] = partial(
                mail.pieces,
                to=row["address"],
                number=row["id"],
                at=now,
                merge=row["merge"],
                token=row["unsubscribe_token"],
            )
            if self._signer is not None:
                content = partial(self._signer.signed_when_built, content, at=now)
            job = Job(row["id"], self._sender.address, row["address"], content)
            if limited and (domain := domain_of(job.recipient)) in limited:
                job = replace(job, domain=domain)
            jobs.append(job)
        return jobs, broken

    def _built(self, ids: set[int]) -> dict[int, BuiltMail]:
        found = {pk: self._letters[pk] for pk in ids if pk in self._letters}
        missing = Message.objects.filter(pk__in=ids - found.keys())
        for message in missing.prefetch_related("attached_files"):
            try:
                mail = build(message, sender=self._sender)
            except UnsafeHeader:
                continue
            found[message.pk] = mail
            if message.kind == Message.Kind.LETTER:
                self._letters[message.pk] = mail
        return found


def build(message: Message, *, sender: From) -> BuiltMail:
    """Return a message ready to be joined per recipient; UnsafeHeader if it cannot be."""
    letter = message.kind == Message.Kind.LETTER
    base = message.list_unsubscribe_base
    return BuiltMail(
        key=f"{settings.SECRET_KEY}:{message.ref}",
        sender_name=sender.name,
        sender=sender.address,
        subject=message.subject,
        text=message.text,
        html=message.html,
        reply_to=message.reply_to,
        headers=message.headers,
        unsubscribing=Unsubscribing(base, sender.address) if letter else None,
        attachments=_attachments(message.attached_files.all()),
        merges=letter,
    )


def _attachments(rows: Iterable[object]) -> list[Attachment]:
    return [
        Attachment(row.filename, bytes(row.content), row.content_type)  # type: ignore[attr-defined]
        for row in rows
    ]
