"""Where income comes from, the hours it takes, and the days off."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MINUTES_A_DAY = 1440


class Nature(models.TextChoices):
    """What kind of income a stream is (METRICS §1)."""

    ONE_TO_ONE = "one_to_one", _("1:1 work")
    RECURRING = "recurring", _("Membership")
    DIGITAL = "digital", _("Digital product")
    EVENT = "event", _("Live event")
    AFFILIATE = "affiliate", _("Affiliate")
    CAPITAL = "capital", _("Capital income")
    OTHER = "other", _("Other income")


class Activity(models.TextChoices):
    """What the time was spent on (METRICS §1)."""

    DELIVERY = "delivery", _("Delivery")
    BUILD = "build", _("Building an asset")
    UPKEEP = "upkeep", _("Upkeep and support")
    AUDIENCE = "audience", _("Audience")
    LAUNCH = "launch", _("Launch")
    SALES = "sales", _("Sales")
    ADMIN = "admin", _("Admin")
    LEARNING = "learning", _("Learning")


class Stream(models.Model):
    """One source of income.

    slug      stable name in exports and commands
    position  order on every screen
    """

    name = models.CharField(_("Name"), max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    nature = models.CharField(_("Nature"), max_length=12, choices=Nature)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(pgettext_lazy("stream", "Active"), default=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class WorkEntry(models.Model):
    """Minutes worked on one civil day of the business, on one stream or shared.

    stream     None: shared over all streams
    ref        what it came from ("booking:12"), unique when given
    asset_ref  the asset that build time made ("course:3")
    """

    stream = models.ForeignKey(
        Stream,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    activity = models.CharField(max_length=10, choices=Activity)
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=300, blank=True)
    ref = models.CharField(max_length=120, blank=True)
    asset_ref = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1) & Q(minutes__lte=MINUTES_A_DAY),
                name="work_minutes_within_a_day",
            ),
            models.UniqueConstraint(
                fields=["ref"], condition=~Q(ref=""), name="work_ref_once"
            ),
        ]
        indexes = [models.Index(fields=["on", "stream"], name="work_on_stream")]

    def __str__(self) -> str:
        return f"{self.on} {self.activity} {self.minutes} min"


class Timer(models.Model):
    """The one running timer of a user; a row is a running timer."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    stream = models.ForeignKey(
        Stream, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    activity = models.CharField(max_length=10, choices=Activity)
    note = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.activity} since {self.started_at:%Y-%m-%d %H:%M}"


class Absence(models.Model):
    """Days declared off, both ends included."""

    first_on = models.DateField(_("First day off"))
    last_on = models.DateField(_("Last day off"))
    label = models.CharField(_("What for"), max_length=120, blank=True)

    class Meta:
        ordering = ["first_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="absence_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.first_on} – {self.last_on}"
