"""bin/perenne mail pipe: take in one returned mail, for an alias of the mail server."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from perenne.core import clock
from perenne.mail.actions.bounces import receive_bounce
from perenne.mail.domain.bounces.parts import MAX_BYTES

_TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the mail


class Command(BaseCommand):
    help = (
        "Take in a returned mail from standard input; 75 asks the server to come again."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        raw = sys.stdin.buffer.read(MAX_BYTES)
        while sys.stdin.buffer.read(MAX_BYTES):
            continue  # the mail server must not be left with a broken pipe
        try:
            count = receive_bounce(raw, now=clock.now())
        except DatabaseError as error:
            self.stderr.write(str(error))
            sys.exit(_TRY_AGAIN)
        self.stdout.write(f"{count}")
