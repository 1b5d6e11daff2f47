"""What members were told in time: renewals, prices, trials, cards (R62-R66)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.money.models.offers import Price
from perenne.money.models.subscriptions import Subscription


class PriceRise(models.Model):
    """A new amount for subscriptions that run at a price, from a day on (R65).

    amount_cents   above the price's; each member pays it from the first period that
                   begins on or after from_at and was announced in time
    """

    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="rises")
    amount_cents = models.PositiveIntegerField()
    from_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    planned_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["price"],
                condition=Q(withdrawn_at=None),
                name="price_rise_one_per_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_id} → {self.amount_cents}"


class Notice(models.Model):
    """A mail about one instant of a subscription, and the proof that it was sent.

    about_at      the renewal, the end of the trial, the first dearer charge
    amount_cents  the amount it names
    mail_ref      of the outbox
    sent_at       taken by the member's mail server; reply holds its own words
    """

    class Kind(models.TextChoices):
        TRIAL = "trial", _("End of the trial")
        RENEWAL = "renewal", _("Renewal")
        YEARLY = "yearly", _("Yearly reminder")
        CARD = "card", _("Card that expires")
        RISE = "rise", _("Higher price")

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("notice", "Under way")
        SENT = "sent", pgettext_lazy("notice", "Delivered")
        FAILED = "failed", pgettext_lazy("notice", "Not delivered")

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    about_at = models.DateTimeField()
    rise = models.ForeignKey(
        PriceRise,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notices",
    )
    amount_cents = models.PositiveIntegerField()
    mail_ref = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    reply = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "kind", "about_at"],
                condition=Q(rise=None),
                name="notice_once_about_an_instant",
            ),
            models.UniqueConstraint(
                fields=["subscription", "rise"], name="notice_once_about_a_rise"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
                name="notice_sent_has_its_instant",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="notice_state")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.kind} {self.about_at:%Y-%m-%d}"
