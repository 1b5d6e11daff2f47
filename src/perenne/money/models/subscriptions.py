"""What renews by our own clock: subscriptions and the charge of each period."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.money.models.coupons import Coupon
from perenne.money.models.offers import Offer, Price
from perenne.money.models.orders import Order


class Subscription(models.Model):
    """A renewal that our own clock keeps: what is charged next, and when.

    price             the one agreed on at the start, kept while it lives (MB20)
    amount_cents      what is charged each time before a reduction, VAT included
    coupon, coupon_periods   the reduction and for how many payments to come it still
                      counts; None: for as long as it lives
    payments_left     of a price in instalments, still to be charged; None: no end
    started_at        also the anchor: its day and wall time come back in every period
    anchor_at         a later anchor, after a trial, a pause or a change of plan
    trial_ends_at     the end of its trial; None when it had none
    next_charge_at    when the next try is due; None when nothing will be charged
    paused_at, resumes_at   since when it is paused, and until when at the latest
    credit_cents      paid for days that a change of plan left unused: taken off the next
                      charges, given back at the end
    ended_reason      why it ends; only the bank's refusals are involuntary
    provider_customer, provider_method   the provider's references for charging again
    method_kind, method_last4, method_expires_on   by which its holder knows the method
    """

    class State(models.TextChoices):
        TRIALING = "trialing", _("In trial")
        ACTIVE = "active", _("Active")
        PAST_DUE = "past_due", _("Payment late")
        PAUSED = "paused", pgettext_lazy("subscription", "Paused")
        CANCELLING = "cancelling", _("Ends with the paid period")
        ENDED = "ended", _("Ended")

    class Ending(models.TextChoices):
        VOLUNTARY = "voluntary", _("Ended by the member")
        INVOLUNTARY = "involuntary", _("Payment given up")
        REFUNDED = "refunded", _("Refunded")
        WITHDRAWN = "withdrawn", pgettext_lazy("ending", "Withdrawn from")
        FINISHED = "finished", _("Paid in full")

    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+"
    )
    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="subscription"
    )
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="subscriptions"
    )
    price = models.ForeignKey(
        Price, on_delete=models.PROTECT, related_name="subscriptions"
    )
    amount_cents = models.PositiveIntegerField()
    coupon = models.ForeignKey(
        Coupon,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subscriptions",
    )
    coupon_periods = models.PositiveSmallIntegerField(null=True, blank=True)
    payments_left = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    started_at = models.DateTimeField()
    anchor_at = models.DateTimeField(null=True, blank=True)
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    current_period_start = models.DateTimeField()
    current_period_end = models.DateTimeField()
    next_charge_at = models.DateTimeField(null=True, blank=True, db_index=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    resumes_at = models.DateTimeField(null=True, blank=True, db_index=True)
    credit_cents = models.PositiveIntegerField(default=0)
    provider = models.CharField(max_length=20)
    provider_customer = models.CharField(max_length=255, blank=True)
    provider_method = models.CharField(max_length=255, blank=True)
    method_kind = models.CharField(max_length=40, blank=True)
    method_last4 = models.CharField(max_length=4, blank=True)
    method_expires_on = models.DateField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=12, choices=Ending, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(current_period_start__lt=F("current_period_end")),
                name="subscription_period_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["trialing", "active", "past_due"])
                | Q(next_charge_at=None),
                name="subscription_only_live_ones_are_charged",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False)
                | (~Q(state="ended") & Q(ended_at=None)),
                name="subscription_ended_has_its_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["cancelling", "ended"]) | ~Q(ended_reason=""),
                name="subscription_ending_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="paused", paused_at__isnull=False, resumes_at__isnull=False
                )
                | (~Q(state="paused") & Q(paused_at=None, resumes_at=None)),
                name="subscription_paused_has_its_instants",
            ),
        ]
        indexes = [
            models.Index(fields=["person"], name="subscription_person"),
            models.Index(fields=["state", "-id"], name="subscription_state"),
            models.Index(
                fields=["state", "current_period_end"], name="subscription_period_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}/{self.pk}"


class Charge(models.Model):
    """The one charge of a subscription for one period, however often it is tried.

    attempts           tries made; the provider's idempotency key names period and try
    claimed_until      a worker holds it until then
    credit_cents       of earlier payments, taken off: it was owed gross + credit
    key                part of the link by which the person pays it themselves (R127)
    provider_ref       what the provider prepared; it can be paid once, whatever happens
    page_ref, page_url the payment page the person opened instead
    under_way_at       since when a debit waits for the bank's answer
    """

    class State(models.TextChoices):
        DUE = "due", _("Due")
        PAID = "paid", _("Paid")
        DECLINED = "declined", _("Declined")
        TO_CONFIRM = "to_confirm", _("To confirm with the bank")
        DROPPED = "dropped", _("Dropped")

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="charges"
    )
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    currency = models.CharField(max_length=3)
    net_cents = models.PositiveIntegerField()
    tax_cents = models.PositiveIntegerField()
    gross_cents = models.PositiveIntegerField()
    vat_rate_bp = models.PositiveIntegerField(default=0)
    credit_cents = models.PositiveIntegerField(default=0)
    vat_category = models.CharField(max_length=2, blank=True)
    vat_country = models.CharField(max_length=2, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    decline_code = models.CharField(max_length=60, blank=True)
    under_way_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=64, unique=True)
    provider_ref = models.CharField(max_length=255, blank=True)
    page_ref = models.CharField(max_length=255, blank=True)
    page_url = models.TextField(blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "period_start"],
                name="charge_one_per_subscription_and_period",
            ),
            models.CheckConstraint(
                condition=Q(gross_cents=F("net_cents") + F("tax_cents")),
                name="charge_net_and_tax_make_gross",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.period_start:%Y-%m-%d}"
