"""What people declare on the public pages: the end of a contract, a withdrawal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from perenne.money.models.orders import Order


class Declaration(models.Model):
    """A declaration, word for word, whatever comes of it (R53). Append-only.

    digest       of the form's own key and what was typed: sent twice, kept once
    reference    what identifies the contract, in the person's words
    wanted_on    the end they wish for; None: as early as possible
    received_at  by our clock
    """

    class Kind(models.TextChoices):
        TERMINATION = "termination", _("Termination")
        WITHDRAWAL = "withdrawal", _("Withdrawal")

    kind = models.CharField(max_length=12, choices=Kind)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(db_index=True)
    reference = models.CharField(max_length=300, blank=True)
    wanted_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=5)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.received_at:%Y-%m-%d %H:%M}"


class DeclarationCase(models.Model):
    """What became of a declaration.

    order          the one contract it means, if that is clear
    refund_by      last day for the refund of a withdrawal (R56)
    answered_at    the acknowledgement is in the outbox
    settled_at, settled_by, reason   who closed it, when and why
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        OPEN = "open", _("To handle")
        WAITING = "waiting", _("Ends on a later day")
        STOPPED = "stopped", _("Contract told to end")
        REFUNDED = "refunded", _("Refunded")
        SETTLED = "settled", _("Settled")

    declaration = models.OneToOneField(
        Declaration, on_delete=models.PROTECT, related_name="case"
    )
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    order = models.ForeignKey(
        Order,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="declarations",
    )
    refund_by = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="received", answered_at=None)
                | (~Q(state="received") & Q(answered_at__isnull=False)),
                name="declaration_case_answered_has_its_instant",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "open", "waiting"], settled_at=None)
                | Q(
                    state__in=["stopped", "refunded", "settled"],
                    settled_at__isnull=False,
                ),
                name="declaration_case_settled_has_its_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="declaration_case_state"),
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id} {self.state}"
