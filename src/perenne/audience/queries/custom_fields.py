"""Reads about custom fields and their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from perenne.audience.models import CustomField, CustomValue
from perenne.core.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet


def custom_fields() -> QuerySet[CustomField]:
    """Return every field by name."""
    return CustomField.objects.order_by("name")


def custom_field_by_id(field_id: int) -> CustomField:
    """Return a field.

    Raises  NotFound
    """
    field = CustomField.objects.filter(pk=field_id).first()
    if field is None:
        raise NotFound(custom_field=field_id)
    return field


def custom_values_of(person_id: int) -> dict[int, CustomValue]:
    """Return what is kept about a person, by field id."""
    rows = CustomValue.objects.filter(person_id=person_id)
    return {row.field_id: row for row in rows}


def filled_counts() -> dict[int, int]:
    """Return how many persons have a value, by field id; empty fields are left out."""
    rows = CustomValue.objects.values_list("field_id")
    return dict(rows.annotate(n=Count("id")).order_by())


def shown_value(field: CustomField, value: CustomValue | None) -> str:
    """Return a value as people read it in the active language, "" when there is none."""
    if value is None:
        return ""
    if field.kind == CustomField.Kind.YES_NO:
        return (
            pgettext("answer", "yes")
            if value.text == "yes"
            else pgettext("answer", "no")
        )
    if value.day is not None:
        return date_format(value.day, "DATE_FORMAT")
    if value.number is not None:
        return value.text.replace(".", pgettext("decimal sign", "."))
    return value.text


def value_reason(code: str, field: CustomField) -> str:
    """Return why a text is no value of a field, as a sentence in the active language."""
    return {
        "too_long": _("Write at most 500 characters."),
        "not_number": _("This is not a number."),
        "not_date": _("This is not a date."),
        "not_yes_no": _("Answer yes or no."),
        "not_choice": _("Choose one of: %(choices)s."),
    }[code] % {"choices": ", ".join(field.choices)}
