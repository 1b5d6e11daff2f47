"""What was sold of some offers inside a window, for the result of a launch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from perenne.money.models import Order

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class WindowSale:
    """One paid order; cents with (gross, refunded) and without VAT (net)."""

    person_id: int
    net_cents: int
    gross_cents: int
    refunded_cents: int


def sales_in_window(
    offer_ids: Iterable[int], start: datetime, end: datetime
) -> list[WindowSale]:
    """Return the paid orders that were placed from `start` until before `end`, in order.

    A transfer may arrive after the window: it was sold in it all the same.
    refunded_cents is what was given back so far of the order's first payments;
    a payment that came twice (surplus) is no sale and is left out.
    """
    refunded = Sum("payments__refunded_cents", filter=Q(payments__surplus=False))
    rows = (
        Order.objects.filter(
            offer_id__in=list(offer_ids),
            paid_at__gte=start,  # nothing is paid before it is ordered; has the index
            created_at__gte=start,
            created_at__lt=end,
        )
        .annotate(refunded=Coalesce(refunded, 0))
        .order_by("created_at", "pk")
        .values_list("person_id", "net_cents", "gross_cents", "refunded")
    )
    return [WindowSale(*row) for row in rows]
