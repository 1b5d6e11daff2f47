"""Measure a letter to a million: fixing who gets it, addressing it, beginning to send.

    python benchmarks/letter_million.py [--contacts 1000000] [--postgresql URL]

Fills a database of its own with contacts, sends them a letter and prints how long each
step takes and how much memory the process needs for it. Fixing the recipients is one
statement; addressing and sending read on in portions, so memory must not grow with the
number of contacts. Without a mail server on the machine, sending is left out.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

from delivery import SINK, sink
from trial import business, figure, own_database, utc_now

LEAST_ADDRESSED, MOST_MEBIBYTES, MOST_SECONDS = 5_000, 60, 60
_CHUNK, _FIRST, _SENDING_SECONDS = 50_000, 1001, 10


def main() -> int:
    """Print a line for each step; fail when one misses its budget."""
    options = _options()
    os.environ["PERENNE_MAIL_FROM"] = "Atelier Boréal <letter@boreal.example>"
    with own_database(options.postgresql):
        business(utc_now())
        _apart(lambda: _fill(options.contacts))
        kept = list(_steps(options.contacts))
    return 0 if all(kept) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--postgresql", default="", help="a server's address")
    return parser.parse_args()


def _apart(work):
    """Work in a process of its own, so that ours keeps its size."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the contacts could not be added")


def _steps(count):
    from perenne.audience.actions.sending import hand_over_recipients, send_letter

    letter_id = _letter()
    seconds, grown = _measured(
        lambda: send_letter(letter_id, actor="system", now=utc_now())
    )
    yield figure("recipients fixed by one statement", seconds, "s", most=MOST_SECONDS)
    yield figure("memory for it", grown, "MiB", most=MOST_MEBIBYTES)
    seconds, grown = _measured(lambda: hand_over_recipients(letter_id, now=utc_now()))
    yield figure("addressed", count / seconds, "rows/s", least=LEAST_ADDRESSED)
    yield figure("memory for it", grown, "MiB", most=MOST_MEBIBYTES)
    if Path(SINK).exists():
        yield from _sending(letter_id)


def _sending(letter_id):
    from django.conf import settings

    from perenne.audience.models import Letter
    from perenne.mail.actions.delivery import deliver
    from perenne.mail.api import broadcast_progress

    with sink() as port:
        settings.SMTP_URL = f"smtp://127.0.0.1:{port}?tls=none"
        sent = []
        seconds, grown = _measured(
            lambda: sent.append(deliver(seconds=_SENDING_SECONDS))
        )
    figure("sent", sent[0] / seconds, "mails/s")
    yield figure("memory for it", grown, "MiB", most=MOST_MEBIBYTES)
    start = time.perf_counter()
    message_id = Letter.objects.get(pk=letter_id).message_id
    broadcast_progress(message_id)
    taken = (time.perf_counter() - start) * 1000
    yield figure("progress of the letter", taken, "ms", most=20)


def _measured(work):
    """Return how many seconds work takes and how much the memory's peak grows."""
    before, start = _peak(), time.perf_counter()
    work()
    return time.perf_counter() - start, (_peak() - before) / 1024


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _letter():
    from perenne.audience.actions.letters import start_letter, write_letter

    now = utc_now()
    letter = start_letter(subject="News", actor="system", now=now)
    blocks = [
        {"kind": "text", "text": "Hello {{ merge.first_name }}, " + "news. " * 100}
    ]
    write_letter(
        letter.pk,
        subject="News for {{ merge.first_name }}",
        preheader="",
        blocks=blocks,
        text="",
        segment_id=None,
        actor="system",
        now=now,
    )
    return letter.pk


def _fill(count):
    """Add subscribed contacts in bulk."""
    from django.db import connection, transaction

    from perenne.audience.models import ContactStatus
    from perenne.core.bulk import insert_rows
    from perenne.people.models import Person

    now, person = utc_now(), ("id", "email", "name", "language", "time_zone")
    person += ("country", "source", "note", "created_at")
    status = ("person", "purpose", "status", "basis", "source", "joined_at")
    for start in range(_FIRST, _FIRST + count, _CHUNK):
        numbers = range(start, min(start + _CHUNK, _FIRST + count))
        people = [
            (n, f"p{n}@example.org", f"Zoé {n}", "fr", "", "", {}, "", now)
            for n in numbers
        ]
        joined = [
            (
                n,
                "letter",
                "subscribed",
                "consent",
                "hand",
                now - timedelta(minutes=n),
                now,
            )
            for n in numbers
        ]
        with transaction.atomic():
            insert_rows(Person, person, people)
            insert_rows(ContactStatus, (*status, "changed_at"), joined)
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA optimize" if connection.vendor == "sqlite" else "ANALYZE"
        )


if __name__ == "__main__":
    sys.exit(main())
