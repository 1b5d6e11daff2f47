"""Subscriptions that another system billed before (OP3)."""

from __future__ import annotations

from django.db import models

from perenne.money.models.subscriptions import Subscription


class Takeover(models.Model):
    """A subscription taken over from a provider's own billing, once by its reference.

    provider_ref   the subscription's id at the provider
    released_at    the provider was told not to renew it; None: not yet. Nothing is
                   charged by our clock before
    """

    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=255)
    subscription = models.OneToOneField(
        Subscription, on_delete=models.PROTECT, related_name="takeover"
    )
    taken_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_ref"], name="takeover_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_ref}"
