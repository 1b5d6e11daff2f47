"""The period and the date rule a page was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from perenne.bilan.domain.periods import NAMES, Period, period_named
from perenne.bilan.queries import DATE_FIELDS

if TYPE_CHECKING:
    from django.http import QueryDict

PERIOD_LABELS = {
    "this_month": _("this month"),
    "last_month": _("last month"),
    "quarter": _("this quarter"),
    "year": _("this year"),
    "last_year": _("last year"),
    "custom": _("from … to …"),
}
DATE_LABELS = {
    "received": _("when your customer's money was received"),
    "sold": _("when it was sold"),
    "banked": _("when it was on your bank account"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page was asked to show."""

    name: str
    period: Period
    date_rule: str

    @property
    def query(self) -> str:
        """Return the choice as a query string, for links."""
        start, end = self.period.start.isoformat(), self.period.end.isoformat()
        return urlencode(
            {"period": "custom", "from": start, "to": end, "dates": self.date_rule}
        )


def choice_of(asked: QueryDict, today: date) -> Choice:
    """Return the choice; what cannot be read falls back to this month, received."""
    rule = asked.get("dates", "")
    rule = rule if rule in DATE_FIELDS else "received"
    name = asked.get("period", "")
    if name == "custom":
        try:
            start = date.fromisoformat(asked.get("from", ""))
            end = date.fromisoformat(asked.get("to", ""))
            return Choice(name, Period(start, end), rule)
        except ValueError:
            name = "this_month"
    if name not in NAMES:
        name = "this_month"
    return Choice(name, period_named(name, today), rule)
