"""What is said of a cohort read from a file, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from perenne.bilan.domain.cohort_file import LAST_PERIOD
from perenne.bilan.domain.retention import ENOUGH_LOSSES

if TYPE_CHECKING:
    from perenne.bilan.domain.cohort_file import Problem


def problem_words(problem: Problem) -> str:
    """Return what is wrong in a row, and what should stand there."""
    words = {
        "no_column": _(
            "There is no column “%(text)s”: the first row names the columns, period and "
            "alive."
        ),
        "not_whole": _("“%(text)s” is no whole number."),
        "too_far": _("Period %(text)s is too far: %(last)s is the last one read."),
        "twice": _("Period %(text)s stands here a second time."),
        "no_start": _(
            "Period 0 must be there, with at least one customer: how many there were at "
            "the start."
        ),
        "grows": _(
            "A cohort cannot grow: %(text)s. Count only customers who were there at the "
            "start."
        ),
    }
    said = words[problem.what] % {"text": problem.text, "last": LAST_PERIOD}
    return _("row %(row)s: %(said)s") % {"row": problem.row, "said": said}


def no_fit_words(why: str) -> str:
    """Return why nothing is projected."""
    words = {
        "two_periods": _(
            "Nothing is projected: at least three counted periods are needed to see how "
            "loss goes on."
        ),
        "nobody_lost": _(
            "Nothing is projected: nobody was lost yet, so that nothing is known of "
            "losses to come."
        ),
        "lost_at_once": _("Nothing is projected: everybody left at once."),
    }
    return words[why]


def edge_words(edge: str) -> str:
    """Return what to think of a fit that stands at the edge of the model."""
    words = {
        "equal": _(
            "The rate of loss does not fall: customers are taken as alike, α and β stand "
            "at their bound."
        ),
        "settled": _(
            "Nobody was lost after the first losses: those who are left are taken to stay "
            "for ever. Do not count on it."
        ),
    }
    return words[edge]


def ltv_unknown_words(why: str, lost: int) -> str:
    """Return why the lifetime value is not known."""
    words = {
        "few_losses": _(
            "Lifetime value: not known. %(lost)s customers were lost; at least %(enough)s "
            "are needed."
        ),
        "no_fit": _("Lifetime value: not known."),
        "settled": _(
            "Lifetime value: not known. Those who are left seem to stay for ever, which "
            "nobody does."
        ),
    }
    return words[why] % {"lost": lost, "enough": ENOUGH_LOSSES}
