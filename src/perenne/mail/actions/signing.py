"""Keys of the sending domain: made, put to work, retired (R25, R26)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from perenne.core import log
from perenne.mail.domain.dkim import Key, Signer
from perenne.mail.gateways.keys import KeyNotOurs, make_pair, open_key
from perenne.mail.models import SendingKey

if TYPE_CHECKING:
    from datetime import datetime

_STATE = SendingKey.State


def signer_for(address: str) -> Signer | None:
    """Return what signs the mail of an address; None when we hold no key at work."""
    domain = address.rpartition("@")[2].lower()
    rows = SendingKey.objects.filter(domain=domain, state=_STATE.SIGNING)
    keys = []
    for row in rows.order_by("algorithm"):
        try:
            private = open_key(bytes(row.sealed), secret=settings.SECRET_KEY)
        except KeyNotOurs:
            continue  # the page of the domain says so; unsigned mail is better than none
        keys.append(Key(row.selector, row.algorithm, private))
    return Signer(domain, keys) if keys else None


def prepare_keys(domain: str, *, actor: str, now: datetime) -> int:
    """Make keys that wait for their DNS records; return how many are new.

    A key that still waits is kept: what was published for it stays right. Selectors
    carry the month and a number, so that an old and a new key stand side by side.
    """
    return sum(
        _prepare(domain, algorithm, actor=actor, now=now)
        for algorithm in SendingKey.Algorithm.values
    )


@transaction.atomic
def _prepare(domain: str, algorithm: str, *, actor: str, now: datetime) -> bool:
    rows = SendingKey.objects.filter(domain=domain, algorithm=algorithm)
    if rows.filter(state=_STATE.PREPARED).exists():
        return False
    pair = make_pair(algorithm, secret=settings.SECRET_KEY)
    letter = algorithm[0]
    try:
        with transaction.atomic():
            row = SendingKey.objects.create(
                domain=domain,
                selector=f"perenne-{letter}{now:%y%m}-{rows.count() + 1}",
                algorithm=algorithm,
                public=pair.public,
                sealed=pair.sealed,
                created_at=now,
            )
    except IntegrityError:
        return False  # somebody else made it at the same moment
    log.record("mail.key_prepared", actor=actor, obj=row, at=now, selector=row.selector)
    return True


@transaction.atomic
def put_key_to_work(key_id: int, *, actor: str, now: datetime) -> bool:
    """Sign with a key whose record is published, and retire the one before it."""
    row = SendingKey.objects.filter(pk=key_id, state=_STATE.PREPARED).first()
    if row is None:
        return False
    SendingKey.objects.filter(
        domain=row.domain, algorithm=row.algorithm, state=_STATE.SIGNING
    ).update(state=_STATE.RETIRED)
    moved = SendingKey.objects.filter(pk=key_id, state=_STATE.PREPARED).update(
        state=_STATE.SIGNING, signing_from=now
    )
    if moved:
        log.record(
            "mail.key_signs", actor=actor, obj=row, at=now, selector=row.selector
        )
    return bool(moved)


@transaction.atomic
def stop_signing(domain: str, *, actor: str, now: datetime) -> int:
    """Sign no more: the server that takes our mail does it; return how many keys stop."""
    rows = SendingKey.objects.filter(domain=domain).exclude(state=_STATE.RETIRED)
    found = list(rows)
    rows.update(state=_STATE.RETIRED)
    for row in found:
        log.record(
            "mail.key_retired", actor=actor, obj=row, at=now, selector=row.selector
        )
    return len(found)
