"""Send a letter with workers that are stopped again and again; print what is stored.

Its environment names a database of its own and the sinks. One process loads the product
and forks the workers, so that only the sending is stopped, many times a second.

    worker.py HOW LOGS LETTERS STOPS CONNECTIONS SEED

HOW   kill      kill -9
      disk      no file may grow any more
      database  the database closes all connections, as when it starts again
LOGS  where the sinks note who got mail, separated by commas
"""

import json
import os
import random
import resource
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
from django.db import connection, connections
from django.db.models import Count

from perenne.core import clock
from perenne.mail.actions.delivery import deliver
from perenne.mail.actions.transports import default_transport, transport_named
from perenne.mail.api import (
    Recipient,
    add_recipients,
    create_broadcast,
    start_broadcast,
)
from perenne.mail.models import Delivery, Message, Transport
from perenne.mail.queries.transports import mail_urls

HOW = sys.argv[1]
LOGS = [Path(name) for name in sys.argv[2].split(",")]
LETTERS, STOPS, CONNECTIONS, SEED = map(int, sys.argv[3:7])
_GROWTH_BYTES = 60_000


def prepare():
    for app in ("core", "mail"):
        call_command("migrate", app, verbosity=0)
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
    default_transport()
    for name in mail_urls():
        transport_named(name)
    Transport.objects.update(connections=CONNECTIONS, is_active=True)
    start_broadcast(letter, now=clock.now())
    connections.close_all()


def arrived():
    return sum(log.read_bytes().count(b"\n") for log in LOGS)


def fork_worker(*, limited=False):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if limited:
                most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
                resource.setrlimit(resource.RLIMIT_FSIZE, (_GROWTH_BYTES, most))
            deliver()
            status = 0
        finally:
            os._exit(status)
    return child


def stop_when_arrived(count):
    """Return True if the worker was stopped, False if it had ended before."""
    child = fork_worker(limited=HOW == "disk")
    while HOW != "disk" and arrived() < count:
        ended, _status = os.waitpid(child, os.WNOHANG)
        if ended:
            return False
        time.sleep(0.001)
    if HOW == "kill":
        os.kill(child, signal.SIGKILL)
    elif HOW == "database":
        close_connections()
    _child, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def close_connections():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connections.close_all()


def main():
    prepare()
    chance = random.Random(SEED)
    marks = sorted(chance.sample(range(1, LETTERS // 2), STOPS))
    stopped = sum(stop_when_arrived(mark) for mark in marks)
    _child, status = os.waitpid(fork_worker(), 0)
    counts = Delivery.objects.values_list("status").annotate(Count("pk")).order_by()
    message = Message.objects.get()
    sys.stdout.write(
        json.dumps(
            {
                "stopped": stopped,
                "last_worker": os.waitstatus_to_exitcode(status),
                "statuses": dict(counts),
                "message": [message.state, message.total, message.sent],
            }
        )
    )
    connections.close_all()


main()
