"""What the owner proposes around a checkout: beside it, and right after it (LA10)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.money.models.offers import Offer, Price
from perenne.money.models.orders import Order


class OfferExtras(models.Model):
    """What may happen around an offer's checkout; without a row: nothing.

    can_be_given   it may be bought for somebody else (MB8)
    remind_hours   an unpaid order is reminded of after so many hours, to those who asked
                   for it; None: never (LA11)
    """

    offer = models.OneToOneField(Offer, on_delete=models.CASCADE, related_name="extras")
    can_be_given = models.BooleanField(default=False)
    remind_hours = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(remind_hours=None)
                | Q(remind_hours__gte=1, remind_hours__lte=36),
                name="reminder_comes_while_the_order_is_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}"


class OfferBump(models.Model):
    """A one-off offer that may be added at the checkout of another one (R69).

    sentence  why it goes well with it, in the owner's words
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="bumps")
    bump = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    sentence = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "bump"], name="bump_once"),
            models.CheckConstraint(
                condition=~Q(offer=F("bump")), name="bump_is_another_offer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} + {self.bump_id}"


class Upsell(models.Model):
    """A one-off offer proposed once, right after another one was paid.

    otherwise  proposed instead, once, to who says no; None: nothing more
    minutes    how long the proposal stands
    """

    offer = models.OneToOneField(Offer, on_delete=models.CASCADE, related_name="upsell")
    proposed = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    otherwise = models.ForeignKey(
        Offer, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    sentence = models.CharField(max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(default=15)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(offer=F("proposed"))
                & (
                    Q(otherwise=None)
                    | (~Q(otherwise=F("offer")) & ~Q(otherwise=F("proposed")))
                ),
                name="upsell_is_another_offer",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=60),
                name="upsell_stands_some_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} > {self.proposed_id}"


class Proposal(models.Model):
    """An upsell as proposed to one buyer: answered once, never shown again.

    offer, price   what is proposed now, at the price it had then
    refused        what was proposed before and refused
    until          nothing can be taken from then on
    customer, method   the provider's references of the card the buyer allowed us to keep
    charge_ref     what the provider prepared; it can be paid once
    order_key      of the order that a yes makes: one proposal, one order
    """

    class State(models.TextChoices):
        OPEN = "open", _("Proposed")
        REFUSED = "refused", pgettext_lazy("proposal", "Refused")
        CHARGING = "charging", _("Being paid")
        TAKEN = "taken", _("Taken")
        TO_PAY = "to_pay", _("To be paid by hand")

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="proposal"
    )
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    otherwise = models.ForeignKey(
        Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refused = models.ForeignKey(
        Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sentence = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    until = models.DateTimeField()
    customer = models.CharField(max_length=255)
    method = models.CharField(max_length=255)
    order_key = models.CharField(max_length=64, unique=True)
    charge_ref = models.CharField(max_length=255, blank=True)
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="proposal_being_paid",
                condition=Q(state="charging"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} > {self.offer_id}"
