"""Subjects that the owner writes about."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    """A subject of letters, agreed to by itself like every purpose (AE15).

    Its purpose, as consents and letters keep it, is "topic<id>". It is never deleted:
    proofs name it.

    is_open  offered on the preferences page and to new letters and forms
    """

    name = models.CharField(_("Name"), max_length=60)
    is_open = models.BooleanField(_("Offered to people"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="topic_named_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def purpose(self) -> str:
        """Return the purpose that consents to it carry."""
        return f"topic{self.pk}"
