"""Who may be written to, for what, and the proof of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What somebody agrees to; each is agreed to by itself (R16), topics beside them.

    Measurement is no letter: what one person opens and clicks is looked at only if that
    person agreed to it, apart from the letters themselves (R35, R39).
    """

    LETTER = "letter", _("The letter")
    OFFERS = "offers", _("Offers and launches")
    MEASURE = "measure", _("Measuring what I read")


class Basis(models.TextChoices):
    """Why it is lawful to write (R18)."""

    CONSENT = "consent", _("Consent")
    SALE = "sale", _("Customer (soft opt-in)")
    B2B = "b2b", _("Professional contact")


class Wording(models.Model):
    """A text somebody agreed to, kept once for all who saw it. Append-only.

    digest  SHA-256 of the text, hexadecimal
    """

    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.text


class Consent(models.Model):
    """One proof: this person, this purpose, these words, then and there (R19).

    Append-only in the database itself; only `evidence` can be emptied by an erasure.

    state     given (asked for, imported, by hand), confirmed (from the mailbox), withdrawn
    page      address of the page it happened on, "" when it was not a page
    evidence  JSON: network address, form, order, line of an import file, original dates
    """

    class State(models.TextChoices):
        GIVEN = "given", _("given")
        CONFIRMED = "confirmed", _("confirmed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    purpose = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State)
    basis = models.CharField(max_length=10, choices=Basis)
    wording = models.ForeignKey(
        Wording, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    page = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "id"], name="consent_person"),
            models.Index(fields=["at"], name="consent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state} {self.at:%Y-%m-%d}"


class ContactStatus(models.Model):
    """Where a person stands for one purpose now: the last word of the proofs.

    Every contact has a row for the letter, whatever else they agreed to.

    status        subscribed (may be written to), withdrawn, or unknown (on file only:
                  never written to)
    source        how they came: "form:<slug>", "import:<name>", "hand", "sale"
    joined_at     first known on this purpose, also from before an import
    confirmed_at  by double opt-in here; None otherwise
    """

    class Status(models.TextChoices):
        SUBSCRIBED = "subscribed", _("subscribed")
        WITHDRAWN = "withdrawn", _("unsubscribed")
        UNKNOWN = "unknown", _("not subscribed")

    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    purpose = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status)
    basis = models.CharField(max_length=10, choices=Basis)
    source = models.CharField(max_length=64, blank=True)
    joined_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("contact")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], name="contact_once_per_purpose"
            ),
        ]
        indexes = [
            models.Index(fields=["purpose", "id"], name="contact_purpose"),
            models.Index(
                fields=["purpose", "status", "id"], name="contact_purpose_status"
            ),
            models.Index(fields=["purpose", "source", "id"], name="contact_source"),
            models.Index(fields=["joined_at"], name="contact_joined"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.status}"


class Tag(models.Model):
    """A word the owner sticks on people."""

    name = models.CharField(_("Name"), max_length=100, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PersonTag(models.Model):
    """A tag on a person."""

    tag = models.ForeignKey(
        Tag, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tag", "person"], name="person_has_a_tag_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.tag_id}"


class Segment(models.Model):
    """A saved choice of contacts; who is in it is looked up each time.

    expression  JSON of domain.segments
    """

    name = models.CharField(_("Name"), max_length=100, unique=True)
    expression = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
