"""The VAT of each sale, beside the ledger."""

from __future__ import annotations

from django.db import models

from perenne.money.models.books import LedgerEntry
from perenne.money.models.offers import Offer


class VatEntry(models.Model):
    """What one ledger row of a sale or refund is for VAT; it never changes.

    The books of VAT: the threshold of art. 59c and the one-stop shop's return are sums of
    these rows (R121, R122).

    customer     country of the buyer; country: whose VAT it is
    counts       towards the threshold of art. 59c
    one_stop     declared through the one-stop shop
    net_cents, tax_cents   signed as the ledger row
    taxed_on     day on which the VAT of the sale arose; of a refund, its sale's day
    booked_on    day on which this row came into the books
    """

    entry = models.OneToOneField(
        LedgerEntry, on_delete=models.PROTECT, related_name="vat"
    )
    supply = models.CharField(max_length=10, choices=Offer.VatNature)
    customer = models.CharField(max_length=2)
    is_business = models.BooleanField(default=False)
    country = models.CharField(max_length=2)
    category = models.CharField(max_length=2)
    rate_bp = models.PositiveIntegerField()
    net_cents = models.BigIntegerField()
    tax_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    taxed_on = models.DateField()
    booked_on = models.DateField()
    counts = models.BooleanField(default=False)
    one_stop = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "VAT entries"
        indexes = [
            models.Index(
                fields=["taxed_on", "currency", "one_stop", "net_cents"],
                name="vat_entry_counted",
                condition=models.Q(counts=True),
            ),
            models.Index(
                fields=["booked_on", "country", "rate_bp"],
                name="vat_entry_one_stop",
                condition=models.Q(one_stop=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.rate_bp} {self.net_cents} {self.currency}"
