"""Reductions that a code gives."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from perenne.money.models.offers import Offer


class Coupon(models.Model):
    """A code that makes what it counts for cheaper (LA5).

    code            upper case, unique
    percent_bp      share taken off in basis points, or amount_cents of `currency`
    periods         of a subscription: so many payments; None: for as long as it lives.
                    A single payment is one
    max_uses        in all; uses counts orders that are paid or may still be
    max_per_person  by person, None: any number
    offers          those it counts for; none: all of them
    """

    code = models.CharField(max_length=40, unique=True)
    percent_bp = models.PositiveIntegerField(default=0)
    amount_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    periods = models.PositiveSmallIntegerField(null=True, blank=True, default=1)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0)
    max_per_person = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)
    note = models.CharField(_("Note"), max_length=200, blank=True)
    offers = models.ManyToManyField(Offer, related_name="coupons", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent_bp__gt=0, percent_bp__lte=10_000, amount_cents=0)
                | (Q(percent_bp=0, amount_cents__gt=0) & ~Q(currency="")),
                name="coupon_takes_a_share_or_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(max_uses=None) | Q(uses__lte=F("max_uses")),
                name="coupon_is_used_no_more_than_it_may",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="coupon_starts_before_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(periods=None) | Q(periods__gte=1),
                name="coupon_counts_for_some_payment",
            ),
        ]

    def __str__(self) -> str:
        return self.code
