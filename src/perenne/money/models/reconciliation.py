"""The nightly comparison with the providers, and pages that save a means of payment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.money.models.subscriptions import Subscription


class Reconciliation(models.Model):
    """One comparison of our books with a provider's.

    since        from when on was asked; None: everything
    listed       {"payments": 12, "refunds": 1, "disputes": 0, "payouts": 3}
    mended       [{"what", "ref", "did"}] what was missing here and is now recorded
    differences  [{"what", "ref", "why", …}] what the owner must look at
    error        why it broke off, "" when it came to its end
    """

    provider = models.CharField(max_length=20)
    since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    listed = models.JSONField(default=dict)
    mended = models.JSONField(default=list)
    differences = models.JSONField(default=list)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["provider", "-id"], name="reconciliation_newest")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.started_at:%Y-%m-%d %H:%M}"


class MethodPage(models.Model):
    """A page on which a person saves a card or an account for a subscription (R127).

    customer, method, kind, last4, expires_on  what was saved there
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("page", "Open")
        SAVED = "saved", _("Saved")
        EXPIRED = "expired", _("Expired")

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="method_pages"
    )
    key = models.CharField(max_length=64, unique=True)
    provider = models.CharField(max_length=20)
    page_ref = models.CharField(max_length=255, blank=True)
    page_url = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    customer = models.CharField(max_length=255, blank=True)
    method = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="saved", saved_at__isnull=False)
                | (~Q(state="saved") & Q(saved_at=None)),
                name="method_page_saved_has_its_instant",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="method_page_state")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.state}"
