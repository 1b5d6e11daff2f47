"""The parts that a condition of segments is made of: its words and its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from perenne.audience.domain.segments import Asked, Condition, Kind


def _nothing_to_choose() -> Sequence[tuple[str, str]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPart:
    """A segment source made of its parts.

    said, denied  for a choice: the condition in words, with %s for what was chosen
    find          the people: a queryset with one column, their ids
    list_choices  (value, label) of what a choice can be
    """

    label: Any
    group: Any
    kind: Kind
    find: Callable[[Asked], Any]
    said: Any = ""
    denied: Any = ""
    list_choices: Callable[[], Sequence[tuple[str, str]]] = _nothing_to_choose

    def choices(self) -> Sequence[tuple[str, str]]:
        """Return (value, label) of what can be chosen."""
        return self.list_choices()

    def sentence(self, condition: Condition, names: dict[str, str]) -> str:
        """Return the condition in words, in the active language."""
        if self.kind == "choice":
            words = self.said if condition.op == "is" else self.denied
            chosen = str(condition.value)
            return str(words) % names.get(chosen, chosen)
        label = str(self.label)
        label = label[:1].lower() + label[1:]
        if self.kind == "text":
            return str(_TEXTS[condition.op]) % {"what": label, "words": condition.value}
        if isinstance(condition.value, date):
            day = date_format(condition.value, "DATE_FORMAT")
            return str(_DAYS[condition.op]) % {"what": label, "day": day}
        return _counted(condition.op, label, int(condition.value))

    def members(self, asked: Asked) -> Any:
        """Return the ids of the persons it holds for."""
        return self.find(asked)


_TEXTS = {
    "is": gettext_lazy("%(what)s is “%(words)s”"),
    "is_not": gettext_lazy("%(what)s is not “%(words)s”"),
    "contains": gettext_lazy("%(what)s contains “%(words)s”"),
    "lacks": gettext_lazy("%(what)s does not contain “%(words)s”"),
}
_DAYS = {
    "since": gettext_lazy("%(what)s on or after %(day)s"),
    "before": gettext_lazy("%(what)s before %(day)s"),
}


def _counted(op: str, what: str, number: int) -> str:
    values = {"what": what, "number": number}
    if op in {"at_least", "from"}:
        return _("%(what)s: %(number)s or more") % values
    if op in {"at_most", "up_to"}:
        return _("%(what)s: %(number)s or fewer") % values
    if op == "last_days":
        return (
            ngettext(
                "%(what)s in the last day",
                "%(what)s in the last %(number)s days",
                number,
            )
            % values
        )
    return (
        ngettext(
            "%(what)s more than a day ago",
            "%(what)s more than %(number)s days ago",
            number,
        )
        % values
    )
