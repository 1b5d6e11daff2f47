"""Give, extend and take back passes; keep the tiers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.mail.api import queue_template
from perenne.memberships.domain.access import checked_resource
from perenne.memberships.models import Pass, Tier, TierInclude
from perenne.people.api import find_or_add_person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from django.db.models import QuerySet


class PassEndsBeforeItStarts(Refusal):
    """The period asked for is empty; nothing was changed."""

    sentence = _("The end lies before the start. Choose a later end date.")
    field = "ends_at"


class TierNameTaken(Refusal):
    """Another tier has that name; nothing was changed."""

    sentence = _("Another tier has this name already. Choose another one.")
    field = "name"


@transaction.atomic
def grant_pass(
    *,
    person_id: int,
    resource: str,
    source: str,
    starts_at: datetime,
    ends_at: datetime | None,
    actor: str,
    now: datetime,
    reason: str = "",
) -> Pass:
    """Return the person's pass for the resource from this source, given if it is new.

    A second call with the same person, resource and source changes nothing, whatever its
    period: extend_passes moves an end, and a revoked pass stays revoked.
    Raises  ValueError: not a resource; PassEndsBeforeItStarts. Nothing was changed.
    """
    checked_resource(resource)
    if ends_at is not None and ends_at <= starts_at:
        raise PassEndsBeforeItStarts
    given, created = Pass.objects.get_or_create(
        person_id=person_id,
        resource=resource,
        source=source,
        defaults={
            "starts_at": starts_at,
            "ends_at": ends_at,
            "granted_at": now,
            "reason": reason,
        },
    )
    if created:
        log.record(
            "memberships.pass_granted",
            actor=actor,
            obj=given,
            at=now,
            person=person_id,
            resource=resource,
            source=source,
            ends_at=ends_at.isoformat() if ends_at else None,
        )
    return given


@transaction.atomic
def give_complimentary(
    *,
    email: str,
    resource: str,
    label: str,
    ends_at: datetime | None,
    reason: str,
    tell: bool,
    key: str,
    actor: str,
    now: datetime,
) -> Pass:
    """Give somebody access for free (MB7); the same form gives it once.

    label  what it opens, for the mail
    tell   write to the person what is open to them, until when, and how to get in
    key    the form's own key
    Raises  InvalidAddress, PassEndsBeforeItStarts: nothing was changed
    """
    person = find_or_add_person(email=email, actor=actor, now=now)
    given = grant_pass(
        person_id=person.pk,
        resource=resource,
        source=f"complimentary:{key}",
        starts_at=now,
        ends_at=ends_at,
        reason=reason,
        actor=actor,
        now=now,
    )
    if tell:
        queue_template(
            ref=f"complimentary:{given.pk}",
            to=person.email,
            template="memberships/mail/complimentary",
            context={
                "name": person.name,
                "label": label,
                "last_day": _last_day(ends_at),
                "home_url": f"{settings.SITE_URL}/me/",
            },
            language=person.language,
            now=now,
        )
    return given


def _last_day(ends_at: datetime | None) -> date | None:
    """Return the business's civil day that ends at an instant."""
    if ends_at is None:
        return None
    business = current_business()
    zone = ZoneInfo(business.time_zone if business else "Europe/Paris")
    return (ends_at - timedelta(seconds=1)).astimezone(zone).date()


@transaction.atomic
def extend_passes(
    *, source: str, ends_at: datetime | None, actor: str, now: datetime
) -> int:
    """Move the end of a source's passes later; return how many moved.

    Never shortens one, never wakes a revoked one: repeated and late calls do no harm.
    ends_at  None: without end
    """
    earlier = Q(ends_at__lt=ends_at) if ends_at else Q(ends_at__isnull=False)
    moved = Pass.objects.filter(earlier, source=source, revoked_at=None).update(
        ends_at=ends_at
    )
    if moved:
        log.record(
            "memberships.passes_extended",
            actor=actor,
            at=now,
            source=source,
            passes=moved,
            ends_at=ends_at.isoformat() if ends_at else None,
        )
    return moved


@transaction.atomic
def suspend_passes(*, source: str, actor: str, now: datetime) -> int:
    """Shut a source's passes from now on; extend_passes opens them again.

    Returns  how many were shut
    """
    return _shut(
        Pass.objects.filter(source=source),
        "memberships.passes_suspended",
        source=source,
        actor=actor,
        now=now,
    )


@transaction.atomic
def drop_passes(*, source: str, resource: str, actor: str, now: datetime) -> int:
    """Shut a source's passes for one resource and free their place.

    The same source may give that resource anew later; the rows stay as proof.
    """
    held = Pass.objects.filter(source=source, resource=resource, revoked_at=None)
    ids = list(held.values_list("pk", flat=True))
    dropped = Pass.objects.filter(pk__in=ids)
    _shut(dropped, "memberships.passes_dropped", source=source, actor=actor, now=now)
    return dropped.update(source=f"{source}/until:{now:%Y%m%dT%H%M%S%f}"[:80])


def _shut(
    passes: QuerySet[Pass], verb: str, *, source: str, actor: str, now: datetime
) -> int:
    """Let passes end now; one that begins only now keeps an instant of its own."""
    running = passes.filter(Q(ends_at=None) | Q(ends_at__gt=now), revoked_at=None)
    new = running.filter(starts_at__gte=now).update(
        ends_at=F("starts_at") + timedelta(microseconds=1)
    )
    shut = new + running.filter(starts_at__lt=now).update(ends_at=now)
    if shut:
        log.record(verb, actor=actor, at=now, source=source, passes=shut)
    return shut


