"""What the review must be told: which social rate a stream bears."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StreamActivity(models.Model):
    """The micro-entrepreneur's activity a stream is declared under (R119).

    activity  key of the dated social rates; no row: nothing is deducted, and it is said
    """

    class Activity(models.TextChoices):
        SALE_BIC = "sale_bic", _("Sale of goods (BIC)")
        SERVICE_BIC = "service_bic", _("Commercial or craft services (BIC)")
        BNC_SSI = "bnc_ssi", _("Liberal activity, general scheme (BNC)")
        BNC_CIPAV = "bnc_cipav", _("Liberal activity, Cipav (BNC)")

    stream = models.OneToOneField(
        "streams.Stream", on_delete=models.CASCADE, related_name="+"
    )
    activity = models.CharField(max_length=12, choices=Activity)

    def __str__(self) -> str:
        return f"{self.stream_id} {self.activity}"
