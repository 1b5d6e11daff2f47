"""The owner's rules for running subscriptions, and the plans members may change between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.money.domain.renewals.dunning import Dunning
from perenne.money.models import Offer, PlanGroup, SubscriptionRules

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class RulesMakeNoSense(Refusal):
    """The days do not run forward, or grace ends before the last try; unchanged."""

    sentence = _(
        "The days of the tries must run forward, and access must stay open until the "
        "last one."
    )
    field = "retry_days"


@transaction.atomic
def set_subscription_rules(
    *, retry_days: list[int], actor: str, now: datetime, **fields: Any
) -> SubscriptionRules:
    """Set when late payments are tried again, how long access waits, and the notices.

    They count for what is declined or told from now on; dates already set stay.

    fields  as SubscriptionRules
    Raises  RulesMakeNoSense: nothing was changed
    """
    try:
        Dunning(tuple(retry_days), fields["grace_days"], fields.get("slack_days", 1))
    except ValueError as error:
        raise RulesMakeNoSense from error
    row, _created = SubscriptionRules.objects.update_or_create(
        pk=1, defaults={"retry_days": retry_days, **fields}
    )
    log.record(
        "money.subscription_rules_set",
        actor=actor,
        obj=row,
        at=now,
        retry_days=retry_days,
        grace_days=row.grace_days,
    )
    return row


@transaction.atomic
def set_plan_group(
    group_id: int | None,
    *,
    name: str,
    offer_ids: Iterable[int],
    actor: str,
    now: datetime,
) -> PlanGroup:
    """Let the members of these offers change between them.

    group_id  None makes a new group
    Raises    NotFound: no such group; nothing was changed
    """
    if group_id is None:
        group = PlanGroup.objects.create(name=name)
    else:
        found = PlanGroup.objects.filter(pk=group_id).first()
        if found is None:
            raise NotFound
        group = found
        PlanGroup.objects.filter(pk=group.pk).update(name=name)
    group.offers.set(Offer.objects.filter(pk__in=set(offer_ids)))
    log.record(
        "money.plan_group_set",
        actor=actor,
        obj=group,
        at=now,
        offers=sorted(group.offers.values_list("pk", flat=True)),
    )
    return group


@transaction.atomic
def remove_plan_group(group_id: int, *, actor: str, now: datetime) -> None:
    """Let nobody change between a group's offers any more; planned changes stay."""
    group = PlanGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise NotFound
    log.record("money.plan_group_removed", actor=actor, obj=group, at=now)
    group.delete()
