"""Payments that a buyer's bank takes back, and what the provider pays out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.money.models.payments import Payment


class Dispute(models.Model):
    """A payment taken back through the buyer's bank: a card dispute or a debit returned.

    inquiry      the bank only asks: no money has moved
    answer_by    last instant for evidence; None when none is taken (a returned debit)
    returned_at  when the money left the balance; a lost one is booked on that day (R130)
    fee_cents    what the provider keeps for it
    access_ended what was bought was closed with it
    """

    class State(models.TextChoices):
        OPEN = "open", _("To be answered")
        REVIEW = "review", _("Being decided")
        WON = "won", _("Won")
        LOST = "lost", pgettext_lazy("dispute", "Lost")

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="disputes"
    )
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=255)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State)
    inquiry = models.BooleanField(default=False)
    fee_cents = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    access_ended = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_ref"], name="dispute_recorded_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, state__in=["open", "review"])
                | Q(closed_at__isnull=False, state__in=["won", "lost"]),
                name="dispute_closed_has_its_instant",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="dispute_state")]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_ref}"


class Payout(models.Model):
    """Money that the provider sent to the owner's bank.

    arrives_on  civil date at the bank
    itemised    the provider says what is in it: the ledger's rows bear its date
    """

    class State(models.TextChoices):
        UNDER_WAY = "under_way", pgettext_lazy("payout", "Under way")
        DONE = "done", pgettext_lazy("payout", "Paid out")
        FAILED = "failed", pgettext_lazy("payout", "Sent back by the bank")

    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=255)
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State)
    made_at = models.DateTimeField()
    arrives_on = models.DateField()
    itemised = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_ref"], name="payout_recorded_once"
            ),
        ]
        indexes = [models.Index(fields=["arrives_on"], name="payout_arrival")]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_ref}"
