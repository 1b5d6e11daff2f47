"""What was bought for somebody else (MB8)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from perenne.money.models.orders import Order


class Gift(models.Model):
    """An order paid by one person for another, who redeems it by a link.

    deliver_at, zone   the instant the mail leaves, and the zone its day was typed in
    token_hash         of the link in the newest mail; older links are dead
    mails              how many times a link was sent: names the next mail
    person             whose account it was redeemed to
    ends_at            until when what was redeemed stays open; None: without end
    """

    class State(models.TextChoices):
        UNPAID = "unpaid", _("Not paid yet")
        PENDING = "pending", _("Waits for its day")
        DELIVERED = "delivered", _("Sent, not redeemed yet")
        REDEEMED = "redeemed", _("Redeemed")
        REFUNDED = "refunded", _("Refunded")

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="gift")
    recipient_name = models.CharField(max_length=200)
    recipient_email = models.EmailField()
    message = models.TextField(blank=True)
    deliver_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.UNPAID)
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    mails = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(
        "people.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    redeemed_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="redeemed")
                | Q(person__isnull=False, redeemed_at__isnull=False),
                name="gift_redeemed_has_its_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(token_hash__isnull=False),
                name="gift_delivered_has_its_link",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deliver_at"], name="gift_due", condition=Q(state="pending")
            ),
            models.Index(fields=["state", "-id"], name="gift_state"),
            models.Index(fields=["person"], name="gift_person"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"
