"""Who is not written to, and what came back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from perenne.mail.models.messages import Delivery, Message


class Suppression(models.Model):
    """An address that must not be written to, and why (AE16, R30).

    The hash is keyed with the installation's secret and outlives the address itself,
    which is emptied when the person is erased.
    """

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        BOUNCED = "bounced", _("The address does not exist")
        COMPLAINED = "complained", _("Reported as spam")
        MANUAL = "manual", _("Added by hand")

    address_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=12, choices=Reason)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash", "reason"], name="suppression_once_per_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.address or self.address_hash[:12]


class Bounce(models.Model):
    """What a returned mail, a complaint or a provider said about one recipient.

    Rows are kept as they are; only the address and the server's words are erased.
    fingerprint  names the mail or event: whatever way it comes, it counts once
    is_proven    it carries the secret of our Message-ID or came over a provider's own
                 address: nobody else could have made it up
    delivery     the one it is about, else the last one to that address
    source       "mail", "hook:<provider>"
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("The address is dead")
        SOFT = "soft", _("Passing failure")
        COMPLAINT = "complaint", _("Reported as spam")

    fingerprint = models.CharField(max_length=64)
    address_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=254, blank=True)
    kind = models.CharField(_("Kind"), max_length=9, choices=Kind)
    reason = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, blank=True)
    diagnostic = models.CharField(max_length=500, blank=True)
    is_proven = models.BooleanField()
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "address_hash"], name="bounce_once_per_report"
            ),
        ]
        indexes = [
            models.Index(fields=["address_hash", "at"], name="bounce_of_address"),
            models.Index(fields=["message", "id"], name="bounce_of_message"),
            models.Index(fields=["kind", "at"], name="bounce_kind"),
        ]

    def __str__(self) -> str:
        return self.address or self.address_hash[:12]
