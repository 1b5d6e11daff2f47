"""What the review says in words: one sentence first, the gaps, the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_percent
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from perenne.core.templatetags.perenne import hours, money

if TYPE_CHECKING:
    from decimal import Decimal

    from perenne.bilan.domain.review import Review

_MOSTLY = 0.6

# figure: its name and its definition, as METRICS states it.
FIGURES = {
    "net": (
        gettext_lazy("Net cash"),
        gettext_lazy(
            "Receipts − refunds − payment fees − direct costs − social contributions at "
            "the rate of the day each receipt came in."
        ),
    ),
    "receipts": (
        gettext_lazy("Receipts"),
        gettext_lazy("Sales and outside income, before anything is taken off."),
    ),
    "refunds": (gettext_lazy("Refunds"), gettext_lazy("Money given back to buyers.")),
    "fees": (
        gettext_lazy("Payment fees"),
        gettext_lazy("What the payment provider kept."),
    ),
    "costs": (
        gettext_lazy("Direct costs"),
        gettext_lazy("Expenses recorded on the source of income."),
    ),
    "contributions": (
        gettext_lazy("Social contributions"),
        gettext_lazy(
            "Receipts less refunds × the dated rate of the activity, training levy "
            "included; one rounding per source, month and rate. Capital income bears none."
        ),
    ),
    "passive": (
        gettext_lazy("Came without work that day"),
        gettext_lazy(
            "Receipts received on days with no minute logged on their source of income."
        ),
    ),
    "direct": (
        gettext_lazy("Direct hours"),
        gettext_lazy("Hours logged on the source of income, building included."),
    ),
    "build": (
        gettext_lazy("Build hours"),
        gettext_lazy(
            "Hours spent making an asset. The rate spreads them straight over 24 months "
            "from the day of the work; the rate “all at once” charges them in full."
        ),
    ),
    "upkeep": (
        gettext_lazy("Upkeep hours"),
        gettext_lazy("Community, support and updates."),
    ),
    "shared": (
        gettext_lazy("Shared hours"),
        gettext_lazy(
            "Hours that serve every source, spread over them by their direct hours."
        ),
    ),
    "away": (
        gettext_lazy("Came in while away"),
        gettext_lazy(
            "Receipts − refunds − payment fees − direct costs dated on the days off, "
            "before social contributions. A normal week is the median of the 26 weeks "
            "before."
        ),
    ),
}

CAUSES = {
    "renewal": gettext_lazy("Renewals"),
    "evergreen": gettext_lazy("Sales outside launches"),
    "launch": gettext_lazy("Launch sales"),
    "launch_tail": gettext_lazy("Instalments of launch sales"),
    "mission": gettext_lazy("Mission invoices"),
    "session": gettext_lazy("Sessions"),
    "capital": gettext_lazy("Capital"),
    "other": gettext_lazy("Other"),
}


def percent(share: Decimal | float | None) -> str:
    """Write a fraction in the active language: 2,1 % under ten percent, else 42 %."""
    if share is None:
        return str(_("not known"))
    fraction = float(share)
    pattern = "#,##0.#" if abs(fraction) < 0.1 else "#,##0"
    language = get_language() or "fr"
    gap = "\u202f%" if language == "fr" else "%"
    return str(format_percent(fraction, format=pattern + gap, locale=language))


def headline(review: Review) -> str:
    """Return the sentence that says what to think of the period."""
    if review.is_empty:
        return str(_("Nothing is recorded for this period yet: no money, no hours."))
    net = money(review.net, review.currency)
    if review.net <= 0:
        said = _("More went out than came in: %(net)s net.") % {"net": net}
    elif _one_to_one(review) >= _MOSTLY:
        said = _(
            "You live mostly on your own hours: %(net)s net, %(part)s of it from 1:1."
        ) % {
            "net": net,
            "part": percent(_one_to_one(review)),
        }
    elif _one_to_one(review) <= 1 - _MOSTLY:
        said = _(
            "You live mostly on what you built: %(net)s net, %(part)s of it beside 1:1."
        ) % {
            "net": net,
            "part": percent(1 - _one_to_one(review)),
        }
    else:
        said = _(
            "Your hours and what you built carry about the same: %(net)s net, %(part)s "
            "of it from 1:1."
        ) % {"net": net, "part": percent(_one_to_one(review))}
    return " ".join([said, _hour_words(review), *_away_words(review)])


def _one_to_one(review: Review) -> float:
    nets = [(line.source.nature, max(0, line.cash.net)) for line in review.lines]
    whole = sum(net for _nature, net in nets)
    hours_work = sum(net for nature, net in nets if nature == "one_to_one")
    return hours_work / whole if whole else 0.0


def _hour_words(review: Review) -> str:
    confidence = review.coverage.confidence
    if confidence == "unknown" or review.rate is None:
        return str(_("What an hour brings is not known: too few hours are logged."))
    words = {
        "rate": money(review.rate, review.currency),
        "known": percent(review.coverage.share),
    }
    if confidence == "uncertain":
        return str(
            _(
                "About %(rate)s an hour, but hours are known for only %(known)s of your "
                "working days."
            )
            % words
        )
    return str(
        _("%(rate)s an hour, with hours known for %(known)s of your working days.")
        % words
    )


def _away_words(review: Review) -> list[str]:
    kept = [test.received.kept for test in review.holidays if test.received.kept]
    if not kept:
        return []
    part = percent(sum(kept) / len(kept))
    return [
        _("While you were away, %(part)s of a normal week still came in.")
        % {"part": part}
    ]


def gaps(review: Review) -> list[tuple[str, str, str]]:
    """Return what the review does not know: (sentence, link, link's words)."""
    found: list[tuple[str, str, str]] = []
    known = review.coverage
    if not known.worked and known.working:
        found.append(
            (
                str(_("No hours are logged on any working day of this period.")),
                reverse("desk_streams_hours"),
                str(_("Log hours")),
            )
        )
    elif known.confidence != "known" and known.working:
        found.append(
            (
                ngettext(
                    "Hours are logged on %(worked)d of %(working)d working day.",
                    "Hours are logged on %(worked)d of %(working)d working days.",
                    known.working,
                )
                % {"worked": known.worked, "working": known.working},
                reverse("desk_streams_hours"),
                str(_("Log hours")),
            )
        )
    if review.undeducted:
        names = ", ".join(source.name for source in review.undeducted)
        found.append(
            (
                _("Social contributions are not deducted for: %(names)s.")
                % {"names": names},
                reverse("desk_bilan_contributions"),
                str(_("Say how each is declared")),
            )
        )
    return found + _smaller_gaps(review)


def _smaller_gaps(review: Review) -> list[tuple[str, str, str]]:
    found = []
    if review.unspread:
        found.append(
            _("%(time)s of shared work is charged to no source: none has direct hours.")
            % {"time": hours(review.unspread)}
        )
    if review.other_currencies:
        found.append(
            ngettext(
                "%(count)d row in another currency is left out.",
                "%(count)d rows in other currencies are left out.",
                review.other_currencies,
            )
            % {"count": review.other_currencies}
        )
    if review.date_rule == "banked":
        found.append(str(_("Money not yet seen on your bank account is left out.")))
    return [(sentence, "", "") for sentence in found]
