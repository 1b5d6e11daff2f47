"""The conditions on the fields that the owner made (AE5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.audience.models import CustomField, CustomValue
from perenne.audience.queries.custom_fields import custom_fields
from perenne.audience.queries.segment_parts import SegmentPart
from perenne.core.queries import current_business

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet

    from perenne.audience.domain.segments import Asked, Kind

_KIND = CustomField.Kind
_KINDS: dict[str, Kind] = {
    _KIND.TEXT: "text",
    _KIND.NUMBER: "amount",
    _KIND.DATE: "date",
    _KIND.YES_NO: "choice",
    _KIND.CHOICE: "choice",
}
_COMPARED = {
    "is": "text__iexact",
    "contains": "text__icontains",
    "from": "number__gte",
    "up_to": "number__lte",
    "since": "day__gte",
    "before": "day__lt",
}
_YES_NO = (
    ("yes", pgettext_lazy("condition", "yes")),
    ("no", pgettext_lazy("condition", "no")),
)


def field_conditions() -> dict[str, SegmentPart]:
    """Return a condition for each field the owner made: "field:3". One query."""
    return {f"field:{field.pk}": _condition(field) for field in custom_fields()}


def _condition(field: CustomField) -> SegmentPart:
    return SegmentPart(
        label=field.name,
        group=_("Custom fields"),
        kind=_KINDS[field.kind],
        # A name may hold a per cent sign; the sentence has one place to fill.
        said=format_lazy("{name}: %s", name=field.name.replace("%", "%%")),
        denied=format_lazy(
            "{name}: {other}",
            name=field.name.replace("%", "%%"),
            other=_("other than %s"),
        ),
        list_choices=_choices_of(field),
        find=_finder(field.pk),
    )


def _choices_of(field: CustomField) -> Callable[[], Sequence[tuple[str, str]]]:
    def choices() -> Sequence[tuple[str, str]]:
        if field.kind == _KIND.YES_NO:
            return [(value, str(label)) for value, label in _YES_NO]
        return [(str(choice), str(choice)) for choice in field.choices]

    return choices


def _finder(field_id: int) -> Callable[[Asked], QuerySet[CustomValue, Any]]:
    def find(asked: Asked) -> QuerySet[CustomValue, Any]:
        value = asked.value
        if asked.op in {"since", "before"}:
            business = current_business()
            zone = ZoneInfo(business.time_zone if business else "UTC")
            value = value.astimezone(zone).date()
        held = CustomValue.objects.filter(
            field_id=field_id, **{_COMPARED[asked.op]: value}
        )
        return held.values("person_id")

    return find
