"""Whatever stops a letter in its middle: nobody missed, nobody mailed twice for nothing."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from perenne.core import clock
from perenne.mail.actions.delivery import deliver
from perenne.mail.api import start_broadcast
from perenne.mail.models import Delivery, Message, Transport

HERE = Path(__file__).parent
LETTERS, STOPS, CONNECTIONS, SEED = 600, 6, 4, 20260915
EVERYBODY = {f"p{n}@example.org" for n in range(LETTERS)}


def _start_sink(log, *options):
    log.touch()
    sink = subprocess.Popen(
        [sys.executable, str(HERE / "sink.py"), str(log), *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    return sink, int(sink.stdout.readline())


def _end(sink):
    sink.kill()
    sink.wait()
    sink.stdout.close()


@pytest.fixture
def sinks(tmp_path, request):
    """One sink, or several, in processes of their own: their ports and logs."""
    logs = [tmp_path / f"arrived-{n}.log" for n in range(len(request.param))]
    running = [
        _start_sink(log, *options)
        for log, options in zip(logs, request.param, strict=True)
    ]
    yield [port for _sink, port in running], logs
    for sink, _port in running:
        _end(sink)


@pytest.fixture
def own_database(tmp_path):
    """A database of the test's own, of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield ""
        return
    import psycopg

    name = f"perenne_kill_{os.getpid()}"
    values = settings.DATABASES["default"]
    server = (
        f"postgresql://{values['USER']}:{values['PASSWORD']}@"
        f"{values['HOST']}:{values['PORT']}"
    )
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _work(how, sinks, tmp_path, database):
    """Return what the worker stored and who got mail."""
    ports, logs = sinks
    environment = {
        key: val for key, val in os.environ.items() if not key.startswith("PERENNE_")
    } | {
        "PERENNE_DATA": str(tmp_path / "data"),
        "PERENNE_SECRET_KEY": "for this test",
        "PERENNE_SMTP_URL": f"smtp://127.0.0.1:{ports[0]}?tls=none",
        "PERENNE_MAIL_FROM": "letter@boreal.example",
        "PERENNE_DATABASE_URL": database,
    }
    for number, port in enumerate(ports[1:]):
        environment[f"PERENNE_MAIL_URL_W{number}"] = f"smtp://127.0.0.1:{port}?tls=none"
    names = ",".join(map(str, logs))
    numbers = [str(n) for n in (LETTERS, STOPS, CONNECTIONS, SEED)]
    done = subprocess.run(
        [sys.executable, str(HERE / "worker.py"), how, names, *numbers],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    arrived = Counter(" ".join(log.read_text() for log in logs).split())
    return json.loads(done.stdout), arrived


def _all_are_sent(stopped):
    return {
        "stopped": stopped,
        "last_worker": 0,
        "statuses": {"sent": LETTERS},
        "message": ["done", LETTERS, LETTERS],
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "sinks",
    [[[]], [["--no-pipelining"]], [[], []]],
    indirect=True,
    ids=["pipelining", "steps", "two servers"],
)
def test_a_killed_worker_misses_nobody(sinks, tmp_path, own_database):
    told, arrived = _work("kill", sinks, tmp_path, own_database)
    assert told == _all_are_sent(STOPS)
    assert arrived.keys() == EVERYBODY
    assert arrived.total() - LETTERS <= STOPS * CONNECTIONS * len(sinks[0])


@pytest.mark.slow
@pytest.mark.parametrize("sinks", [[[]]], indirect=True, ids=["one server"])
def test_a_full_disk_misses_nobody(sinks, tmp_path, own_database):
    if connection.vendor != "sqlite":
        pytest.skip("its server has its own disk")
    told, arrived = _work("disk", sinks, tmp_path, own_database)
    assert told == _all_are_sent(STOPS)
    assert arrived.keys() == EVERYBODY
    assert arrived.total() - LETTERS <= STOPS * CONNECTIONS


@pytest.mark.slow
@pytest.mark.parametrize("sinks", [[[]]], indirect=True, ids=["one server"])
def test_a_database_that_starts_again_misses_nobody(sinks, tmp_path, own_database):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server")
    told, arrived = _work("database", sinks, tmp_path, own_database)
    assert told == _all_are_sent(STOPS)
    assert arrived.keys() == EVERYBODY
    assert arrived.total() - LETTERS <= STOPS * CONNECTIONS


@pytest.mark.slow
def test_a_server_that_dies_and_comes_back_misses_nobody(
    mail_server, make_letter, settings, tmp_path, now
):
    log = tmp_path / "arrived.log"
    sink, port = _start_sink(log)
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}?tls=none"
    start_broadcast(make_letter(sorted(EVERYBODY)), now=now)

    def kill_in_the_middle():
        while log.read_bytes().count(b"\n") < LETTERS // 3:
            time.sleep(0.001)
        sink.kill()

    killer = threading.Thread(target=kill_in_the_middle)
    killer.start()
    assert 0 < deliver() < LETTERS
    killer.join()
    _end(sink)
    assert Transport.objects.get().retry_at is not None
    assert Delivery.objects.filter(status="claimed").count() == 0
    again, _port = _start_sink(log, "--port", str(port))
    with clock.frozen(now + timedelta(minutes=5)):
        deliver()
    _end(again)
    arrived = Counter(log.read_text().split())
    assert arrived.keys() == EVERYBODY
    assert arrived.total() - LETTERS <= CONNECTIONS
    message = Message.objects.get()
    assert (message.state, message.sent) == ("done", LETTERS)
