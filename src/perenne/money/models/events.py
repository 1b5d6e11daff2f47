"""The inbox of what payment providers tell us."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProviderEvent(models.Model):
    """The inbox of providers' events: stored once, answered, then handled.

    about    kind and object: tells apart two events that bear one id, as saved samples do
    purpose, key, page_ref, payment_ref  what it is about, as the gateway read them
    body     as it was sent, byte for byte; payload is the same without secrets
    outcome  "paid", "ignored" (kept, not used) or why nothing came of it
    attempts, last_error, next_try_at   an event that fails is tried again, ever later,
             and keeps no other one waiting
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("event", "Waiting")
        FAILING = "failing", _("Fails")
        HANDLED = "handled", _("Taken over")
        KEPT = "kept", _("Kept, nothing to do")

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=100, db_index=True)
    about = models.CharField(max_length=255, blank=True)
    purpose = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=64, blank=True)
    page_ref = models.CharField(max_length=255, blank=True)
    payment_ref = models.CharField(max_length=255, blank=True, db_index=True)
    body = models.TextField(blank=True)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    handled_at = models.DateTimeField(null=True, blank=True, db_index=True)
    outcome = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event_id", "about"], name="event_stored_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="event_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
