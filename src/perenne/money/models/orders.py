"""What was bought: orders with the exact words agreed to."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.money.models.coupons import Coupon
from perenne.money.models.offers import Offer, Price, TermsVersion


class Order(models.Model):
    """What a person agreed to buy, with the exact words they agreed to.

    number         short code of letters and digits; also the bank transfer's reference
    key            the checkout form's own key: one form, one order
    consents       [{"key", "wording", "source", "at"}] as shown and ticked (R54, R55)
    *_cents        of `currency`; net + tax = gross; vat_* are the first line's
    offer, price   of its first line; an order bump adds lines of its own
    place          {"country", "siren", "vat_id", "evidence", "vat_check"}: where the
                   buyer is for VAT and how that is known (R123, R124)
    place_in_doubt  a later sign contradicts it: the owner asks
    holds_seat     a seat of the offer is taken for it
    trial_days     of the trial it begins with; 0 too for a person who had it before
    after          the order it was offered after, paid with the same method (LA10)
    provider_ref   the payment page's id at the provider
    under_way_at   since when a debit waits for the bank's answer
    refused_at     when the bank refused the last one: time to pay another way
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for payment")
        PAID = "paid", _("Paid")
        CANCELLED = "cancelled", pgettext_lazy("order", "Cancelled")
        REFUNDED = "refunded", _("Refunded")
        EXPIRED = "expired", _("Expired")

    class BuyerType(models.TextChoices):
        CONSUMER = "consumer", _("For myself (consumer)")
        BUSINESS = "business", _("For a business")

    number = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+"
    )
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="orders")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="orders")
    currency = models.CharField(max_length=3)
    net_cents = models.PositiveIntegerField()
    tax_cents = models.PositiveIntegerField()
    gross_cents = models.PositiveIntegerField()
    vat_rate_bp = models.PositiveIntegerField(default=0)
    vat_category = models.CharField(max_length=2, blank=True)
    vat_country = models.CharField(max_length=2, blank=True)
    buyer_type = models.CharField(
        max_length=10, choices=BuyerType, default=BuyerType.CONSUMER
    )
    name = models.CharField(max_length=200)
    email = models.EmailField()
    company = models.CharField(max_length=200, blank=True)
    vat_number = models.CharField(max_length=20, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, default="FR")
    language = models.CharField(max_length=5, default="fr")
    consents = models.JSONField(default=list)
    place = models.JSONField(default=dict, blank=True)
    place_in_doubt = models.BooleanField(default=False)
    coupon = models.ForeignKey(
        Coupon,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    holds_seat = models.BooleanField(default=False)
    trial_days = models.PositiveSmallIntegerField(default=0)
    after = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="followers",
    )
    terms = models.ForeignKey(
        TermsVersion, on_delete=models.PROTECT, related_name="orders"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=255, blank=True, db_index=True)
    provider_url = models.TextField(blank=True)
    under_way_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_cents=F("net_cents") + F("tax_cents")),
                name="order_net_and_tax_make_gross",
            ),
            models.CheckConstraint(
                condition=Q(paid_at=None, state__in=["pending", "cancelled", "expired"])
                | Q(paid_at__isnull=False, state__in=["paid", "refunded"]),
                name="order_paid_has_its_instant",
            ),
            models.CheckConstraint(
                condition=Q(buyer_type="consumer") | ~Q(company=""),
                name="order_business_has_a_name",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="order_state"),
            models.Index(fields=["email"], name="order_email"),
            models.Index(fields=["person"], name="order_person"),
            models.Index(fields=["offer", "paid_at"], name="order_offer_paid"),
            models.Index(
                fields=["-id"],
                name="order_in_doubt",
                condition=Q(place_in_doubt=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class TrialUse(models.Model):
    """A person's trial of an offer: there is one, however often they come back (MB3).

    order  the one it began or may still begin with
    """

    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+"
    )
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="trial_uses"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "offer"], name="trial_one_per_person_and_offer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.offer_id}"


class OrderLine(models.Model):
    """One thing of an order at the price agreed on; the lines sum to the order.

    role            what was bought, or what was added to it at the checkout (LA10)
    list_cents      before the reduction; list - discount = gross
    *_cents, vat_*  for this line, in the order's currency; whose VAT it is and why, as
                    domain/vat.py says
    """

    class Role(models.TextChoices):
        MAIN = "main", pgettext_lazy("line of an order", "Bought")
        BUMP = "bump", _("Added at the checkout")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=10, choices=Role, default=Role.MAIN)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    list_cents = models.PositiveIntegerField()
    discount_cents = models.PositiveIntegerField(default=0)
    net_cents = models.PositiveIntegerField()
    tax_cents = models.PositiveIntegerField()
    gross_cents = models.PositiveIntegerField()
    vat_rate_bp = models.PositiveIntegerField(default=0)
    vat_category = models.CharField(max_length=2, blank=True)
    vat_country = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "position"], name="order_line_position_once"
            ),
            models.CheckConstraint(
                condition=Q(gross_cents=F("net_cents") + F("tax_cents")),
                name="order_line_net_and_tax_make_gross",
            ),
            models.CheckConstraint(
                condition=Q(list_cents=F("gross_cents") + F("discount_cents")),
                name="order_line_reduction_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}.{self.position}"
