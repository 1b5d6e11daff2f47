"""Print a link that signs the owner in once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from perenne.core import clock
from perenne.people.actions.owner_links import OWNER_LINK_LIVES, issue_owner_link

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Issue the link; whoever can run commands on this machine is the owner."""

    help = "Print a link that signs the owner in once, within 24 hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer JSON."""
        parser.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the link alone, so that a script can read it."""
        now = clock.now()
        link = settings.SITE_URL + reverse("enter", args=[issue_owner_link(now=now)])
        if options["json"]:
            until = (now + OWNER_LINK_LIVES).isoformat()
            link = json.dumps({"url": link, "expires_at": until})
        self.stdout.write(link)
