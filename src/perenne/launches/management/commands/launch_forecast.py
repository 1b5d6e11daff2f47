"""`bin/perenne launch forecast`: how many will buy, before the launch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from perenne.core.terminal import terminal_language
from perenne.launches.domain.forecast import MOST_CONTACTS, buyers_of, chance_of
from perenne.launches.management.forecasting import (
    Known,
    add_past,
    count_up_to,
    percent,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Range of buyers and the chance of a goal; nothing is read or stored."""

    help = "Forecast the buyers of a launch, from the audience and earlier launches."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        count = count_up_to(MOST_CONTACTS)
        parser.add_argument(
            "--audience", type=count, required=True, help="contacts that will be mailed"
        )
        parser.add_argument("--goal", type=count, help="buyers hoped for")
        add_past(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the forecast."""
        audience, goal = options["audience"], options["goal"]
        with terminal_language():
            known = Known(options["past"])
            share = known.share
            buyers = buyers_of(share, audience)
            chance = None if goal is None else chance_of(share, audience, goal)
            if options["json"]:
                values = {
                    "buyers": {
                        "p10": buyers.p10,
                        "p50": buyers.p50,
                        "p90": buyers.p90,
                    },
                    "probability_of_goal": None if chance is None else round(chance, 6),
                    **known.values(),
                }
                self.stdout.write(json.dumps(values, ensure_ascii=False, indent=2))
                return
            said = _(
                "Buyers: between %(low)s and %(high)s in 8 of 10 cases, %(middle)s in "
                "the middle."
            )
            self.stdout.write(
                said % {"low": buyers.p10, "high": buyers.p90, "middle": buyers.p50}
            )
            if chance is not None:
                said = _("Chance of reaching %(goal)s buyers: %(share)s.")
                self.stdout.write(said % {"goal": goal, "share": percent(chance)})
            self.stdout.write(known.sentence())