@transaction.atomic
def revoke_passes(*, source: str, actor: str, now: datetime) -> int:
    """Take back the passes of a source from now on; return how many were taken back."""
    revoked = Pass.objects.filter(source=source, revoked_at=None).update(revoked_at=now)
    if revoked:
        log.record(
            "memberships.passes_revoked",
            actor=actor,
            at=now,
            source=source,
            passes=revoked,
        )
    return revoked


@transaction.atomic
def revoke_pass(pass_id: int, *, actor: str, now: datetime) -> None:
    """Take back one pass from now on; a second call changes nothing."""
    if Pass.objects.filter(pk=pass_id, revoked_at=None).update(revoked_at=now):
        taken = Pass.objects.get(pk=pass_id)
        log.record("memberships.pass_revoked", actor=actor, obj=taken, at=now)


@transaction.atomic
def add_tier(
    *, name: str, actor: str, now: datetime, description: str = "", active: bool = True
) -> Tier:
    """Add a tier at the end of the list.

    Raises  TierNameTaken: nothing was changed
    """
    _refuse_taken_name(name, besides=None)
    last = Tier.objects.aggregate(last=Max("position"))["last"]
    tier = Tier.objects.create(
        name=name.strip(),
        description=description,
        active=active,
        position=0 if last is None else last + 1,
    )
    log.record("memberships.tier_added", actor=actor, obj=tier, at=now)
    return tier


@transaction.atomic
def change_tier(
    tier_id: int,
    *,
    name: str,
    description: str,
    active: bool,
    actor: str,
    now: datetime,
) -> Tier:
    """Change what a tier says and whether it is open to new members.

    Raises  NotFound, TierNameTaken: nothing was changed
    """
    tier = Tier.objects.filter(pk=tier_id).first()
    if tier is None:
        raise NotFound
    _refuse_taken_name(name, besides=tier_id)
    tier.name, tier.description, tier.active = name.strip(), description, active
    tier.save(update_fields=["name", "description", "active"])
    log.record("memberships.tier_changed", actor=actor, obj=tier, at=now)
    return tier


@transaction.atomic
def move_tier(tier_id: int, *, up: bool, actor: str, now: datetime) -> None:
    """Move a tier one place up or down; at the edge nothing changes."""
    order = list(Tier.objects.all())
    here = next((i for i, tier in enumerate(order) if tier.pk == tier_id), None)
    if here is None:
        raise NotFound
    there = here + (-1 if up else 1)
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for position, tier in enumerate(order):
        tier.position = position
    Tier.objects.bulk_update(order, ["position"])
    log.record("memberships.tier_moved", actor=actor, obj=order[there], at=now)


@transaction.atomic
def include_in_tiers(
    resource: str, *, tier_ids: Iterable[int], actor: str, now: datetime
) -> None:
    """Let exactly these tiers open the resource."""
    checked_resource(resource)
    wanted = set(Tier.objects.filter(pk__in=set(tier_ids)).values_list("pk", flat=True))
    rows = TierInclude.objects.filter(resource=resource)
    if set(rows.values_list("tier_id", flat=True)) == wanted:
        return
    rows.exclude(tier_id__in=wanted).delete()
    TierInclude.objects.bulk_create(
        [TierInclude(tier_id=pk, resource=resource) for pk in sorted(wanted)],
        ignore_conflicts=True,
    )
    log.record(
        "memberships.tiers_including_changed",
        actor=actor,
        at=now,
        resource=resource,
        tiers=sorted(wanted),
    )


@transaction.atomic
def set_tier_includes(
    tier_id: int, *, resources: Iterable[str], actor: str, now: datetime
) -> None:
    """Let a pass for the tier open exactly these resources besides itself.

    Raises  NotFound: no such tier; ValueError: not a resource, or a tier. Unchanged then.
    """
    tier = Tier.objects.filter(pk=tier_id).first()
    if tier is None:
        raise NotFound
    wanted = {checked_resource(resource) for resource in resources}
    if any(resource.startswith("tier:") for resource in wanted):
        raise ValueError("a tier cannot include a tier")
    rows = TierInclude.objects.filter(tier=tier)
    if set(rows.values_list("resource", flat=True)) == wanted:
        return
    rows.exclude(resource__in=wanted).delete()
    TierInclude.objects.bulk_create(
        [TierInclude(tier=tier, resource=resource) for resource in sorted(wanted)],
        ignore_conflicts=True,
    )
    log.record(
        "memberships.tier_includes_changed",
        actor=actor,
        obj=tier,
        at=now,
        resources=sorted(wanted),
    )


@transaction.atomic
def erase_passes(person_id: int, *, now: datetime) -> None:
    """Remove a person's passes: orders and invoices keep the proof of what was sold."""
    count, _rows = Pass.objects.filter(person_id=person_id).delete()
    log.record("memberships.passes_erased", actor="system", at=now, passes=count)


def _refuse_taken_name(name: str, *, besides: int | None) -> None:
    others = Tier.objects.filter(name__iexact=name.strip())
    if besides is not None:
        others = others.exclude(pk=besides)
    if others.exists():
        raise TierNameTaken
