"""Live events, and who has a seat in them."""

from __future__ import annotations

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """A live meeting of many, at one instant.

    text           plain text
    starts_at      with time_zone: the wall time the owner typed
    link           where to join; shown to those with a seat, near the hour
    place          an address or a room, shown to whoever may come
    seats          how many may come, None: any number; a member's sign-up is refused when
                   seats_taken reaches it, a seat that was paid for is not
    tiers          whose members may take a seat by themselves
    sequence       grows with every change people must know; told_sequence follows once
                   everybody with a seat was written to
    """

    title = models.CharField(_("Title"), max_length=160)
    slug = models.SlugField(max_length=80, unique=True)
    text = models.TextField(_("What it is about"), blank=True)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    time_zone = models.CharField(_("Time zone"), max_length=64)
    link = models.URLField(_("Link to join"), max_length=500, blank=True)
    place = models.CharField(_("Place"), max_length=200, blank=True)
    seats = models.PositiveIntegerField(
        _("Seats in all"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    seats_taken = models.PositiveIntegerField(default=0)
    tiers = models.ManyToManyField("memberships.Tier", related_name="+")
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0)
    told_sequence = models.PositiveSmallIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(told_sequence__lte=F("sequence")),
                name="event_tells_what_has_changed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="event_with_news",
                condition=Q(told_sequence__lt=F("sequence")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Seat(models.Model):
    """A person comes to an event; a second source is a second seat.

    source         why: "order:2026-0042", "subscription:7", "member", "hand"
    open_until     what it came with ended or waits from then on; None: it does not
    released_at    given up or taken back; the place is free again
    remind_day_at  when to remind the day before, remind_hour_at one hour before; None
                   when it was done or is not needed
    came           None: nobody said
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="held")
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=80)
    taken_at = models.DateTimeField()
    open_until = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    remind_day_at = models.DateTimeField(null=True)
    remind_hour_at = models.DateTimeField(null=True)
    came = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "person", "source"], name="seat_once_per_source"
            ),
        ]
        indexes = [
            models.Index(fields=["source"], name="seat_source"),
            models.Index(fields=["person", "event"], name="seat_of_person"),
            models.Index(
                fields=["remind_day_at"],
                name="seat_to_remind_a_day_before",
                condition=Q(remind_day_at__isnull=False),
            ),
            models.Index(
                fields=["remind_hour_at"],
                name="seat_to_remind_an_hour_before",
                condition=Q(remind_hour_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.event_id} ({self.source})"
