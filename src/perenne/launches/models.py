"""Launches: an offer that opens and really closes, to a frozen audience."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Launch(models.Model):
    """Offers that open and close together, on the server, for everyone alike (R68).

    goal_buyers      how many buyers the owner hopes for
    segment          whom it is for; None: everybody who may be written to
    opens_at, closes_at  instants; the offers' own windows carry the same
    snapshot_at      when the audience was frozen
    close_noted_at   when the closing was written to the log
    """

    name = models.CharField(_("Name"), max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    goal_buyers = models.PositiveIntegerField(null=True, blank=True)
    segment = models.ForeignKey(
        "audience.Segment",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    opens_at = models.DateTimeField(db_index=True)
    closes_at = models.DateTimeField()
    snapshot_at = models.DateTimeField(null=True, blank=True)
    close_noted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="launch_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LaunchOffer(models.Model):
    """An offer that a launch opens and closes."""

    launch = models.ForeignKey(
        Launch, on_delete=models.CASCADE, related_name="launch_offers"
    )
    offer = models.ForeignKey("money.Offer", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["launch", "offer"], name="launch_offer_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.launch_id} {self.offer_id}"


class Snapshot(models.Model):
    """One person of the audience as it was when the launch began; never added to."""

    launch = models.ForeignKey(
        Launch, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["launch", "person"], name="snapshot_person_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.launch_id} {self.person_id}"
