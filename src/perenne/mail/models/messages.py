"""The outbox: messages and the delivery of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One mail as written: to one address, or a letter to many.

    ref                    the writer's own name for it; the same ref is never sent twice
    subject, html, text    may hold {{ merge.<key> }}
    list_unsubscribe_base  letters: address to which "<token>/" is added
    total, sent, failed, suppressed, cancelled
                           kept with each outcome, so that progress needs no counting
    rate_per_minute        as the engine last saw it
    bounced, complained    recipients of whom a bounce said so after the sending
    held_for               why the letter paused itself (R29); "" when the owner did
    seen                   the counts that the owner had before them when they went on
    """

    class HeldFor(models.TextChoices):
        COMPLAINTS = "complaints", _("too many readers report it as spam")
        BOUNCES = "bounces", _("too many addresses do not exist")

    class Kind(models.TextChoices):
        TRANSACTIONAL = "transactional", _("Service mail")
        LETTER = "letter", _("Letter")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being sent")
        PAUSED = "paused", _("Paused")
        CANCELLED = "cancelled", _("Cancelled")
        DONE = "done", _("Done")

    ref = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=15, choices=Kind)
    subject = models.CharField(max_length=500)
    html = models.TextField(blank=True)
    text = models.TextField()
    reply_to = models.CharField(max_length=254, blank=True)
    list_unsubscribe_base = models.CharField(max_length=500, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State)
    total = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    suppressed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    rate_per_minute = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    complained = models.PositiveIntegerField(default=0)
    held_for = models.CharField(max_length=10, choices=HeldFor, blank=True)
    seen = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        permissions = [("send_test", "Can send a test mail")]
        constraints = [
            models.CheckConstraint(condition=~Q(ref=""), name="message_has_a_ref"),
            models.CheckConstraint(
                condition=~Q(text=""), name="message_has_a_plain_text"
            ),
            models.CheckConstraint(
                condition=(Q(kind="letter") & ~Q(list_unsubscribe_base=""))
                | (Q(kind="transactional") & Q(list_unsubscribe_base="")),
                name="message_letters_and_only_they_unsubscribe",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="message_state"),
            models.Index(fields=["kind", "id"], name="message_kind"),
            models.Index(
                fields=["id"],
                name="message_running_letters",
                condition=Q(state="running"),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class AttachedFile(models.Model):
    """A file that goes with a service mail."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="attached_files"
    )
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.filename


class Delivery(models.Model):
    """One message to one address: its state, its attempts, the server's last word.

    lane        0 for service mail, which goes first; a letter's id otherwise, so that a
                paused letter of a million rows costs the others nothing
    queue       "" or, once its domain's limit held it back, that domain: so that a
                million that wait for their turn cost the others nothing
    ref         the caller's name for the recipient ("person:12")
    merge       values for {{ merge.<key> }}
    claimed_by  the engine that holds it while it is claimed; its outcome is stored
                before the same connection begins the next message, so after a crash the
                claimed rows hold at most one sent message per connection
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        CLAIMED = "claimed", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent: on the suppression list")
        CANCELLED = "cancelled", _("Cancelled")

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    lane = models.BigIntegerField(default=0)
    queue = models.CharField(max_length=253, blank=True)
    address = models.CharField(max_length=254)
    ref = models.CharField(max_length=100, blank=True)
    merge = models.JSONField(default=dict, blank=True)
    unsubscribe_token = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=64, blank=True)
    claimed_at = models.DateTimeField(null=True)
    smtp_code = models.PositiveSmallIntegerField(default=0)
    smtp_reply = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "address"], name="delivery_once_per_address"
            ),
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False),
                name="delivery_sent_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "queue", "next_attempt_at", "id"],
                name="delivery_due",
                condition=Q(status="queued"),
            ),
            models.Index(
                fields=["claimed_by", "id"],
                name="delivery_claimed",
                condition=Q(status="claimed"),
            ),
            models.Index(
                fields=["message", "id"],
                name="delivery_failed",
                condition=Q(status="failed"),
            ),
            models.Index(fields=["address", "id"], name="delivery_address"),
        ]

    def __str__(self) -> str:
        return self.address
