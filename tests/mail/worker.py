"""Send a letter with workers that are killed again and again; print what is stored.

Its environment names a database of its own and the sink. One process loads the product
and forks the workers, so that only the sending is killed, many times a second.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connections
from django.db.models import Count

from perenne.core import clock
from perenne.mail.actions.delivery import deliver
from perenne.mail.actions.lease import default_transport
from perenne.mail.api import (
    Recipient,
    add_recipients,
    create_broadcast,
    start_broadcast,
)
from perenne.mail.models import Delivery, Message, Transport

LOG, LETTERS, KILLS, CONNECTIONS, SEED = Path(sys.argv[1]), *map(int, sys.argv[2:6])


def prepare():
    call_command("migrate", "core", verbosity=0)
    call_command("migrate", "mail", verbosity=0)
    letter = create_broadcast(
        ref="kill",
        subject="For {{ merge.name }}",
        html="<p>{{ merge.name }}</p>",
        text="{{ merge.name }}",
        list_unsubscribe_base="https://boreal.example/unsubscribe/",
        now=clock.now(),
    )
    rows = (
        Recipient(f"p{n}@example.org", "", {"name": str(n)}, f"t{n}")
        for n in range(LETTERS)
    )
    add_recipients(letter, rows=rows)
    Transport.objects.filter(pk=default_transport().pk).update(connections=CONNECTIONS)
    start_broadcast(letter, now=clock.now())
    connections.close_all()


def arrived():
    return LOG.read_bytes().count(b"\n")


def fork_worker():
    child = os.fork()
    if child == 0:
        status = 1
        try:
            deliver()
            status = 0
        finally:
            os._exit(status)
    return child


def kill_when_arrived(count):
    """Return True if the worker was killed, False if it had ended before."""
    child = fork_worker()
    while arrived() < count:
        ended, _status = os.waitpid(child, os.WNOHANG)
        if ended:
            return False
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def main():
    prepare()
    chance = random.Random(SEED)
    marks = sorted(chance.sample(range(1, LETTERS // 2), KILLS))
    killed = sum(kill_when_arrived(mark) for mark in marks)
    _child, status = os.waitpid(fork_worker(), 0)
    counts = Delivery.objects.values_list("status").annotate(Count("pk")).order_by()
    message = Message.objects.get()
    sys.stdout.write(
        json.dumps(
            {
                "killed": killed,
                "last_worker": os.waitstatus_to_exitcode(status),
                "statuses": dict(counts),
                "message": [message.state, message.total, message.sent],
            }
        )
    )


main()
