"""What members may change to, and each change they asked for (MB10)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from perenne.money.models.offers import Offer, Price
from perenne.money.models.subscriptions import Charge, Subscription


class PlanGroup(models.Model):
    """Offers between which their members may change."""

    name = models.CharField(max_length=120, unique=True)
    offers = models.ManyToManyField(Offer, related_name="plan_groups", blank=True)

    def __str__(self) -> str:
        return self.name


class PlanChange(models.Model):
    """A change of plan as it was shown and agreed to.

    at_period_end   with the next renewal; else now, for the difference
    mandate         the words agreed to: how much we may charge from then on (R128)
    period_end      of the subscription when it was asked; now: where the new one ends
    unused_cents    paid for days of the running period that are left
    credit_cents    taken off the new period: unused days and older credit
    due_cents       what is charged for it
    left_cents      credit that stays: price = credit + due, unused + older = credit + left
    charge          that pays it; None while nothing is to be paid yet
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("change of plan", "Planned")
        DONE = "done", pgettext_lazy("change of plan", "Done")
        DROPPED = "dropped", pgettext_lazy("change of plan", "Given up")

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="changes"
    )
    key = models.CharField(max_length=64, unique=True)
    price_from = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    price_to = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    at_period_end = models.BooleanField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    mandate = models.TextField(blank=True)
    period_end = models.DateTimeField()
    unused_cents = models.PositiveIntegerField(default=0)
    credit_cents = models.PositiveIntegerField(default=0)
    due_cents = models.PositiveIntegerField(default=0)
    left_cents = models.PositiveIntegerField(default=0)
    charge = models.OneToOneField(
        Charge,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="plan_change",
    )
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(state="waiting"),
                name="plan_change_one_waits_per_subscription",
            ),
            models.CheckConstraint(
                condition=~Q(price_from=F("price_to")), name="plan_change_changes"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at=None)
                | (~Q(state="waiting") & Q(settled_at__isnull=False)),
                name="plan_change_settled_has_its_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.price_from_id} → {self.price_to_id}"
