"""Reminders of orders that were begun and not paid, for those who asked for one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from perenne.money.models.orders import Order


class CheckoutReminder(models.Model):
    """One reminder that a buyer ticked a box for (LA11, R16).

    wording   the exact words of the box, the proof of the consent with agreed_at
    due_at    when it is sent, if the order is still unpaid
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Not needed")

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, related_name="reminder"
    )
    wording = models.CharField(max_length=500)
    agreed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
                name="reminder_sent_has_its_instant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="reminder_waiting",
                condition=Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"
