"""Money's part of the person card: what they bought and subscribe to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from perenne.core.templatetags.perenne import money
from perenne.money.models import Charge, Order, Subscription
from perenne.people.api import Happening, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def _page(order_id: int) -> str:
    return reverse("desk_money_order", args=[order_id])


class PurchaseDealings:
    """Orders, subscriptions and their payments."""

    title = gettext_lazy("Purchases")

    def standing(self, person_id: int, *, now: datetime) -> list[Standing]:
        """Return the subscriptions that live and the orders that wait for their money."""
        subscriptions = (
            Subscription.objects.filter(person_id=person_id)
            .exclude(state=Subscription.State.ENDED)
            .select_related("offer")
            .order_by("pk")
        )
        waiting = Order.objects.filter(person_id=person_id, state=Order.State.PENDING)
        return [
            Standing(
                row.offer.title,
                _("%(state)s, paid until %(day)s")
                % {
                    "state": row.get_state_display(),
                    "day": date_format(row.current_period_end, "SHORT_DATE_FORMAT"),
                },
                _page(row.order_id),
            )
            for row in subscriptions
        ] + [
            Standing(row.offer.title, str(row.get_state_display()), _page(row.pk))
            for row in waiting.select_related("offer").order_by("pk")[:20]
        ]

    def happened(
        self, person_id: int, *, until: datetime, most: int
    ) -> list[Happening]:
        """Return paid orders and renewals."""
        orders = Order.objects.filter(person_id=person_id, paid_at__lte=until)
        charges = Charge.objects.filter(
            subscription__person_id=person_id, paid_at__lte=until
        )
        found = [
            Happening(
                row.paid_at,
                _("Bought “%(offer)s” for %(amount)s")
                % {
                    "offer": row.offer.title,
                    "amount": money(row.gross_cents, row.currency),
                },
                _page(row.pk),
            )
            for row in orders.select_related("offer").order_by("-paid_at")[:most]
            if row.paid_at is not None
        ]
        found += [
            Happening(
                row.paid_at,
                _("Renewed “%s”") % row.subscription.offer.title,
                _page(row.subscription.order_id),
            )
            for row in charges.select_related("subscription__offer").order_by(
                "-paid_at"
            )[:most]
            if row.paid_at is not None
        ]
        return sorted(found, key=lambda row: row.at, reverse=True)[:most]

    def last_contacts(self, person_ids: Sequence[int]) -> dict[int, datetime]:
        """Return when each person last ordered, or a subscription of theirs was paid until."""
        orders = Order.objects.filter(person_id__in=person_ids).order_by()
        latest = dict(orders.values_list("person_id").annotate(last=Max("created_at")))
        paid = Subscription.objects.filter(person_id__in=person_ids).order_by()
        for person_id, until in paid.values_list("person_id").annotate(
            last=Max("current_period_end")
        ):
            latest[person_id] = max(until, latest.get(person_id, until))
        return latest
