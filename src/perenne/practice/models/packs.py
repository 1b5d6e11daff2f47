"""Session packs: what is sold, what a person holds, and every credit that moved (SV4)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PackKind(models.Model):
    """A number of sessions that is given together, for some months.

    services  what one credit pays for, whatever the price of a session is
    months    of the business's calendar, the last day included
    """

    name = models.CharField(_("Name"), max_length=120)
    services = models.ManyToManyField(
        "practice.Service", related_name="+", verbose_name=_("Pays for")
    )
    sessions = models.PositiveSmallIntegerField(
        _("Number of sessions"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    months = models.PositiveSmallIntegerField(
        _("Months it is valid"),
        default=6,
        help_text=_("A session must take place by the last day."),
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    active = models.BooleanField(_("Can be given by an offer"), default=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sessions__gte=1) & Q(months__gte=1),
                name="pack_kind_has_sessions_and_months",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Pack(models.Model):
    """Sessions a person may book without paying again, until a day.

    source      why: "order:2026-0042", "subscription:7", "hand:<token>"
    left        the sum of its movements, kept beside them: one conditional UPDATE of it
                decides who gets the last credit
    expires_at  the instant its last day is over; sessions begin before
    open_until  what it came with ended or waits from then on; None: it does not
    revoked_at  taken back, with what was left, by a refund or by hand
    notice_at   when to say that it ends soon; None when it was said
    reason      why it was given by hand, for the owner's eyes
    """

    kind = models.ForeignKey(PackKind, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=80)
    left = models.PositiveSmallIntegerField()
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    open_until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    notice_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "source"], name="pack_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(left__gte=0), name="pack_never_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(left=0),
                name="pack_taken_back_has_nothing_left",
            ),
        ]
        indexes = [
            models.Index(fields=["source"], name="pack_source"),
            models.Index(fields=["notice_at"], name="pack_to_announce"),
            models.Index(
                fields=["expires_at"], name="pack_to_expire", condition=Q(left__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.left} ({self.source})"


class PackMovement(models.Model):
    """Credits that came or went; rows are only ever added.

    ref      what moved them, once per pack: "granted", "used:12", "form:<token>"
    change   credits, negative when they went
    booking  the session it is about, for "used" and "returned"
    reason   the owner's words when it was done by hand
    """

    class Why(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("credits", "Given")
        USED = "used", pgettext_lazy("credits", "Booked")
        RETURNED = "returned", pgettext_lazy("credits", "Back after a cancellation")
        EXPIRED = "expired", pgettext_lazy("credits", "Expired")
        REOPENED = "reopened", pgettext_lazy("credits", "Back with a later last day")
        TAKEN_BACK = "taken_back", pgettext_lazy("credits", "Taken back")

    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="movements")
    why = models.CharField(max_length=10, choices=Why)
    change = models.SmallIntegerField()
    ref = models.CharField(max_length=80)
    booking = models.ForeignKey(
        "practice.Booking", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "ref"], name="pack_moves_once"),
            models.CheckConstraint(
                condition=~Q(change=0), name="pack_movement_moves_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change:+d} {self.why}"
