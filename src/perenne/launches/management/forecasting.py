"""What both forecast commands read from the command line, and say of the prior."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any

from babel.numbers import format_percent
from django.core.management.base import CommandError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from perenne.core import clock, legal
from perenne.launches.domain.beta import beta_between
from perenne.launches.domain.forecast import MOST_CONTACTS, Past, next_share

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from perenne.core.legal import Rule
    from perenne.launches.domain.beta import Beta


def count_up_to(most: int) -> Callable[[str], int]:
    """Return what reads a whole number from 1 to that."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
            raise ArgumentTypeError(f"write a whole number from 1 to {most}")
        return int(text)

    return read


def _past(text: str) -> Past:
    buyers, _slash, base = text.partition("/")
    counts = [each for each in (buyers, base) if each.isascii() and each.isdigit()]
    if len(counts) < 2 or not 0 < int(base) <= MOST_CONTACTS or int(buyers) > int(base):
        raise ArgumentTypeError(
            f"write buyers/contacts mailed, 30/1000 for instance, not {text}"
        )
    return Past(int(buyers), int(base))


def add_past(parser: ArgumentParser) -> None:
    """Take earlier launches and the format."""
    parser.add_argument(
        "--past",
        type=_past,
        nargs="+",
        action="extend",
        default=[],
        metavar="BUYERS/BASE",
        help="earlier launches: distinct buyers among the contacts mailed",
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")


class Known:
    """The prior in force today, and what the past launches make of it."""

    def __init__(self, past: list[Past]) -> None:
        """Read the prior's file.

        Raises  CommandError: its range is none
        """
        self.past = past
        self.rule: Rule = legal.rule(
            "launch_prior", "conversion", on=clock.now().date()
        )
        self.low, self.high = (float(self.rule.value[name]) for name in ("low", "high"))
        try:
            self.prior: Beta = beta_between(self.low, self.high)
        except ValueError as error:
            said = _("launch_prior.toml: low and high must be shares, low under high.")
            raise CommandError(said) from error
        self.share: Beta = next_share(self.prior, past)

    def values(self) -> dict[str, Any]:
        """Return the prior, the past and the share expected, as JSON values."""
        return {
            "prior": {
                "alpha": round(self.prior.alpha, 6),
                "beta": round(self.prior.beta, 6),
                "low": self.low,
                "high": self.high,
                "source": self.rule.source,
                "checked_on": self.rule.checked_on.isoformat(),
            },
            "past": [{"buyers": one.buyers, "base": one.base} for one in self.past],
            "share": {
                "mean": round(self.share.mean, 6),
                "alpha": round(self.share.alpha, 6),
                "beta": round(self.share.beta, 6),
            },
        }

    def sentence(self) -> str:
        """Return what was assumed before any launch."""
        return _(
            "Assumed before any launch of yours: %(low)s to %(high)s of those mailed buy, "
            "9 times of 10 (%(source)s)."
        ) % {
            "low": percent(self.low),
            "high": percent(self.high),
            "source": self.rule.source,
        }


def percent(share: float) -> str:
    """Return a share as a percentage, never 0 or 100 % for what is only near."""
    shown = min(0.999, max(0.001, share)) if 0 < share < 1 else share
    return format_percent(shown, "#,##0.# %", locale=get_language() or "en")
