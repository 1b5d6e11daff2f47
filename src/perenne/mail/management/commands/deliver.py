"""bin/perenne deliver: send what waits in the outbox."""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.mail.actions.delivery import deliver
from perenne.mail.queries.transports import transport_problems

if TYPE_CHECKING:
    from argparse import ArgumentParser

_REST_SECONDS = 2


class Command(BaseCommand):
    help = "Send what waits in the outbox, until it is empty or until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until-empty",
            action="store_true",
            help="end when nothing is due any more, instead of waiting for more",
        )
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        decided = deliver(seconds=math.inf, insist=True)
        while not options["until_empty"]:
            time.sleep(_REST_SECONDS)
            decided += deliver(seconds=math.inf)
        problems = transport_problems()
        if options["json"]:
            self.stdout.write(json.dumps({"decided": decided, "problems": problems}))
        elif not problems:
            self.stdout.write(f"{decided} deliveries decided.")
        if problems:
            raise CommandError("\n".join(problems))
