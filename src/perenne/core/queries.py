"""Reads that every app may need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.core.compiled import Compiled, columns_of, instance_of
from perenne.core.models import Business, LogEntry

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import Model, QuerySet


def business_on(day: date) -> Business | None:
    """Return the business identity valid on that civil date, or None before set-up."""
    return Business.objects.filter(valid_from__lte=day).order_by("-valid_from").first()


def current_business() -> Business | None:
    """Return the newest business identity, or None before the first-run set-up."""
    rows = _NEWEST.rows()
    return instance_of(Business, rows[0]) if rows else None


_NEWEST = Compiled(
    lambda: Business.objects.order_by("-valid_from").values_list(*columns_of(Business))[
        :1
    ]
)


def business_exists() -> bool:
    """Tell whether the first-run set-up was done."""
    return Business.objects.exists()


def log_of(obj: Model) -> QuerySet[LogEntry]:
    """Return the log rows about an object, newest first."""
    return LogEntry.objects.filter(
        object_type=obj._meta.label_lower, object_id=str(obj.pk)
    ).order_by("-at", "-pk")


def done_by(actor: str, *, since: datetime) -> QuerySet[LogEntry]:
    """Return what somebody has done since an instant, oldest first."""
    return LogEntry.objects.filter(actor=actor, at__gte=since).order_by("at", "pk")


def was_ever_done(verb: str) -> bool:
    """Tell whether the log has that verb at least once. One look into its index."""
    return LogEntry.objects.filter(verb=verb).exists()
