"""`bin/perenne retention FILE.csv`: how long a cohort's customers stay, and are worth."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from perenne.bilan.domain.cohort_file import (
    LAST_PERIOD,
    CohortNotReadable,
    read_cohort,
)
from perenne.bilan.domain.retention_export import retention_values
from perenne.bilan.web.retention_words import (
    edge_words,
    ltv_unknown_words,
    no_fit_words,
    problem_words,
)
from perenne.core.terminal import terminal_language

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

_MAX_FILE = 1_000_000
_SHOWN = 20


def _horizon(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= LAST_PERIOD):
        raise ArgumentTypeError(f"write a whole number from 0 to {LAST_PERIOD}")
    return int(text)


def _price(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 10**12):
        raise ArgumentTypeError("write whole cents above 0: 2900 for 29.00")
    return int(text)


def _percent(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not Decimal("0.1") <= value <= 100:
        raise ArgumentTypeError("write a percentage from 0.1 to 100")
    return value / 100


class Command(BaseCommand):
    """Fit, projection and lifetime value of one cohort; nothing is stored."""

    help = "Project how many customers of a cohort stay, from a file of counts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "file",
            type=Path,
            metavar="FILE.csv",
            help="columns period (0, 1, 2 …) and alive (customers still there)",
        )
        parser.add_argument(
            "--horizon",
            type=_horizon,
            metavar="N",
            help="the last period projected (default: 12, or the last one counted)",
        )
        parser.add_argument(
            "--price",
            type=_price,
            metavar="CENTS",
            help="what a customer brings each period, net of all costs: gives the "
            "lifetime value",
        )
        parser.add_argument(
            "--discount",
            type=_percent,
            default=Decimal("0.01"),
            metavar="PERCENT",
            help="what a period's wait takes off a payment (default: 1)",
        )
        parser.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the figures."""
        with terminal_language():
            values = retention_values(
                _cohort(options["file"]),
                horizon=options["horizon"],
                price_cents=options["price"],
                discount=options["discount"],
            )
            if options["json"]:
                self.stdout.write(json.dumps(values, ensure_ascii=False, indent=2))
                return
            for line in _table(values):
                self.stdout.write(line)


def _cohort(path: Path) -> dict[int, int]:
    if not path.is_file():
        said = _("There is no file %(path)s.") % {"path": path}
        raise CommandError(said, returncode=2)
    try:
        if path.stat().st_size > _MAX_FILE:
            raise CommandError(_("%(path)s is too large.") % {"path": path})
        return read_cohort(path.read_text("utf-8"))
    except (UnicodeDecodeError, OSError) as error:
        said = _("%(path)s is no text file in UTF-8.") % {"path": path}
        raise CommandError(said) from error
    except CohortNotReadable as error:
        lines = [problem_words(each) for each in error.problems[:_SHOWN]]
        if len(error.problems) > _SHOWN:
            lines.append("…")
        raise CommandError("\n".join([f"{path}:", *lines])) from error


def _table(values: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that somebody reads in a terminal."""
    row = "{:>8} {:>10} {:>10} {:>19}".format
    yield row(_("period"), _("counted"), _("projected"), _("interval, 95 %"))
    counted = {line["period"]: line["survival"] for line in values["observed"]}
    rows = values["projection"] if values["fit"] else []
    projected = {line["period"]: line for line in rows}
    for period in sorted(counted | projected):
        line = projected.get(period) or {}
        low, high = line.get("low"), line.get("high")
        between = "" if low is None else f"{_share(low)} – {_share(high)}"
        share = _share(counted.get(period))
        yield row(period, share, _share(line.get("survival")), between)
    yield from _conclusions(values)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _conclusions(values: dict[str, Any]) -> Iterator[str]:
    if values["no_fit"]:
        yield no_fit_words(values["no_fit"])
    elif values["fit"]["edge"]:
        yield edge_words(values["fit"]["edge"])
    if values["fit"]:
        yield "α = {alpha:.3f}, β = {beta:.3f}, log L = {log_likelihood:.1f}".format(
            **values["fit"]
        )
    if values["ltv_not_known"] not in {None, "no_price"}:
        yield ltv_unknown_words(values["ltv_not_known"], values["losses"])
    if values["ltv"]:
        yield _("Lifetime value: %(value)s (95 %%: %(low)s to %(high)s)") % {
            "value": _amount(values["ltv"]["cents"]),
            "low": _amount(values["ltv"]["low_cents"]),
            "high": _amount(values["ltv"]["high_cents"]),
        }
        within = values["ltv"]["within_horizon"]["cents"]
        yield _(
            "of which %(value)s by period %(last)s, the rest lies beyond; each period of "
            "waiting takes off %(discount)s %%"
        ) % {
            "value": _amount(within),
            "last": values["projection"][-1]["period"],
            "discount": f"{values['discount_per_period'] * 100:g}",
        }


def _amount(cents: int) -> str:
    return f"{cents / 100:,.2f}"
