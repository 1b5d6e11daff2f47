"""The business itself, and the log of everything that was done."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Business(models.Model):
    """The dated legal identity of the owner's one business (R40, R41).

    A change of name, address or regime adds a row with its own valid_from, so that a
    past document is rendered with the identity of its date.
    """

    class LegalForm(models.TextChoices):
        MICRO = "micro", _("Micro-entreprise (EI)")
        EI = "ei", _("Sole proprietor (EI)")
        EURL = "eurl", "EURL"
        SASU = "sasu", "SASU"
        OTHER = "other", _("Other")

    class VatRegime(models.TextChoices):
        FRANCHISE = "franchise", _("VAT franchise (no VAT charged)")
        LIABLE = "liable", _("Liable for VAT")

    valid_from = models.DateField(unique=True)
    name = models.CharField(_("Name of the business"), max_length=200)
    owner_name = models.CharField(_("Your first and last name"), max_length=200)
    legal_form = models.CharField(
        _("Legal form"), max_length=10, choices=LegalForm, default=LegalForm.MICRO
    )
    vat_regime = models.CharField(
        _("VAT"), max_length=10, choices=VatRegime, default=VatRegime.FRANCHISE
    )
    siren = models.CharField("SIREN", max_length=9, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    oss_since = models.DateField(
        _("In the EU one-stop shop (OSS) since"), null=True, blank=True
    )
    street = models.CharField(_("Street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=20, blank=True)
    city = models.CharField(_("City"), max_length=100, blank=True)
    country = models.CharField(_("Country"), max_length=2, default="FR")
    email = models.EmailField(_("E-mail address shown to customers"), blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    mediator = models.TextField(_("Consumer mediator: name, address, site"), blank=True)
    host = models.TextField(_("Host of the site: name, address, phone"), blank=True)
    bank_iban = models.CharField("IBAN", max_length=34, blank=True)
    bank_bic = models.CharField("BIC", max_length=11, blank=True)
    sepa_creditor_id = models.CharField(
        _("SEPA creditor identifier (ICS)"), max_length=35, blank=True
    )
    currency = models.CharField(_("Currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("Time zone"), max_length=64, default="Europe/Paris")
    language = models.CharField(_("Language"), max_length=5, default="fr")
    brand_colour = models.CharField(_("Brand colour"), max_length=7, default="#7a3e2b")
    logo = models.ImageField(_("Logo"), upload_to="brand/", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(vat_regime="franchise")
                | ~Q(vat_number="")
                | ~Q(country="FR"),
                name="business_liable_has_vat_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LogEntry(models.Model):
    """One thing that was done: who, what, to which object, with what. Append-only."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=80, db_index=True)
    object_type = models.CharField(max_length=80, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.verb}"
