"""Give packs, by an offer or by hand; extend, shut and take them back; keep their kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, frontcache, log
from perenne.core.errors import NotFound, Refusal
from perenne.people.api import find_or_add_person
from perenne.practice.actions.credits import (
    Why,
    note_move,
    take_what_is_left,
    write_off,
    written_off,
)
from perenne.practice.actions.pack_mails import mail_pack_ends, mail_pack_given
from perenne.practice.domain.packs import end_of, last_day, notice_at
from perenne.practice.models import Pack, PackKind, PackMovement, Service
from perenne.practice.queries.bookings import business_zone
from perenne.practice.queries.packs import packs_over, packs_to_announce, usable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime


# What is appended to the source of a pack that the plan changed away from.
_DROPPED = "/dropped"


class PackIsClosed(Refusal):
    """The pack was taken back before; nothing was changed."""

    sentence = _("This pack was taken back. Give a new one instead.")


class NotSoManyLeft(Refusal):
    """Fewer credits are left than are to be taken back; nothing was changed."""

    sentence = _("Fewer sessions are left on this pack.")
    field = "change"


class PackEndsInThePast(Refusal):
    """The new last day is over already; nothing was changed."""

    sentence = _("Choose a day that is still to come.")
    field = "last_on"


@transaction.atomic
def save_pack_kind(
    kind_id: int | None,
    *,
    name: str,
    service_ids: Iterable[int],
    sessions: int,
    months: int,
    active: bool,
    actor: str,
    now: datetime,
) -> PackKind:
    """Add a kind of pack, or change it; packs already given keep their number and end.

    Raises  NotFound: nothing was changed
    """
    kind = PackKind.objects.filter(pk=kind_id).first() if kind_id else PackKind()
    if kind is None:
        raise NotFound
    kind.name, kind.sessions, kind.months, kind.active = name, sessions, months, active
    kind.save()
    kind.services.set(Service.objects.filter(pk__in=list(service_ids)))
    log.record("practice.pack_kind_saved", actor=actor, obj=kind, at=now)
    frontcache.drop()
    return kind


@transaction.atomic
def grant_pack(
    *,
    person_id: int,
    kind_id: int,
    source: str,
    ends_at: datetime | None,
    actor: str,
    now: datetime,
    reason: str = "",
) -> Pack:
    """Return the person's pack of the kind from this source, given if it is new.

    A second call with the same person, kind and source changes nothing.
    ends_at  when what it came with ends; None: the pack's own end is the only one
    """
    kind, zone = PackKind.objects.get(pk=kind_id), business_zone()
    Pack.objects.filter(
        person_id=person_id, kind=kind, source=source + _DROPPED
    ).update(source=source, open_until=ends_at)
    day = last_day(now.astimezone(zone).date(), kind.months)
    pack, created = Pack.objects.get_or_create(
        person_id=person_id,
        kind=kind,
        source=source,
        defaults={
            "left": kind.sessions,
            "granted_at": now,
            "expires_at": end_of(day, zone),
            "open_until": ends_at,
            "notice_at": notice_at(day, zone),
            "reason": reason,
        },
    )
    if created:
        note_move(
            pack.pk,
            kind.sessions,
            why=Why.GRANTED,
            ref="granted",
            now=now,
            reason=reason,
        )
        log.record(
            "practice.pack_granted",
            actor=actor,
            obj=pack,
            at=now,
            person=person_id,
            source=source,
        )
    return pack


@transaction.atomic
def give_pack_by_hand(
    kind_id: int,
    *,
    email: str,
    reason: str,
    tell: bool,
    key: str,
    actor: str,
    now: datetime,
) -> Pack:
    """Give somebody a pack without an order; the same form gives it once.

    Raises  NotFound, InvalidAddress: nothing was changed
    """
    if not PackKind.objects.filter(pk=kind_id).exists():
        raise NotFound
    person = find_or_add_person(email=email, actor=actor, now=now)
    pack = grant_pack(
        person_id=person.pk,
        kind_id=kind_id,
        source=f"hand:{key}",
        ends_at=None,
        reason=reason,
        actor=actor,
        now=now,
    )
    if tell:
        mail_pack_given(pack, now=now)
    return pack


@transaction.atomic
def adjust_credits(
    pack_id: int, *, change: int, reason: str, key: str, actor: str, now: datetime
) -> None:
    """Give credits (+) or take some back (-) by hand; the same form does it once.

    Raises  NotFound, PackIsClosed, NotSoManyLeft: nothing was changed
    """
    pack, ref = Pack.objects.filter(pk=pack_id), f"form:{key}"
    if not pack.exists():
        raise NotFound
    _move, is_new = PackMovement.objects.get_or_create(
        pack_id=pack_id,
        ref=ref,
        defaults={
            "why": Why.GRANTED if change > 0 else Why.TAKEN_BACK,
            "change": change,
            "reason": reason,
            "at": now,
        },
    )
    if not is_new:
        return
    held = pack.filter(revoked_at=None)
    if not held.filter(left__gte=-change).update(left=F("left") + change):
        raise NotSoManyLeft if held.exists() else PackIsClosed
    log.record(
        "practice.credits_adjusted",
        actor=actor,
        obj=pack.get(),
        at=now,
        change=change,
    )


@transaction.atomic
def move_pack_end(pack_id: int, *, last_on: date, actor: str, now: datetime) -> None:
    """Give a pack another last day; credits that had expired come back by it.

    Raises  NotFound, PackIsClosed, PackEndsInThePast: nothing was changed
    """
    pack, zone = Pack.objects.filter(pk=pack_id), business_zone()
    if not pack.exists():
        raise NotFound
    ends = end_of(last_on, zone)
    if ends <= now:
        raise PackEndsInThePast
    held = pack.filter(revoked_at=None)
    if not held.update(expires_at=ends, notice_at=notice_at(last_on, zone)):
        raise PackIsClosed
    back = written_off(pack_id)
    if back:
        pack.update(left=F("left") + back)
        ref = f"reopened:{now:%Y%m%dT%H%M%S%f}"
        note_move(pack_id, back, why=Why.REOPENED, ref=ref, now=now)
    log.record(
        "practice.pack_end_moved",
        actor=actor,
        obj=pack.get(),
        at=now,
        last_on=last_on.isoformat(),
    )


@transaction.atomic
def extend_packs(
    *, source: str, ends_at: datetime | None, actor: str, now: datetime
) -> int:
    """Let a source's packs be used until ends_at, within their own end; return how many.

    Never shortens one, never wakes a revoked one.
    ends_at  None: for as long as the pack itself holds
    """
    earlier = Q(open_until__lt=ends_at) if ends_at else Q(open_until__isnull=False)
    moved = Pack.objects.filter(earlier, source=source, revoked_at=None).update(
        open_until=ends_at
    )
    if moved:
        log.record(
            "practice.packs_extended", actor=actor, at=now, source=source, packs=moved
        )
    return moved


@transaction.atomic
def suspend_packs(*, source: str, actor: str, now: datetime) -> int:
    """Let a source's packs pay for nothing until extend_packs opens them again."""
    running = Q(open_until=None) | Q(open_until__gt=now)
    shut = Pack.objects.filter(running, source=source, revoked_at=None).update(
        open_until=now
    )
    if shut:
        log.record(
            "practice.packs_suspended", actor=actor, at=now, source=source, packs=shut
        )
    return shut


