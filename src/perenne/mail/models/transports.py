"""Ways out for mail, and how much each may be given."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Transport(models.Model):
    """A way out for mail, and how much it may be given (AE17, AE18).

    Address and password stay in the settings: `name` "default" is SMTP_URL, any other
    one the line of that name in MAIL_URLS.

    rank          1 goes first; equal ranks share the work, a later one steps in while
                  all before it rest or have had their day's mail
    engines       how many workers may send through it at the same time
    warm_up_...   mails on its first day and daily growth, for a server that nobody
                  knows yet; 0 mails on the first day: no plan
    taken_on_day  mails claimed on counted_on and not given back
    problem       the server's words when it refused us; it rests until retry_at
    wake_at       set while a delivery task waits to run
    """

    class Carries(models.TextChoices):
        ALL = "all", _("Letters and service mail")
        LETTERS = "letters", _("Letters only")
        SERVICE = "service", _("Service mail only")

    name = models.CharField(max_length=40, unique=True)
    is_active = models.BooleanField(_("In use"), default=True)
    carries = models.CharField(
        _("What it carries"), max_length=10, choices=Carries, default=Carries.ALL
    )
    rank = models.PositiveSmallIntegerField(_("Rank"), default=1)
    connections = models.PositiveSmallIntegerField(
        _("Connections at the same time"), default=4
    )
    engines = models.PositiveSmallIntegerField(_("Workers at the same time"), default=1)
    rate_per_minute = models.PositiveIntegerField(
        _("Messages per minute, 0 for no limit"), default=0
    )
    daily_cap = models.PositiveIntegerField(
        _("Messages per day, 0 for no limit"), default=0
    )
    warm_up_from = models.DateField(_("First day"), null=True, blank=True)
    warm_up_first_day = models.PositiveIntegerField(
        _("Messages on the first day"), default=0
    )
    warm_up_growth_percent = models.PositiveSmallIntegerField(
        _("More each day, in per cent"), default=30
    )
    counted_on = models.DateField(null=True)
    taken_on_day = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    problem_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    wake_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(connections__gte=1) & Q(connections__lte=100),
                name="transport_has_1_to_100_connections",
            ),
            models.CheckConstraint(
                condition=Q(engines__gte=1) & Q(engines__lte=16),
                name="transport_has_1_to_16_engines",
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1) & Q(rank__lte=9),
                name="transport_has_a_rank_of_1_to_9",
            ),
            models.CheckConstraint(
                condition=Q(warm_up_first_day=0) | Q(warm_up_from__isnull=False),
                name="transport_warm_up_has_a_first_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EngineSeat(models.Model):
    """The right of one engine to send through a transport: its lease.

    A seat is free when `engine` is "" or was not seen for a while.
    """

    transport = models.ForeignKey(
        Transport, on_delete=models.CASCADE, related_name="seats"
    )
    number = models.PositiveSmallIntegerField()
    engine = models.CharField(max_length=64, blank=True)
    host = models.CharField(max_length=255, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transport", "number"], name="engineseat_once_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transport_id}-{self.number}"


class DomainLimit(models.Model):
    """How much one transport may give to the addresses of one domain (AE18)."""

    transport = models.ForeignKey(
        Transport, on_delete=models.CASCADE, related_name="domain_limits"
    )
    domain = models.CharField(_("Domain"), max_length=253)
    rate_per_minute = models.PositiveIntegerField(
        _("Messages per minute, 0 for no limit"), default=0
    )
    connections = models.PositiveSmallIntegerField(
        _("Messages at the same time, 0 for no limit"), default=0
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transport", "domain"], name="domainlimit_once_per_transport"
            ),
            models.CheckConstraint(
                condition=Q(rate_per_minute__gt=0) | Q(connections__gt=0),
                name="domainlimit_limits_something",
            ),
        ]

    def __str__(self) -> str:
        return self.domain
