"""Clients, missions and their hours."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.practice.domain import billing


class Client(models.Model):
    """A person, or a company behind them, that invoices go to."""

    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, related_name="+"
    )
    company = models.CharField(_("Company"), max_length=200, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    street = models.CharField(_("Street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=20, blank=True)
    city = models.CharField(_("City"), max_length=100, blank=True)
    country = models.CharField(_("Country"), max_length=2, default="FR")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.company or str(self.person_id)


class Mission(models.Model):
    """Work agreed with a client, at a price by the hour, by the day or as a whole.

    rate_cents     per hour, per day, or of the whole
    day_minutes    what a day is, when priced by the day
    budget_minutes what was agreed at most, 0 for none
    round_minutes  entries are rounded up to this when billed (SV17)
    invoice_ref    of a fixed price, once billed
    """

    class Pricing(models.TextChoices):
        HOURLY = billing.HOURLY, _("By the hour")
        DAILY = billing.DAILY, _("By the day")
        FIXED = billing.FIXED, _("Fixed price")

    class State(models.TextChoices):
        OPEN = "open", _("In progress")
        DONE = "done", pgettext_lazy("mission", "Done")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("Title"), max_length=200)
    pricing = models.CharField(_("Price"), max_length=6, choices=Pricing)
    rate_cents = models.PositiveIntegerField()
    day_minutes = models.PositiveSmallIntegerField(
        default=420, validators=[MinValueValidator(60), MaxValueValidator(1440)]
    )
    budget_minutes = models.PositiveIntegerField(default=0)
    round_minutes = models.PositiveSmallIntegerField(default=0)
    stream = models.ForeignKey(
        "streams.Stream", on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    invoice_ref = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["client", "state"], name="mission_of_client")]

    def __str__(self) -> str:
        return self.title


class MissionTime(models.Model):
    """Minutes worked for a mission on a civil day; streams keep them too (ref).

    invoice_ref  the invoice they were billed on, "" before
    """

    mission = models.ForeignKey(
        Mission, on_delete=models.PROTECT, related_name="missiontime"
    )
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=300, blank=True)
    invoice_ref = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1) & Q(minutes__lte=1440),
                name="mission_time_within_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["mission", "invoice_ref"], name="mission_time_unbilled"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.minutes} min"
