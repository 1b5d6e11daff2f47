"""What is sold: offers, their price history, what they grant, the terms of sale."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Offer(models.Model):
    """Something people can buy on its own page, within its window.

    opens_at, closes_at  instants; None is open-ended. Enforced on the server (station 4)
    closing_reason       the true reason why it closes, in the owner's words
    description          clean HTML
    seats                how many may be sold, None: any number; seats_taken counts what
                         is sold or held by an order that may still be paid
    """

    class LegalNature(models.TextChoices):
        DIGITAL_CONTENT = "digital_content", _("Digital content (download, course)")
        DIGITAL_SERVICE = "digital_service", _("Digital service (membership, access)")
        SERVICE = "service", _("Service (1:1, live)")
        MIXED = "mixed", _("Bundle of content and services")

    class VatNature(models.TextChoices):
        AUTOMATED = "automated", _("Automated (supplied without your work)")
        EVENT = "event", _("Live event online, for a group")
        LIVE = "live", _("Live, for one client")

    slug = models.SlugField(unique=True, max_length=80)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    stream = models.ForeignKey(
        "streams.Stream", on_delete=models.PROTECT, related_name="+"
    )
    legal_nature = models.CharField(
        max_length=20, choices=LegalNature, default=LegalNature.DIGITAL_CONTENT
    )
    vat_nature = models.CharField(
        max_length=10, choices=VatNature, default=VatNature.AUTOMATED
    )
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.CharField(max_length=300, blank=True)
    seats = models.PositiveIntegerField(null=True, blank=True)
    seats_taken = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at=None)
                | Q(closes_at=None)
                | Q(opens_at__lt=F("closes_at")),
                name="offer_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(seats_taken__lte=F("seats")),
                name="offer_sells_no_more_seats_than_it_has",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OfferGrant(models.Model):
    """One thing an offer gives access to, named by the fulfilment registry.

    kind  key of the registry: "tier", "course", "download"
    key   what of that kind, as its handler's choices() say
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="grants")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "kind", "key"], name="offer_grants_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Price(models.Model):
    """One line of an offer's price history; rows are only ever added.

    An offer has one price per way to pay: currency, rhythm and number of instalments.
    Its price at an instant is the row with the latest valid_from; a row with on_sale
    false ends that way to pay. People who subscribed before keep theirs (MB20).

    amount_cents       what a consumer pays each time, VAT included (R43), in minor units
    instalments        1: the rhythm runs until it is ended; more: so many payments in
                       all, then nothing more is due and access stays (MB4)
    access_on_default  what an instalment that stays unpaid does to the access
    trial_days         before the first full amount; trial_price_cents is paid for them,
                       0 for a free trial (MB3)
    minimum_cents      the buyer chooses from here on, amount_cents is what we suggest;
                       None: the amount is fixed (MB5)
    """

    class Interval(models.TextChoices):
        ONE_OFF = "one_off", _("Once")
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")
        YEAR = "year", _("Every year")

    class OnDefault(models.TextChoices):
        SUSPEND = "suspend", _("Access waits until it is paid")
        KEEP = "keep", _("Access stays")

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices")
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default="EUR")
    interval = models.CharField(
        max_length=10, choices=Interval, default=Interval.ONE_OFF
    )
    interval_count = models.PositiveSmallIntegerField(default=1)
    instalments = models.PositiveSmallIntegerField(default=1)
    access_on_default = models.CharField(
        max_length=10, choices=OnDefault, default=OnDefault.SUSPEND
    )
    trial_days = models.PositiveSmallIntegerField(default=0)
    trial_price_cents = models.PositiveIntegerField(default=0)
    minimum_cents = models.PositiveIntegerField(null=True, blank=True)
    on_sale = models.BooleanField(default=True)
    valid_from = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0) | Q(interval="one_off"),
                name="price_that_recurs_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(interval_count__gte=1, instalments__gte=1)
                & (~Q(interval="one_off") | Q(interval_count=1, instalments=1)),
                name="price_interval_count",
            ),
            models.CheckConstraint(
                condition=Q(trial_days=0, trial_price_cents=0)
                | (Q(trial_days__gt=0, instalments=1) & ~Q(interval="one_off")),
                name="price_only_subscriptions_have_a_trial",
            ),
            models.CheckConstraint(
                condition=Q(minimum_cents=None)
                | Q(minimum_cents__lte=F("amount_cents"), instalments=1),
                name="price_suggests_no_less_than_its_minimum",
            ),
            models.UniqueConstraint(
                fields=[
                    "offer",
                    "currency",
                    "interval",
                    "interval_count",
                    "instalments",
                    "valid_from",
                ],
                name="price_one_per_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cents} {self.currency} / {self.interval}"


class PriceStep(models.Model):
    """A rise of an offer's price that is planned: by date, or by seats taken (LA6).

    A step whose time has come is turned into a Price, once, and says so by reached_at.

    way to pay         currency, interval, interval_count, instalments: as the Price's
    starts_at          it holds from this instant on, or
    after_seats        from the moment when so many seats are taken
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="steps")
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=10, choices=Price.Interval)
    interval_count = models.PositiveSmallIntegerField(default=1)
    instalments = models.PositiveSmallIntegerField(default=1)
    amount_cents = models.PositiveIntegerField()
    starts_at = models.DateTimeField(null=True, blank=True)
    after_seats = models.PositiveIntegerField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, after_seats__gte=1)
                | Q(starts_at__isnull=False, after_seats=None),
                name="price_step_is_by_date_or_by_seats",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                name="price_step_waiting",
                condition=Q(reached_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.amount_cents} {self.currency}"


class TermsVersion(models.Model):
    """An exact wording of the terms of sale; orders point to the one accepted (R45).

    digest      SHA-256 of the text, hexadecimal
    by_owner    written by the owner; else made from the business identity
    """

    language = models.CharField(max_length=5)
    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    by_owner = models.BooleanField(default=False)
    valid_from = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.language} {self.digest[:12]}"
