"""The living page of the design system: every component and chart in both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from django import forms
from django.contrib.staticfiles import finders
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from perenne.core.domain.charts import Series
from perenne.core.web.desk import desk_view
from perenne.core.web.pages import KeysetPage

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MONTHS = ["04", "05", "06", "07", "08", "09", "10", "11", "12", "01", "02", "03"]
COLOURS = [
    "paper", "surface", "sunken", "ink", "ink-soft", "line", "line-strong", "accent",
    "accent-strong", "accent-tint", "good", "warn", "bad", "info",
]  # fmt: skip


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on invoices."))
    email = forms.EmailField(label=_("E-mail address"))
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    plan = forms.ChoiceField(
        label=_("Plan"), choices=[("m", _("Monthly")), ("y", _("Yearly"))]
    )
    pay = forms.ChoiceField(
        label=_("How you pay"),
        choices=[("card", _("Card")), ("transfer", _("Bank transfer"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea)
    agree = forms.BooleanField(label=_("I agree to the terms"))


def icon_names() -> list[str]:
    """Return the symbols of the sprite, sorted as in the file."""
    path = finders.find("core/icons.svg")
    root = ElementTree.parse(str(path)).getroot()  # noqa: S314 - our own file
    return [symbol.attrib["id"] for symbol in root]


def _charts() -> dict[str, object]:
    one = [1800, 1650, 2100, 900, 400, 2200, 2400, 1900, 1200, 2000, 2100, 2050]
    two = [0, 150, 300, 420, 460, 610, 700, 860, 940, 990, 1060, 1120]
    three = [90, 0, 0, 640, 20, 0, -120, 30, 880, 60, 0, 40]
    euros = [Series("1:1", [v * 100 for v in one])]
    euros.append(Series(str(_("Membership")), [v * 100 for v in two]))
    euros.append(Series(str(_("Course")), [v * 100 for v in three]))
    low = Series(str(_("Low")), [v * 60 for v in range(12)])
    high = Series(str(_("High")), [v * 180 for v in range(12)])
    middle = Series(str(_("Expected")), [v * 110 for v in range(12)])
    came = [0, 130, 240, 300, 480, *[None] * 7]
    return {
        "months": MONTHS,
        "euros": euros,
        "contacts": [Series(str(_("Readers")), [2000 + v * 3 for v in two])],
        "gaps": [Series(str(_("Known hours")), [60, 120, None, 300, 240, 260, 280, None, 90, 120, 300, 310])],
        "low": low,
        "high": high,
        "middle": middle,
        "actual": Series(str(_("Came in")), came),
        "stages": [
            (str(_("Wrote to")), 3812),
            (str(_("Opened the offer")), 911),
            (str(_("Began to pay")), 74),
            (str(_("Bought")), 41),
        ],
    }  # fmt: skip


@desk_view("core.view_business")
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show everything once."""
    wrong = SampleForm({"name": "", "email": "ana", "plan": "y", "pay": "card"})
    return render(
        request,
        "core/styleguide.html",
        {
            "form": SampleForm(auto_id="ok_%s"),
            "wrong": wrong,
            "icons": icon_names(),
            "colours": COLOURS,
            "page": KeysetPage([], 10, 20),
            **_charts(),
        },
    )
