"""What a launch says first: before, during and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_percent
from django.utils.timesince import timeuntil
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from perenne.core.templatetags.perenne import money
from perenne.launches.domain.windows import is_provisional, state_at

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.launches.domain.results import Result
    from perenne.launches.models import Launch


def percent(share: float) -> str:
    """Write a fraction with one decimal in the active language."""
    language = get_language() or "fr"
    gap = "\u202f%" if language == "fr" else "%"
    return str(format_percent(share, format="#,##0.#" + gap, locale=language))


def headline(launch: Launch, result: Result, *, currency: str, now: datetime) -> str:
    """Return the sentence of the launch's state."""
    state = state_at(launch.opens_at, launch.closes_at, now)
    if state == "before":
        return _("Opens in %(time)s.") % {"time": timeuntil(launch.opens_at, now)}
    buyers = _buyers(launch, result)
    if state == "open":
        left = timeuntil(launch.closes_at, now)
        return " ".join([buyers, _("It closes in %(time)s.") % {"time": left}])
    return " ".join([buyers, *_after(launch, result, currency=currency, now=now)])


def _buyers(launch: Launch, result: Result) -> str:
    everyone = result.buyers + result.buyers_outside
    said = ngettext("%(count)d buyer", "%(count)d buyers", everyone) % {
        "count": everyone
    }
    if launch.goal_buyers:
        said = _("%(buyers)s of the %(goal)d you hoped for") % {
            "buyers": said,
            "goal": launch.goal_buyers,
        }
    return f"{said}."


def _after(
    launch: Launch, result: Result, *, currency: str, now: datetime
) -> list[str]:
    said = []
    if found := result.conversion:
        said.append(
            _(
                "%(share)s of the audience bought; by chance alone it could have been "
                "%(low)s to %(high)s."
            )
            % {
                "share": percent(found.share),
                "low": percent(found.low),
                "high": percent(found.high),
            }
        )
    net = money(result.net_cents, currency)
    if is_provisional(launch.closes_at, now):
        said.append(
            _("It brought %(net)s net of refunds so far; refunds may still come.")
            % {"net": net}
        )
    else:
        said.append(_("It brought %(net)s net of refunds.") % {"net": net})
    if result.per_hour_cents is not None:
        rate = money(result.per_hour_cents, currency)
        said.append(_("That is %(rate)s per hour of launch work.") % {"rate": rate})
    return said
