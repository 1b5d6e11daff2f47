"""`build_demo`: the sample business, eighteen months of it, from a fixed seed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test.utils import override_settings

from demo.history import (
    audience,
    business,
    catalogue,
    ending,
    hours,
    launching,
    letters,
    members,
    outside,
    practice,
    sales,
)
from demo.history.story import ZONE, Story
from perenne.core import clock
from perenne.core.queries import business_exists

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

_NO_TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
_PLANS = (
    audience.plan_audience,
    letters.plan_letters,
    catalogue.plan_catalogue,
    launching.plan_launches,
    members.plan_members,
    sales.plan_downloads,
    practice.plan_practice,
    hours.plan_hours,
    outside.plan_outside_money,
)


class Command(BaseCommand):
    """Builds all of it or, when stopped, nothing."""

    help = "Build the sample business of the demo in an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size and the seed."""
        parser.add_argument("--scale", type=float, default=1.0, help="1 is full size")
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Build, unless a business is there."""
        if business_exists():
            raise CommandError("There is a business already; nothing was changed.")
        story = Story(clock.now(), seed=options["seed"], scale=options["scale"])
        # What happened needs no worker: no mail to deliver, no PDF before it is opened.
        with override_settings(TASKS=_NO_TASKS), transaction.atomic():
            self._step("The business and its site", lambda: _found(story))
            self._live(story)
            self._step("Mail and saved cards", lambda: _end(story))

    def _live(self, story: Story) -> None:
        """Play the timeline, saying each quarter how far it is."""
        for plan in _PLANS:
            plan(story)
        quarter, began = "", time.monotonic()
        for instant in story.play():
            local = instant.astimezone(ZONE)
            name = f"{local.year}, quarter {(local.month + 2) // 3}"
            if name != quarter:
                if quarter:
                    self._say(quarter, began)
                quarter, began = name, time.monotonic()
        self._say(quarter, began)

    def _step(self, name: str, work: Callable[[], object]) -> None:
        began = time.monotonic()
        work()
        self._say(name, began)

    def _say(self, name: str, began: float) -> None:
        self.stdout.write(f"    {name}: {time.monotonic() - began:.1f} s")
        self.stdout.flush()


def _found(story: Story) -> None:
    business.set_up(story)
    business.write_site(story)
    hours.declare_holidays(story)
    practice.open_practice(story)


def _end(story: Story) -> None:
    ending.settle_mail(story)
    ending.keep_cards(settings.DATA / "stripe.json")
