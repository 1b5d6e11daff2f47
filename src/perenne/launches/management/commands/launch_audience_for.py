"""`bin/perenne launch audience-for`: how many contacts it takes for so many buyers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from perenne.core.terminal import terminal_language
from perenne.launches.domain.forecast import (
    MOST_BUYERS,
    MOST_CONTACTS,
    SURE_ENOUGH,
    audience_for,
    chance_of,
)
from perenne.launches.management.forecasting import Known, add_past, count_up_to

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """The smallest audience that is enough in 8 launches of 10."""

    help = "Say how many contacts to mail for a number of buyers, 8 times of 10."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "--buyers", type=count_up_to(MOST_BUYERS), required=True, help="wanted"
        )
        add_past(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the audience; exit 1 when no list is long enough."""
        buyers = options["buyers"]
        with terminal_language():
            known = Known(options["past"])
            share = known.share
            audience = audience_for(share, buyers)
            if audience is None:
                said = _(
                    "More than %(most)s contacts would be needed for %(buyers)s buyers."
                )
                raise CommandError(said % {"most": MOST_CONTACTS, "buyers": buyers})
            if options["json"]:
                values = {
                    "audience": audience,
                    "buyers": buyers,
                    "at_least": SURE_ENOUGH,
                    "probability": round(chance_of(share, audience, buyers), 6),
                    **known.values(),
                }
                self.stdout.write(json.dumps(values, ensure_ascii=False, indent=2))
                return
            said = _(
                "Mail at least %(audience)s contacts: then %(buyers)s buyers or more come "
                "in 8 of 10 launches."
            )
            self.stdout.write(said % {"audience": audience, "buyers": buyers})
            self.stdout.write(known.sentence())