@transaction.atomic
def drop_packs(*, source: str, kind_id: int, actor: str, now: datetime) -> int:
    """Shut a source's pack of one kind; granted anew, it is the same one, as it was left.

    Otherwise a plan changed to and fro would give a new pack each time.
    """
    held = Pack.objects.filter(source=source, kind_id=kind_id, revoked_at=None)
    dropped = held.update(source=source + _DROPPED, open_until=now)
    if dropped:
        log.record(
            "practice.packs_dropped", actor=actor, at=now, source=source, packs=dropped
        )
    return dropped


@transaction.atomic
def revoke_packs(*, source: str, actor: str, now: datetime) -> int:
    """Take back what is left of a source's packs; return how many packs were closed.

    Sessions that were booked with them stay booked, and used.
    """
    held = Pack.objects.filter(source__in=[source, source + _DROPPED], revoked_at=None)
    ids = list(held.values_list("pk", flat=True))
    taken = [take_what_is_left(pk, ref="revoked", now=now) for pk in ids]
    closed = [left for left in taken if left >= 0]
    if closed:
        log.record(
            "practice.packs_revoked",
            actor=actor,
            at=now,
            source=source,
            packs=len(closed),
            credits=sum(closed),
        )
    return len(closed)


@transaction.atomic
def expire_pack(pack_id: int, *, now: datetime) -> bool:
    """Write off what is left of a pack that is over; False when there is nothing."""
    credits_lost = write_off(pack_id, now=now)
    if credits_lost:
        log.record(
            "practice.pack_expired",
            actor="system",
            obj=Pack.objects.get(pk=pack_id),
            at=now,
            credits=credits_lost,
        )
    return bool(credits_lost)


@transaction.atomic
def announce_pack_end(pack_id: int, *, now: datetime) -> bool:
    """Say once by mail that a pack with credits ends soon; False when it is not due."""
    due = Pack.objects.filter(usable(now), pk=pack_id, notice_at__lte=now)
    if not due.update(notice_at=None):
        return False
    pack = Pack.objects.select_related("person", "kind").get(pk=pack_id)
    mail_pack_ends(pack, now=now)
    log.record("practice.pack_end_announced", actor="system", obj=pack, at=now)
    return True


@task
def tend_packs() -> None:
    """Announce packs that end soon and write off those that are over; may run twice."""
    now = clock.now()
    for pack_id in packs_to_announce(now):
        announce_pack_end(pack_id, now=now)
    for pack_id in packs_over(now):
        expire_pack(pack_id, now=now)
