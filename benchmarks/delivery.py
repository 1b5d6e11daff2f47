"""Measure the delivery engine against Postfix's own load generator.

    python benchmarks/delivery.py [--messages 10000] [--connections 8] [--kilobytes 20]
                                  [--postgresql URL] [--workers 2] [--pin]

Sends personalised letters into smtp-sink, outcomes recorded in a database of its own,
and the same number and size with smtp-source -d over as many connections; prints both
rates and their ratio. With --workers 2 (PostgreSQL) also the rate of two engines that
share the transport, each with so many connections; they need cores: two engines, the
sink and the database's processes. smtp-sink and smtp-source come with Debian's postfix package
(`apt-get install -y --no-install-recommends postfix`; its daemon need not run).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection, socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LEAST = 0.8
SINK, SOURCE = "/usr/sbin/smtp-sink", "/usr/sbin/smtp-source"


def main() -> int:
    """Print our rate, smtp-source's and the ratio."""
    options = _options()
    if not (shutil.which(SINK) and shutil.which(SOURCE)):
        print("smtp-sink and smtp-source are missing: install postfix.")
        return 2
    with (
        tempfile.TemporaryDirectory() as folder,
        sink() as port,
        own_postgresql(options.postgresql) as database,
    ):
        _point_at(folder, port, database)
        if options.pin:
            _pin()
        ours, theirs = [], []
        for number in range(options.rounds):
            theirs.append(_smtp_source(port, options))
            ours.append(_engine(options, number))
        best, reference = max(ours), max(theirs)
        print(f"smtp-source -d   {reference:8.0f} messages/s  {_list(theirs)}")
        print(f"perenne          {best:8.0f} messages/s  {_list(ours)}")
        ratio = best / reference
        kept = ratio >= LEAST
        verdict = "kept" if kept else "MISSED"
        print(f"ratio            {ratio:8.0%} budget ≥ {LEAST:.0%}  {verdict}")
        if options.workers > 1:
            _compare_workers(options, best)
    return 0 if kept else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--kilobytes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgresql", default="", help="a server's address")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--pin", action="store_true", help="give the sink the last core for itself"
    )
    return parser.parse_args()


@contextmanager
def sink() -> Iterator[int]:
    """Run Postfix's sink on a free port and yield it."""
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [SINK, "-u", "nobody", f"127.0.0.1:{port}", "1000"]
    sink = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        sink.terminate()
        sink.wait()


def _pin() -> None:
    """Keep what sends off the last core: the sink stays there."""
    cores = sorted(os.sched_getaffinity(0))
    own = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    for child in own.split():
        os.sched_setaffinity(int(child), cores[-1:])
    os.sched_setaffinity(0, cores[:-1] or cores)


def _wait_for(port: int) -> None:
    for _attempt in range(100):
        try:
            create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def _point_at(folder: str, port: int, database: str) -> None:
    """Set up a database of its own and the sink as the mail server."""
    os.environ["PERENNE_DATA"] = folder
    os.environ["PERENNE_DATABASE_URL"] = database
    os.environ["PERENNE_SMTP_URL"] = f"smtp://127.0.0.1:{port}?tls=none"
    os.environ["PERENNE_MAIL_FROM"] = "Atelier Boréal <letter@boreal.example>"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    import django
    from django.core.management import call_command

    django.setup()
    for app in ("core", "mail", "django_ox"):
        call_command("migrate", app, verbosity=0)


def _smtp_source(port: int, options: argparse.Namespace) -> float:
    size = str(options.kilobytes * 1000)
    command = [SOURCE, "-d", "-s", str(options.connections), "-l", size]
    start = time.perf_counter()
    subprocess.run(
        [*command, "-m", str(options.messages), f"127.0.0.1:{port}"], check=True
    )
    return options.messages / (time.perf_counter() - start)


def _engine(options: argparse.Namespace, number: int, workers: int = 1) -> float:
    letter = _letter(options, number, workers)
    start = time.perf_counter()
    _deliver(workers)
    rate = options.messages / (time.perf_counter() - start)
    from perenne.mail.api import broadcast_progress

    done = broadcast_progress(letter)
    if (done.state, done.sent) != ("done", options.messages):
        raise SystemExit(f"not all were sent: {done}")
    return rate


def _letter(options: argparse.Namespace, number: int, workers: int) -> int:
    """Prepare and start a letter; return its id."""
    from perenne.core import clock
    from perenne.mail.actions.transports import default_transport
    from perenne.mail.api import (
        Recipient,
        add_recipients,
        create_broadcast,
        start_broadcast,
    )
    from perenne.mail.models import Transport

    filler = "<p>" + "A letter of some length, as people write them. " * 10 + "</p>\n"
    html = filler * (options.kilobytes * 1000 // len(filler) - 2)
    letter = create_broadcast(
        ref=f"benchmark:{number}",
        subject="News for {{ merge.name }}",
        html=f"<h1>Hello {{{{ merge.name }}}}</h1>{html}{{{{ merge.unsubscribe_url }}}}",
        text="Hello {{ merge.name }}, {{ merge.unsubscribe_url }}",
        list_unsubscribe_base="https://boreal.example/unsubscribe/",
        now=clock.now(),
    )
    rows = (
        Recipient(f"p{n}@example.org", f"person:{n}", {"name": f"Zoé {n}"}, f"t{n}")
        for n in range(options.messages)
    )
    add_recipients(letter, rows=rows)
    Transport.objects.filter(pk=default_transport().pk).update(
        connections=options.connections * workers, engines=workers
    )
    start_broadcast(letter, now=clock.now())
    return letter


def _deliver(workers: int) -> None:
    """Send with that many engines, all but the first in processes of their own."""
    from django.db import connections

    from perenne.mail.actions.delivery import deliver

    connections.close_all()
    children = []
    for _number in range(workers - 1):
        child = os.fork()
        if child == 0:
            deliver()
            os._exit(0)
        children.append(child)
    with ThreadPoolExecutor(1) as pool:  # as the worker runs its tasks
        pool.submit(deliver).result()
        pool.submit(connections.close_all).result()
    for child in children:
        os.waitpid(child, 0)


def _compare_workers(options: argparse.Namespace, one: float) -> None:
    rate = _engine(options, options.rounds, options.workers)
    print(
        f"{options.workers} workers        {rate:8.0f} messages/s, "
        f"{rate / one:.2f} times one ({os.cpu_count()} cores)"
    )


@contextmanager
def own_postgresql(server: str) -> Iterator[str]:
    """Yield the address of an empty database on a server, "" without a server."""
    if not server:
        yield ""
        return
    import psycopg

    name = f"perenne_delivery_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server.rsplit('/', 1)[0]}/{name}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _list(rates: list[float]) -> str:
    return " ".join(f"{rate:.0f}" for rate in rates)


if __name__ == "__main__":
    sys.exit(main())
