"""Take in what bounces, complaints and providers say about recipients (AE16, R30)."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.tasks import task

from perenne.core import clock, legal, log
from perenne.mail.actions.suppressions import suppress
from perenne.mail.actions.watch import watch_letters
from perenne.mail.domain.bounces.arf import NO_COMPLAINT
from perenne.mail.domain.bounces.parts import take_apart
from perenne.mail.domain.bounces.read import read_bounce
from perenne.mail.domain.bounces.report import Kind
from perenne.mail.domain.mime import salted
from perenne.mail.gateways import mailbox
from perenne.mail.models import Bounce, Delivery, Message, Suppression
from perenne.mail.queries.suppressions import address_hash

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.mail.domain.bounces.report import Report, Result

# A report without our Message-ID is about the last mail to the address, if it is recent.
_RECENT = timedelta(days=60)
_OURS = re.compile(r"\A(\d{1,18})\.([0-9a-f]{20})@")
_COUNTERS = {Kind.HARD: "bounced", Kind.COMPLAINT: "complained"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report came from.

    fingerprint  the same for the same mail or event, whatever way it comes
    is_trusted   the way is closed to strangers: a provider's hook with its secret
    """

    source: str
    fingerprint: str
    is_trusted: bool = False


def receive_bounce(raw: bytes, *, now: datetime) -> int:
    """Take in one mail of the bounce mailbox; return how many recipients it was about."""
    own_id = take_apart(raw[:100_000]).header("message-id")
    named = f"id:{own_id}".encode() if own_id else raw
    origin = Origin("mail", hashlib.sha256(named).hexdigest())
    return record_report(read_bounce(raw), origin=origin, now=now)


@transaction.atomic
def record_report(report: Report, *, origin: Origin, now: datetime) -> int:
    """Keep what a report says and act on it once; return how many rows it made.

    A dead address and a complaint put the address on the suppression list, if the report
    is proven; so do several failures that pass (R30). Automatic replies, deliveries and
    what is about nobody we wrote to leave no trace.
    """
    proven = _proven_delivery(report.message_ids)
    made = 0
    for result in report.results:
        if result.kind in {Kind.AUTOREPLY, Kind.DELIVERED} or (
            result.kind is Kind.COMPLAINT and result.reason in NO_COMPLAINT
        ):
            continue
        about = _about(result, proven, alone=len(report.results) == 1, now=now)
        if about is not None:
            secure = origin.is_trusted or (proven is not None and about.pk == proven.pk)
            made += _record(result, about, origin, secure=secure, now=now)
    if made:
        transaction.on_commit(partial(watch_letters, now=now))
    return made


def _proven_delivery(message_ids: tuple[str, ...]) -> Delivery | None:
    """Return the delivery whose own secret Message-ID a report quotes."""
    for message_id in message_ids:
        found = _OURS.match(message_id)
        if found is None:
            continue
        row = (
            Delivery.objects.select_related("message").filter(pk=int(found[1])).first()
        )
        if row is None:
            continue
        secret = salted(f"{settings.SECRET_KEY}:{row.message.ref}")
        if hmac.compare_digest(secret, found[2]):
            return row
    return None


def _about(
    result: Result, proven: Delivery | None, *, alone: bool, now: datetime
) -> Delivery | None:
    """Return the delivery a result is about, None when it is not about our mail.

    A proven report about one recipient is about our recipient, whatever a forwarding
    server calls them.
    """
    names = {result.recipient.lower(), *(name.lower() for name in result.aliases)}
    if proven is not None and (alone or proven.address.lower() in names):
        return proven
    recent = Delivery.objects.filter(
        address__in=names | {result.recipient},
        status=Delivery.Status.SENT,
        sent_at__gte=now - _RECENT,
    )
    return recent.order_by("-pk").first()


def _record(
    result: Result, about: Delivery, origin: Origin, *, secure: bool, now: datetime
) -> bool:
    hashed = address_hash(about.address)
    row, created = Bounce.objects.get_or_create(
        fingerprint=origin.fingerprint,
        address_hash=hashed,
        defaults={
            "address": about.address,
            "kind": result.kind.value,
            "reason": result.reason[:40],
            "status": result.status[:20],
            "diagnostic": " ".join(result.diagnostic.split())[:500],
            "is_proven": secure,
            "delivery": about,
            "message_id": about.message_id,
            "source": origin.source,
            "at": now,
        },
    )
    if not created:
        return False
    counter = _COUNTERS.get(result.kind)
    if counter and secure and _is_first(row):
        Message.objects.filter(pk=row.message_id).update(**{counter: F(counter) + 1})
    log.record(
        "mail.bounce_recorded", actor="system", obj=row, at=now, kind=result.kind.value
    )
    _act_on(row, now=now)
    return True


def _is_first(row: Bounce) -> bool:
    """Tell whether no other report said the same of that delivery."""
    same = Bounce.objects.filter(
        address_hash=row.address_hash, message_id=row.message_id, kind=row.kind
    )
    return not same.exclude(pk=row.pk).filter(is_proven=True).exists()


def _act_on(row: Bounce, *, now: datetime) -> None:
    """Stop writing to the address where the report gives a reason to."""
    if row.kind == Bounce.Kind.COMPLAINT:
        acts, reason = row.is_proven, Suppression.Reason.COMPLAINED
    else:
        dead = row.is_proven and row.kind == Bounce.Kind.HARD
        acts = dead or _fails_again_and_again(row, now=now)
        reason = Suppression.Reason.BOUNCED
    if acts:
        suppress(row.address, reason=reason, now=now, actor="system")


def _fails_again_and_again(row: Bounce, *, now: datetime) -> bool:
    """Tell whether so many different mails came back lately that nobody reads there."""
    days = int(legal.value("sending_rules", "soft_bounce_days", on=now.date()))
    most = int(legal.value("sending_rules", "soft_bounces", on=now.date()))
    failed = Bounce.objects.filter(
        address_hash=row.address_hash, at__gte=now - timedelta(days=days)
    ).exclude(kind=Bounce.Kind.COMPLAINT)
    return failed.values("message_id").distinct().count() >= most


@task
def read_bounce_mailbox() -> int:
    """Take in what waits in the bounce mailbox; return how many mails were read."""
    if not settings.BOUNCE_IMAP_URL:
        return 0
    return mailbox.for_each_unseen(
        settings.BOUNCE_IMAP_URL, lambda raw: receive_bounce(raw, now=clock.now())
    )
