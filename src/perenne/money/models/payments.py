"""Money that came and went: payments and refunds."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from perenne.money.models.orders import Order
from perenne.money.models.subscriptions import Charge


class Payment(models.Model):
    """Money that arrived for an order or for one period of a subscription.

    fee_cents       kept by the provider
    refunded_cents  given back or being given back; never above the amount (R133)
    surplus         arrived for something already paid: to be given back, not sold
    """

    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    charge = models.ForeignKey(
        Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=255)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=40)
    fee_cents = models.PositiveIntegerField(default=0)
    surplus = models.BooleanField(default=False)
    refunded_cents = models.PositiveIntegerField(default=0)
    paid_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_ref"], name="payment_recorded_once"
            ),
            models.CheckConstraint(
                condition=Q(order=None, charge__isnull=False)
                | Q(order__isnull=False, charge=None),
                name="payment_is_for_an_order_or_a_charge",
            ),
            models.CheckConstraint(
                condition=Q(refunded_cents__lte=F("amount_cents")),
                name="payment_refunds_stay_below_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_ref}"


class Refund(models.Model):
    """Money given back on a payment.

    key            the form's own key: one form, one refund
    access_ended   what was bought is closed with it
    provider_ref   its name at the provider, recorded once for a payment
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="refunds"
    )
    key = models.CharField(max_length=64, unique=True)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300, blank=True)
    access_ended = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    provider_ref = models.CharField(max_length=255, blank=True)
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="refund_is_positive"
            ),
            models.UniqueConstraint(
                fields=["payment", "provider_ref"],
                condition=~Q(provider_ref=""),
                name="refund_recorded_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} -{self.amount_cents}"
