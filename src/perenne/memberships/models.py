"""Tiers, what they include, and the passes that open everything."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Tier(models.Model):
    """A level of membership people can join: its name and what it promises.

    active  shown and sold; passes already given for an inactive tier stay open
    """

    name = models.CharField(_("Name"), max_length=120, unique=True)
    description = models.TextField(
        _("What members get"),
        blank=True,
        help_text=_("One benefit per line, in the words of your members."),
    )
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(_("Open to new members"), default=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class TierInclude(models.Model):
    """A resource that a pass for the tier opens as well: "course:3"."""

    tier = models.ForeignKey(Tier, on_delete=models.CASCADE, related_name="includes")
    resource = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "tier"], name="tier_includes_a_resource_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier_id}: {self.resource}"


class Pass(models.Model):
    """A person may use a resource in [starts_at, ends_at): the only word for access.

    resource    "tier:1", "course:3", "download:7"
    source      why: "order:2026-0042", "subscription:7", "complimentary:<token>"
    ends_at     None: for as long as the resource exists
    revoked_at  taken back at that instant; the row stays as proof
    reason      why it was given for free, for the owner's eyes
    """

    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="+"
    )
    resource = models.CharField(max_length=40)
    source = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    granted_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "resource", "source"], name="pass_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="pass_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["source"], name="pass_source"),
            models.Index(fields=["resource", "ends_at"], name="pass_resource"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.resource} ({self.source})"
