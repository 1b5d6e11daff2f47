"""Reads of who is not written to, and of what came back."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from itertools import batched
from typing import TYPE_CHECKING

from django.conf import settings

from perenne.core.bulk import each_of
from perenne.mail.models import (
    Bounce,
    Suppression,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet


_BATCH = 500


@cache
def _suppression_key(secret: str) -> bytes:
    return hashlib.sha256(b"perenne.mail.suppression:" + secret.encode()).digest()


def address_hash(address: str) -> str:
    """Return the keyed hash under which an address is suppressed.

    It depends on SECRET_KEY: a changed key forgets addresses whose text was erased.
    """
    key = _suppression_key(settings.SECRET_KEY)
    return hmac.digest(key, address.strip().lower().encode(), "sha256").hex()


def is_suppressed(address: str) -> bool:
    """Tell whether letters to that address are refused, for whatever reason."""
    return Suppression.objects.filter(address_hash=address_hash(address)).exists()


def suppressed_among(
    addresses: Iterable[str], *, reasons: Iterable[str] = ()
) -> set[str]:
    """Return those of the addresses that are suppressed, as they were given.

    reasons  only for these reasons; for any when empty
    """
    found: set[str] = set()
    for chunk in batched(addresses, _BATCH):
        by_hash: dict[str, list[str]] = {}
        for address in chunk:
            by_hash.setdefault(address_hash(address), []).append(address)
        rows = Suppression.objects.filter(address_hash__in=each_of(by_hash))
        if reasons:
            rows = rows.filter(reason__in=reasons)
        for held in rows.values_list("address_hash", flat=True):
            found.update(by_hash[held])
    return found


def suppressions_matching(*, q: str = "", reason: str = "") -> QuerySet[Suppression]:
    """Return the suppression list, or the part that is looked for; by hash for an address."""
    found = Suppression.objects.all()
    if reason:
        found = found.filter(reason=reason)
    q = q.strip().lower()
    if "@" in q and not q.startswith("@"):
        return found.filter(address_hash=address_hash(q))
    return found.filter(address__icontains=q) if q else found


def bounces_matching(*, q: str = "", kind: str = "") -> QuerySet[Bounce]:
    """Return what came back, of one kind or about addresses that begin so."""
    found = Bounce.objects.all()
    if kind:
        found = found.filter(kind=kind)
    q = q.strip().lower()
    if "@" in q and not q.startswith("@"):
        return found.filter(address_hash=address_hash(q))
    return found.filter(address__icontains=q) if q else found


def complained_since(since: datetime) -> list[str]:
    """Return the addresses that reported our mail as spam since an instant."""
    found = Bounce.objects.filter(
        kind=Bounce.Kind.COMPLAINT, is_proven=True, at__gte=since
    ).exclude(address="")
    return list(found.order_by("pk").values_list("address", flat=True))
