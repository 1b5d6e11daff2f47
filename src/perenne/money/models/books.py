"""The books: invoices with their numbers, and the ledger with its chain."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from perenne.money.models.payments import Payment


class NumberSeries(models.Model):
    """The last number given in a series and year (R83).

    last_on  day of the last issue: numbers follow the dates
    """

    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    last_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year"], name="number_series_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}: {self.last}"


class Invoice(models.Model):
    """An issued invoice or credit note; the database refuses to change it (R84).

    There are no drafts here: a row exists once it has its number (R83).

    ref           what it was issued for ("payment:12", "booking:3"): issued once
    body          the frozen document: parties, lines, wordings of its date
    corrects      the invoice that a credit note corrects
    paid_on, credited_cents   filled in later; they are no part of the document
    pdf_sha256    of the stored file, filled in once
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    number = models.CharField(max_length=35, unique=True)
    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    ref = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    person = models.ForeignKey(
        "people.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    stream = models.ForeignKey(
        "streams.Stream", on_delete=models.PROTECT, related_name="+"
    )
    corrects = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credit_notes",
    )
    customer_name = models.CharField(max_length=200)
    customer_email = models.CharField(max_length=254, blank=True)
    currency = models.CharField(max_length=3)
    net_cents = models.BigIntegerField()
    tax_cents = models.BigIntegerField()
    gross_cents = models.BigIntegerField()
    sold_on = models.DateField()
    issued_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    issued_at = models.DateTimeField()
    body = models.JSONField()
    paid_on = models.DateField(null=True, blank=True)
    credited_cents = models.BigIntegerField(default=0)
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year", "sequence"], name="invoice_sequence_once"
            ),
            models.CheckConstraint(
                condition=Q(gross_cents=F("net_cents") + F("tax_cents")),
                name="invoice_net_and_tax_make_gross",
            ),
            models.CheckConstraint(
                condition=Q(credited_cents__gte=0)
                & Q(credited_cents__lte=F("gross_cents")),
                name="invoice_credit_stays_below_it",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects=None)
                | Q(kind="credit_note", corrects__isnull=False),
                name="invoice_credit_note_names_its_invoice",
            ),
        ]
        indexes = [
            models.Index(fields=["year", "-id"], name="invoice_year"),
            models.Index(fields=["customer_name"], name="invoice_customer"),
            models.Index(fields=["customer_email"], name="invoice_email"),
            models.Index(
                fields=["-id"],
                name="invoice_unpaid",
                condition=Q(paid_on=None, kind="invoice"),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class WaitingInvoice(models.Model):
    """A payment whose invoice lacks a mandatory mention: issued once it is filled in.

    missing  keys of the mentions, as domain/mentions.py names them
    """

    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, related_name="waiting_invoice"
    )
    missing = models.JSONField(default=list)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.payment_id}: {', '.join(self.missing)}"


class LedgerHead(models.Model):
    """The end of the chain, one row: whoever appends updates it first, and so waits."""

    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="ledger_has_one_head"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash[:12]}"


class LedgerEntry(models.Model):
    """One money event; the database refuses to change it (MO1, R111).

    A correction is a further row with the opposite amount. available_on, paid_out_on and
    banked_on are filled in when the provider or the bank says so, and stand outside the
    hash; every other column is sealed by it.

    amount_cents   signed: receipts above zero; refunds, fees, expenses below
    received_on    when the customer's money was received: the default date (R113)
    recorded_at    when and by whom it was written down (R111)
    ref            what it came from; booked once
    """

    class Kind(models.TextChoices):
        SALE = "sale", _("Sale")
        REFUND = "refund", _("Refund")
        FEE = "fee", _("Payment fee")
        INCOME = "income", _("Other income")
        EXPENSE = "expense", _("Expense")

    class Cause(models.TextChoices):
        RENEWAL = "renewal", _("Renewal")
        EVERGREEN = "evergreen", _("Sale all year")
        LAUNCH = "launch", _("Launch sale")
        LAUNCH_TAIL = "launch_tail", _("Instalment of a launch sale")
        MISSION = "mission", _("Mission")
        SESSION = "session", _("Session")
        CAPITAL = "capital", _("Capital")
        OTHER = "other", _("Other")

    class Method(models.TextChoices):
        CARD = "card", _("Card")
        TRANSFER = "transfer", _("Bank transfer")
        DIRECT_DEBIT = "direct_debit", _("Direct debit")
        CHEQUE = "cheque", _("Cheque")
        CASH = "cash", _("Cash")
        OTHER = "other", _("Other")

    sequence = models.PositiveBigIntegerField(unique=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind)
    cause = models.CharField(max_length=12, choices=Cause)
    stream = models.ForeignKey(
        "streams.Stream", on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        "people.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    sold_on = models.DateField()
    received_on = models.DateField()
    available_on = models.DateField(null=True, blank=True)
    paid_out_on = models.DateField(null=True, blank=True)
    banked_on = models.DateField(null=True, blank=True)
    label = models.CharField(max_length=300)
    counterparty = models.CharField(max_length=200, blank=True)
    document_number = models.CharField(max_length=35, blank=True, db_index=True)
    method = models.CharField(max_length=15, blank=True)
    ref = models.CharField(max_length=120, unique=True)
    reverses = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
    )

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_cents=0), name="ledger_moves_money"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=False)
                | Q(kind__in=["sale", "income"], amount_cents__gt=0)
                | Q(kind__in=["refund", "fee", "expense"], amount_cents__lt=0),
                name="ledger_sign_follows_kind",
            ),
        ]
        indexes = [
            # They hold all columns the bilan sums, so that it never opens the rows.
            models.Index(
                fields=[
                    "received_on",
                    "stream",
                    "kind",
                    "cause",
                    "currency",
                    "amount_cents",
                ],
                name="ledger_received",
            ),
            models.Index(
                fields=[
                    "sold_on",
                    "stream",
                    "kind",
                    "cause",
                    "currency",
                    "amount_cents",
                ],
                name="ledger_sold",
            ),
            models.Index(fields=["received_on", "sequence"], name="ledger_book"),
            models.Index(fields=["banked_on"], name="ledger_banked"),
            models.Index(fields=["kind", "-id"], name="ledger_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind} {self.amount_cents} {self.currency}"
