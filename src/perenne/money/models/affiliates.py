"""People who bring buyers, and what they earn by it (LA12)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from perenne.money.models.orders import Order


class Affiliate(models.Model):
    """Somebody who earns a share of what is sold through their link.

    code          of the link /a/<code>/, lower case
    percent_bp    share of what was paid before VAT in basis points, or amount_cents of
                  `currency` for each payment
    periods       of a subscription: so many payments; None: each one while it lives
    """

    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, related_name="+"
    )
    code = models.SlugField(max_length=40, unique=True)
    percent_bp = models.PositiveIntegerField(default=0)
    amount_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    periods = models.PositiveSmallIntegerField(null=True, blank=True, default=1)
    active = models.BooleanField(_("Active"), default=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent_bp__gt=0, percent_bp__lte=10_000, amount_cents=0)
                | (Q(percent_bp=0, amount_cents__gt=0) & ~Q(currency="")),
                name="affiliate_earns_a_share_or_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(periods=None) | Q(periods__gte=1),
                name="affiliate_earns_on_some_payment",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Referral(models.Model):
    """An order that came through an affiliate's link; nothing is kept on any device."""

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, related_name="referral"
    )
    affiliate = models.ForeignKey(
        Affiliate, on_delete=models.PROTECT, related_name="referrals"
    )
    referred_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.affiliate_id}: {self.order_id}"


class AffiliatePayout(models.Model):
    """Commissions paid to an affiliate at once, as the owner said.

    key  the form's own key: one form, one payout
    """

    affiliate = models.ForeignKey(
        Affiliate, on_delete=models.PROTECT, related_name="payouts"
    )
    key = models.CharField(max_length=64, unique=True)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.affiliate_id} {self.amount_cents} {self.currency}"


class Commission(models.Model):
    """What one sold line earns an affiliate, or takes back when it is refunded.

    ref            "payment:12", "refund:5:2": written once
    amount_cents   above zero when earned, below when a refund takes it back
    payable_from   the first day it may be paid: the withdrawal period is over (R50)
    """

    affiliate = models.ForeignKey(
        Affiliate, on_delete=models.PROTECT, related_name="commissions"
    )
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    stream = models.ForeignKey(
        "streams.Stream", on_delete=models.PROTECT, related_name="+"
    )
    ref = models.CharField(max_length=120, unique=True)
    amount_cents = models.IntegerField()
    currency = models.CharField(max_length=3)
    payable_from = models.DateField()
    recorded_at = models.DateTimeField()
    payout = models.ForeignKey(
        AffiliatePayout,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="commissions",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_cents=0), name="commission_is_an_amount"
            ),
        ]
        indexes = [
            models.Index(
                fields=["affiliate", "payable_from"],
                name="commission_unpaid",
                condition=Q(payout=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.amount_cents}"
