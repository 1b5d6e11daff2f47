"""The owner's rules for running subscriptions, and what members said when they left."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from perenne.money.models.coupons import Coupon
from perenne.money.models.orders import Order
from perenne.money.models.subscriptions import Subscription


class SubscriptionRules(models.Model):
    """One row: when a late payment is tried again, how long access waits, what is offered.

    retry_days          days after the period's end, running forward
    trial_notice_days   before the first charge
    card_notice_days    before the charge that an expiring card would miss
    pause_days          the longest pause; 0: members cannot pause
    stay_coupon         offered once to a member who is about to leave
    """

    retry_days = models.JSONField(default=list)
    grace_days = models.PositiveSmallIntegerField(default=7)
    slack_days = models.PositiveSmallIntegerField(default=1)
    trial_notice_days = models.PositiveSmallIntegerField(default=3)
    card_notice_days = models.PositiveSmallIntegerField(default=14)
    pause_days = models.PositiveSmallIntegerField(default=92)
    stay_coupon = models.ForeignKey(
        Coupon, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="subscription_rules_one_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.retry_days} +{self.grace_days}"


class Parting(models.Model):
    """Why somebody ended a subscription, if they cared to say (MB11)."""

    class Reason(models.TextChoices):
        TOO_DEAR = "too_dear", _("It costs too much for me now")
        LITTLE_USE = "little_use", _("I use it too little")
        REACHED = "reached", _("I have what I came for")
        NOT_EXPECTED = "not_expected", _("It is not what I expected")
        ELSEWHERE = "elsewhere", _("I found it elsewhere")
        OTHER = "other", _("Another reason")

    subscription = models.OneToOneField(
        Subscription, on_delete=models.CASCADE, related_name="parting"
    )
    reason = models.CharField(max_length=15, choices=Reason)
    text = models.TextField(blank=True, max_length=2000)
    said_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.reason}"


class BillingDetails(models.Model):
    """What invoices of a subscription show from now on, when it is no longer the order's.

    Invoices that were issued keep the words of their day.

    place  where the buyer is for VAT from now on, as Order.place
    """

    subscription = models.OneToOneField(
        Subscription, on_delete=models.CASCADE, related_name="billing"
    )
    buyer_type = models.CharField(max_length=10, choices=Order.BuyerType)
    name = models.CharField(max_length=200)
    company = models.CharField(max_length=200, blank=True)
    vat_number = models.CharField(max_length=20, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2)
    place = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(buyer_type="consumer") | ~Q(company=""),
                name="billing_business_has_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.name}"
