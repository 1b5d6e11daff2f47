"""`bin/perenne import undo NUMBER`: take back a whole import."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.portability.actions.import_undos import run_undo, start_undo
from perenne.portability.models import Import
from perenne.portability.queries import import_by_id

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

_ACTOR = "owner"


class Command(BaseCommand):
    """Undo an import; a second time changes nothing and says so."""

    help = "Undo a whole import: what it added goes, what it changed becomes as before."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the command line."""
        parser.add_argument("number", type=int, help="as `import contacts` printed it")
        parser.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, **options: Any) -> None:
        """Undo the import and say so."""
        imported = import_by_id(options["number"])
        if imported is None:
            raise CommandError(f"There is no import {options['number']}.")
        if imported.state != Import.State.UNDOING:
            try:
                start_undo(imported, now=clock.now(), actor=_ACTOR)
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
        imported = run_undo(imported.pk, actor=_ACTOR)
        if options["json"]:
            answer = {"import": imported.pk, "state": imported.state}
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"Undone: {imported.file_name}.")
