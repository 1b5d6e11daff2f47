"""Letters to the audience."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.audience.models.contacts import Purpose, Segment


class Letter(models.Model):
    """A letter: written, checked, sent once to a segment as it is then.

    blocks       JSON list of domain.blocks: {"kind": "text", "text": ...}, ...
    text         plain-text part written by hand; "" means made from the blocks
    segment      None means everybody who subscribed to the purpose
    state        draft > scheduled > sending > sent; paused and cancelled on the way
    message_id   the mail app's broadcast, once sending began
    recipients   people it was addressed to
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("cancelled")

    subject = models.CharField(_("Subject"), max_length=200)
    preheader = models.CharField(
        _("First line in the inbox"), max_length=200, blank=True
    )
    blocks = models.JSONField(default=list)
    text = models.TextField(_("Plain-text version"), blank=True)
    purpose = models.CharField(_("Purpose"), max_length=10, default=Purpose.LETTER)
    segment = models.ForeignKey(
        Segment,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=pgettext_lazy("recipients", "To"),
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    message_id = models.BigIntegerField(null=True, blank=True, unique=True)
    recipients = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_at__isnull=False),
                name="scheduled_letter_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="sent_letter_has_an_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "scheduled_at"], name="letter_state"),
        ]

    def __str__(self) -> str:
        return self.subject


class LetterReceipt(models.Model):
    """A person a letter was addressed to: the choice as it was when sending began."""

    letter = models.ForeignKey(
        Letter, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "person"], name="letter_once_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.person_id}"
