"""A database of its own, with a business and its owner, for a benchmark.

Set up before anything of Django is imported: `with own_database() as folder`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
OWNER = "camille@boreal.example"
# Of this process alone: two benchmarks may run beside each other.
_POSTGRESQL_NAME = f"perenne_benchmark_{os.getpid()}"


@contextmanager
def own_database(postgresql: str = "") -> Iterator[Path]:
    """Point the settings at an empty folder, lay the tables, and remove all at the end.

    postgresql  address of a server that lets us add a database; "" for SQLite
    """
    with tempfile.TemporaryDirectory() as folder, _database(postgresql) as address:
        os.environ["PERENNE_DATA"] = folder
        os.environ.pop("PERENNE_DATABASE_URL", None)
        if address:
            os.environ["PERENNE_DATABASE_URL"] = address
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        sys.path[:0] = [str(ROOT), str(ROOT / "src")]
        os.environ["PYTHONPATH"] = (
            f"{ROOT}:{ROOT / 'src'}"  # for the processes we start
        )
        import django

        django.setup()
        from config.prepare import lay_tables

        lay_tables()
        yield Path(folder)
        from django.db import connections

        connections.close_all()


@contextmanager
def _database(server: str) -> Iterator[str]:
    if not server:
        yield ""
        return
    import psycopg

    def maintain(statement: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement)

    drop = f"DROP DATABASE IF EXISTS {_POSTGRESQL_NAME} WITH (FORCE)"
    maintain(drop)
    maintain(f"CREATE DATABASE {_POSTGRESQL_NAME}")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{_POSTGRESQL_NAME}"
    finally:
        maintain(drop)


def business(now: datetime) -> None:
    """Set up a business with its owner and the default streams."""
    from perenne.core.actions import set_up_business
    from perenne.people.api import add_owner
    from perenne.streams.api import ensure_default_streams

    set_up_business(
        actor="owner",
        now=now,
        name="Atelier Boréal",
        owner_name="Camille Moreau",
        email=OWNER,
        street="12 rue des Tilleuls",
        postcode="69003",
        city="Lyon",
        siren="732829320",
        mediator="Médiateur de la consommation, 1 place du Marché, 75001 Paris",
        host="Boréal, 12 rue des Tilleuls, 69003 Lyon, +33 4 78 00 00 00",
    )
    add_owner(email=OWNER, name="Camille Moreau", now=now)
    ensure_default_streams(language="fr", now=now)


def owner_browser() -> Any:
    """Return a test client signed in as the owner."""
    from perenne.people.api import owner_account

    return browser_of(owner_account())


def browser_of(account: Any) -> Any:
    """Return a test client signed in by an account."""
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def collect_static() -> None:
    """Lay out style sheets and scripts, as `bin/up` does before it serves."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def utc_now() -> datetime:
    """Return the instant, aware, in UTC."""
    return datetime.now(UTC)


def milliseconds(work: Callable[[], object], *, rounds: int) -> list[float]:
    """Return how long each of some rounds took, after one that does not count."""
    work()
    taken = []
    for _round in range(rounds):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def line(what: str, taken: list[float], budget_ms: float) -> bool:
    """Print the median and the slowest beside the budget; return whether it is kept."""
    middle = median(taken)
    kept = middle <= budget_ms
    print(
        f"{what:<44} p50 {middle:8.1f} ms  slowest {max(taken):8.1f} ms  "
        f"budget {budget_ms:6.0f} ms  {_verdict(kept=kept)}"
    )
    return kept


def figure(
    what: str,
    value: float,
    unit: str,
    *,
    least: float | None = None,
    most: float | None = None,
) -> bool:
    """Print a figure beside its budget, if it has one; return whether it is kept."""
    told = f"{what:<44} {value:12,.1f} {unit:<8}"
    if least is None and most is None:
        print(told)
        return True
    kept = (least is None or value >= least) and (most is None or value <= most)
    bound = f"≥ {least:,.1f}" if least is not None else f"≤ {most:,.1f}"
    print(f"{told} budget {bound:>10}  {_verdict(kept=kept)}")
    return kept


def _verdict(*, kept: bool) -> str:
    return "kept" if kept else "MISSED"
