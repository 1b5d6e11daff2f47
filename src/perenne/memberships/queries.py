"""Who may see what, until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from perenne.core.compiled import Compiled
from perenne.memberships.domain.access import checked_resource, tier_resource
from perenne.memberships.models import Pass, Tier, TierInclude
from perenne.people.api import beginning, persons_matching

if TYPE_CHECKING:
    from collections.abc import Iterable


_SAMPLE_INSTANT = datetime(1901, 1, 1, tzinfo=UTC)


def open_passes(*, now: datetime) -> QuerySet[Pass]:
    """Return the passes open at `now`: begun, not ended, not revoked."""
    return Pass.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now),
        Q(revoked_at=None) | Q(revoked_at__gt=now),
        starts_at__lte=now,
    )


def _opening(resources: Iterable[str]) -> Q:
    """Match passes for the resources themselves or for a tier that includes one."""
    wanted = [checked_resource(resource) for resource in resources]
    including = TierInclude.objects.filter(resource__in=wanted).values_list(
        Concat(Value("tier:"), Cast("tier_id", CharField())), flat=True
    )
    return Q(resource__in=wanted) | Q(resource__in=including)


def has_any_pass(person_id: int, resources: Iterable[str], *, now: datetime) -> bool:
    """Tell whether the person may use at least one of the resources. One query."""
    return (
        open_passes(now=now).filter(_opening(resources), person_id=person_id).exists()
    )


def has_pass(person_id: int, resource: str, *, now: datetime) -> bool:
    """Tell whether the person may use the resource, directly or by a tier. One query."""
    return has_any_pass(person_id, [resource], now=now)


def people_with_pass(resource: str, *, now: datetime) -> QuerySet[Pass, Any]:
    """Return who holds an open pass for the resource itself: one column, their ids."""
    held = open_passes(now=now).filter(resource=checked_resource(resource))
    return held.values("person_id")


def access_since(person_id: int, resource: str, *, now: datetime) -> datetime | None:
    """Return since when the person may use the resource, or None if they may not.

    The earliest start among the passes open now: drip counts from there. One query.
    """
    starts = _STARTS.rows(
        person_id=person_id, resource=checked_resource(resource), now=now
    )
    return starts[0][0] if starts else None


def _starts(*, person_id: int, resource: str, now: datetime) -> QuerySet[Pass, Any]:
    opening = open_passes(now=now).filter(_opening([resource]), person_id=person_id)
    return opening.order_by("starts_at").values_list("starts_at")[:1]


_STARTS = Compiled(
    _starts,
    person_id=-7_001,
    resource="course:7000001",
    now=_SAMPLE_INSTANT,
)


def passes_of(person_id: int, *, now: datetime) -> list[Pass]:
    """Return the person's passes open at `now`, the oldest first."""
    return list(
        open_passes(now=now).filter(person_id=person_id).order_by("starts_at", "pk")
    )


def resources_of(person_id: int, *, now: datetime) -> dict[str, datetime]:
    """Return every resource the person may use, with the instant since when.

    What tiers include is listed too. Two queries.
    """
    since: dict[str, datetime] = {}
    for resource, starts_at in _HELD.rows(person_id=person_id, now=now):
        since.setdefault(resource, starts_at)
    tier_ids = [int(key[5:]) for key in since if key.startswith("tier:")]
    if tier_ids:
        included = TierInclude.objects.filter(tier_id__in=tier_ids)
        for row in included:
            start = since[tier_resource(row.tier_id)]
            since[row.resource] = min(since.get(row.resource, start), start)
    return since


def _held(*, person_id: int, now: datetime) -> QuerySet[Pass, Any]:
    held = open_passes(now=now).filter(person_id=person_id)
    return held.order_by("starts_at", "pk").values_list("resource", "starts_at")


_HELD = Compiled(_held, person_id=-7_001, now=_SAMPLE_INSTANT)


def tiers() -> list[Tier]:
    """Return all tiers in the owner's order; `active` says whether one is on offer."""
    return list(Tier.objects.all())


def tier_by_id(tier_id: int) -> Tier | None:
    """Return the tier, or None."""
    return Tier.objects.filter(pk=tier_id).first()


def tiers_including(resource: str) -> list[int]:
    """Return the ids of the tiers whose pass opens the resource."""
    return list(
        TierInclude.objects.filter(resource=resource)
        .order_by("tier_id")
        .values_list("tier_id", flat=True)
    )


def includes_of(tier_id: int) -> list[str]:
    """Return the resources that a pass for the tier opens as well."""
    return list(
        TierInclude.objects.filter(tier_id=tier_id)
        .order_by("resource")
        .values_list("resource", flat=True)
    )


def member_counts(*, now: datetime) -> dict[int, int]:
    """Return by tier id how many people hold an open pass for it. One query."""
    rows = (
        open_passes(now=now)
        .filter(resource__startswith="tier:")
        .values("resource")
        .annotate(people=Count("person", distinct=True))
        .values_list("resource", "people")
    )
    return {int(resource[5:]): people for resource, people in rows}


def passes_matching(
    *,
    text: str = "",
    resource: str = "",
    kind: str = "",
    now: datetime | None = None,
) -> QuerySet[Pass]:
    """Return passes with their person, for the owner's list.

    text      beginning of the person's address or name
    resource  only passes for this resource
    kind      only those given for this: "complimentary", "order", "subscription"
    now       only those open at that instant; None for all of them
    """
    rows = (Pass.objects.all() if now is None else open_passes(now=now)).select_related(
        "person"
    )
    if text.strip():
        rows = rows.filter(person__in=persons_matching(text))
    if kind:
        rows = rows.filter(beginning("source", f"{kind}:"))
    return rows.filter(resource=resource) if resource else rows


def pass_by_id(pass_id: int) -> Pass | None:
    """Return the pass with its person, or None."""
    return Pass.objects.select_related("person").filter(pk=pass_id).first()


def granted_passes(person_id: int, *, until: datetime) -> QuerySet[Pass]:
    """Return the passes a person was given at `until` or before, the newest first."""
    rows = Pass.objects.filter(person_id=person_id, granted_at__lte=until)
    return rows.order_by("-granted_at", "-pk")


def passes_to_export(person_id: int) -> list[Pass]:
    """Return every pass the person ever had, the oldest first."""
    return list(Pass.objects.filter(person_id=person_id).order_by("pk"))
