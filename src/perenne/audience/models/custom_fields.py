"""What the owner keeps about people, by fields of their own making (AE5)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CustomField(models.Model):
    """A field the owner made. Its kind never changes: values were read by it.

    choices  of a choice: the words, in the order to show them
    """

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("kind of field", "Text")
        NUMBER = "number", pgettext_lazy("kind of field", "Number")
        DATE = "date", pgettext_lazy("kind of field", "Date")
        YES_NO = "yes_no", pgettext_lazy("kind of field", "Yes or no")
        CHOICE = "choice", pgettext_lazy("kind of field", "Choice of several")

    name = models.CharField(_("Name"), max_length=60)
    kind = models.CharField(max_length=10, choices=Kind)
    choices = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="custom_field_named_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CustomValue(models.Model):
    """What is kept in one field about one person; nothing kept is no row.

    text    as domain.custom_fields.FieldValue; what "is" compares
    number  of a number field, to compare with less and more
    day     of a date field, likewise
    set_at  when this value was set
    """

    field = models.ForeignKey(
        CustomField, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="+"
    )
    text = models.CharField(max_length=500)
    number = models.DecimalField(max_digits=19, decimal_places=6, null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["field", "person"], name="one_value_per_field_and_person"
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="custom_value_is_filled"
            ),
        ]
        indexes = [
            models.Index(fields=["field", "text", "person"], name="custom_value_text"),
            models.Index(
                fields=["field", "number"],
                condition=Q(number__isnull=False),
                name="custom_value_number",
            ),
            models.Index(
                fields=["field", "day"],
                condition=Q(day__isnull=False),
                name="custom_value_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.field_id}"
