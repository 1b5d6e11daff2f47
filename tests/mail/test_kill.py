"""Kill -9 in the middle of a letter: nobody missed, nobody mailed twice for nothing."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LETTERS, KILLS, CONNECTIONS = 600, 6, 4


@pytest.fixture
def sink_process(tmp_path, request):
    """A sink in a process of its own; yields its port and the log of who got mail."""
    log = tmp_path / "arrived.log"
    log.touch()
    sink = subprocess.Popen(
        [sys.executable, str(HERE / "sink.py"), str(log), *request.param],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield int(sink.stdout.readline()), log
    sink.terminate()
    sink.wait()
    sink.stdout.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "sink_process",
    [[], ["--no-pipelining"]],
    indirect=True,
    ids=["pipelining", "steps"],
)
def test_a_killed_worker_misses_nobody(sink_process, tmp_path):
    port, log = sink_process
    environment = {
        key: val for key, val in os.environ.items() if not key.startswith("PERENNE_")
    } | {
        "PERENNE_DATA": str(tmp_path / "data"),
        "PERENNE_SECRET_KEY": "for this test",
        "PERENNE_SMTP_URL": f"smtp://127.0.0.1:{port}?tls=none",
        "PERENNE_MAIL_FROM": "letter@boreal.example",
    }
    numbers = [str(n) for n in (LETTERS, KILLS, CONNECTIONS, 20260915)]
    done = subprocess.run(
        [sys.executable, str(HERE / "worker.py"), str(log), *numbers],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    arrived = Counter(log.read_text().split())
    assert told == {
        "killed": KILLS,
        "last_worker": 0,
        "statuses": {"sent": LETTERS},
        "message": ["done", LETTERS, LETTERS],
    }
    assert arrived.keys() == {f"p{n}@example.org" for n in range(LETTERS)}
    assert arrived.total() - LETTERS <= KILLS * CONNECTIONS
