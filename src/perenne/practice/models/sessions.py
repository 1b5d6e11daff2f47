"""What can be booked, when, and what was booked."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Service(models.Model):
    """Something a person can book with the owner.

    step_minutes         between the starts that are offered
    cancel_notice_hours  until how long before the person may cancel by themselves (SV6)
    price_cents          of one session, in the business's currency; 0 is free
    place                where or how to meet: an address, a link, "by phone"
    """

    name = models.CharField(_("Name"), max_length=120)
    slug = models.SlugField(_("Address of the page"), max_length=80, unique=True)
    description = models.TextField(_("What it is about"), blank=True)
    place = models.CharField(_("Where or how you meet"), max_length=200, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("Length in minutes"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(720)],
    )
    step_minutes = models.PositiveSmallIntegerField(
        _("A slot every … minutes"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(720)],
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        _("Free minutes before"), default=0, validators=[MaxValueValidator(720)]
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        _("Free minutes after"), default=15, validators=[MaxValueValidator(720)]
    )
    notice_hours = models.PositiveSmallIntegerField(
        _("Hours of notice before a booking"),
        default=24,
        validators=[MaxValueValidator(2160)],
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("Days that can be booked ahead"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )
    daily_cap = models.PositiveSmallIntegerField(
        _("At most this many a day"),
        default=0,
        help_text=_("0 for no limit."),
        validators=[MaxValueValidator(100)],
    )
    cancel_notice_hours = models.PositiveSmallIntegerField(
        _("Hours before which a client may cancel"),
        default=24,
        validators=[MaxValueValidator(2160)],
    )
    price_cents = models.PositiveIntegerField(default=0)
    stream = models.ForeignKey(
        "streams.Stream", on_delete=models.PROTECT, related_name="+"
    )
    active = models.BooleanField(_("Can be booked"), default=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5) & Q(step_minutes__gte=5),
                name="service_lasts_five_minutes",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Availability(models.Model):
    """Weekly opening hours of a service, wall time of the business's zone.

    weekday  Monday 0
    ends     00:00 is the end of the day
    """

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="weekly"
    )
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6), name="availability_weekday"
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")) | Q(ends="00:00"),
                name="availability_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}–{self.ends:%H:%M}"


class SpecialDay(models.Model):
    """Other hours on one day, instead of the weekly ones; without hours, closed."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="special"
    )
    on = models.DateField(_("Day"))
    starts = models.TimeField(
        pgettext_lazy("time of day", "From"), null=True, blank=True
    )
    ends = models.TimeField(pgettext_lazy("time of day", "To"), null=True, blank=True)

    class Meta:
        ordering = ["on", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts=None, ends=None)
                | Q(ends__gt=F("starts"))
                | Q(starts__isnull=False, ends="00:00"),
                name="special_day_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.on)


class Booking(models.Model):
    """A session a person booked.

    uid          names it in calendars, and makes its cancel link
    sequence     grows with every change, for calendars
    day, seat    its place among the bookings of the business's day (daily cap); no seat
                 once cancelled
    pack         the session pack that pays for it; its price is 0 then
    remind_at    when to remind; null when it was done or is not needed
    invoice_ref  the invoice it was billed on, "" before
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")
        NO_SHOW = "no_show", _("Did not come")

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+"
    )
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    day = models.DateField()
    seat = models.PositiveSmallIntegerField(null=True)
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=5)
    state = models.CharField(max_length=10, choices=State, default=State.BOOKED)
    note = models.TextField(blank=True)
    price_cents = models.PositiveIntegerField(default=0)
    pack = models.ForeignKey(
        "practice.Pack", on_delete=models.PROTECT, null=True, related_name="+"
    )
    cancel_token_hash = models.CharField(max_length=64, unique=True)
    remind_at = models.DateTimeField(null=True)
    invoice_ref = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="booking_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(pack=None) | Q(price_cents=0),
                name="booking_is_paid_by_a_pack_or_by_money",
            ),
            models.UniqueConstraint(
                fields=["service", "day", "seat"],
                name="booking_seat_of_the_day_once",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "starts_at"], name="booking_of_person"),
            models.Index(fields=["remind_at"], name="booking_to_remind"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"


class BookedCell(models.Model):
    """Five minutes of the owner's time, taken once: no two bookings overlap.

    cell  five minutes since 1970, UTC
    """

    cell = models.BigIntegerField(primary_key=True)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="cells")

    def __str__(self) -> str:
        return str(self.cell)
