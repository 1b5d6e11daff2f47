"""Set up the business and keep its identity dated."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.forms.models import model_to_dict

from perenne.core import frontcache, log
from perenne.core.errors import Refusal
from perenne.core.models import Business

if TYPE_CHECKING:
    from datetime import datetime

# Before any business could exist: the first identity is valid for imported history too.
_SINCE_EVER = date(1970, 1, 1)


class BusinessExists(Refusal):
    """The first-run set-up was done before; nothing was changed."""


@transaction.atomic
def set_up_business(*, actor: str, now: datetime, **identity: Any) -> Business:
    """Create the one business at first run.

    identity  fields of Business except valid_from
    Raises    BusinessExists: nothing was changed
    """
    if Business.objects.exists():
        raise BusinessExists
    business = Business.objects.create(valid_from=_SINCE_EVER, **identity)
    frontcache.drop()
    log.record("core.business_set_up", actor=actor, obj=business, at=now)
    return business


@transaction.atomic
def change_business(*, actor: str, now: datetime, **changes: Any) -> Business:
    """Give the business a new identity from today on; past documents keep the old one.

    changes  fields of Business to change
    Returns  the identity valid from today in the business's own time zone
    """
    current = Business.objects.latest("valid_from")
    today = now.astimezone(ZoneInfo(current.time_zone)).date()
    fields = model_to_dict(current, exclude=["id", "valid_from"]) | changes
    business, _created = Business.objects.update_or_create(
        valid_from=today, defaults=fields
    )
    frontcache.drop()
    log.record(
        "core.business_changed",
        actor=actor,
        obj=business,
        at=now,
        fields=sorted(changes),
    )
    return business
