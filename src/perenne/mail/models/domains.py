"""The sending domain: its keys, and what the DNS said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SendingKey(models.Model):
    """A key with which we sign mail of a domain (DKIM, RFC 6376, RFC 8463).

    public    as it stands in the DNS record, base64
    sealed    the private key, encrypted with the installation's secret
    state     prepared until its record is found in the DNS; signing; retired when a
              newer key signs: its record stays published while mail is on its way
    """

    class Algorithm(models.TextChoices):
        RSA = "rsa", "RSA"
        ED25519 = "ed25519", "Ed25519"

    class State(models.TextChoices):
        PREPARED = "prepared", _("Waiting for its DNS record")
        SIGNING = "signing", _("Signs")
        RETIRED = "retired", _("Retired")

    domain = models.CharField(max_length=253)
    selector = models.CharField(max_length=63)
    algorithm = models.CharField(max_length=8, choices=Algorithm)
    public = models.TextField()
    sealed = models.BinaryField()
    state = models.CharField(max_length=8, choices=State, default=State.PREPARED)
    created_at = models.DateTimeField()
    signing_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "selector"], name="sendingkey_selector_once"
            ),
            models.UniqueConstraint(
                fields=["domain", "algorithm"],
                condition=Q(state="signing"),
                name="sendingkey_one_signs",
            ),
            models.UniqueConstraint(
                fields=["domain", "algorithm"],
                condition=Q(state="prepared"),
                name="sendingkey_one_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


class DomainCheck(models.Model):
    """What the DNS said about the sending domain when it was last asked (AE19)."""

    domain = models.CharField(max_length=253, unique=True)
    findings = models.JSONField(default=list)
    is_good = models.BooleanField()
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.domain
