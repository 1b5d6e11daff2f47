"""The looks of `bin/perenne doctor`: each returns what it found and changes nothing."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, NotSupportedError, connection
from django.db.migrations.executor import MigrationExecutor

from perenne.backoffice.actions import SIGN_OF_LIFE
from perenne.backoffice.domain.findings import Finding, ok, problem, warn
from perenne.backoffice.domain.settings_checks import address_finding, stripe_finding
from perenne.core.legal import stale_rules
from perenne.core.models import Business
from perenne.core.queries import business_exists
from perenne.mail.api import domain_problems, transport_problems
from perenne.money.api import inbox_state, ledger_size, newest_chain_breaks
from perenne.website.api import missing_identity

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHONS = ((3, 12), (3, 14))
_LITTLE_ROOM, _NO_ROOM = 1_000_000_000, 100_000_000
_SILENT_FOR = timedelta(minutes=5)
_ROWS_OF_LEDGER = 20_000


def findings(*, now: datetime) -> Iterator[Finding]:
    """Yield every finding, the ground first; the rest needs a database that answers."""
    yield python()
    yield data_folder()
    yield address()
    yield payments()
    yield worker(now=now)
    reachable = database()
    yield reachable
    if reachable.state != "ok":
        return
    applied = migrations()
    yield applied
    if applied.state != "ok":
        return
    yield mail()
    yield identity()
    yield law(now=now)
    yield ledger()
    yield payment_events(now=now)


def python() -> Finding:
    """Look at the interpreter."""
    version = platform.python_version()
    if _PYTHONS[0] <= sys.version_info[:2] < _PYTHONS[1]:
        return ok("python", version)
    return problem("python", f"{version}: install Python 3.12 or 3.13, remove .venv.")


def data_folder() -> Finding:
    """Look whether the data folder can be written and has room."""
    folder = settings.DATA
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0")
    except OSError as error:
        return problem("data folder", f"{folder} cannot be written: {error.strerror}.")
    free = shutil.disk_usage(folder).free
    said = f"{folder}, {free / 1e9:.1f} GB free"
    if free < _NO_ROOM:
        return problem(
            "data folder", f"{said}: make room now, writing is about to fail."
        )
    if free < _LITTLE_ROOM:
        return warn("data folder", f"{said}: make room soon.")
    return ok("data folder", said)


def address() -> Finding:
    """Look at the site's address."""
    return address_finding(
        settings.SITE_URL, allowed=settings.ALLOWED_HOSTS, debug=settings.DEBUG
    )


def payments() -> Finding:
    """Look at the payment keys."""
    return stripe_finding(
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_WEBHOOK_SECRET,
        api_base=settings.STRIPE_API_BASE,
        demo=settings.DEMO,
        https=settings.HTTPS,
    )


def worker(*, now: datetime) -> Finding:
    """Look when a worker last ran a task: it leaves a sign every minute."""
    path = settings.DATA / SIGN_OF_LIFE
    try:
        seen = datetime.fromisoformat(path.read_text("utf-8"))
    except (OSError, ValueError):
        return problem("worker", "never seen: start everything with bin/up.")
    silent = now - seen
    if silent > _SILENT_FOR:
        return problem(
            "worker",
            f"silent since {seen:%Y-%m-%d %H:%M} UTC: mail, renewals and invoices wait. "
            "Start bin/up again and read what it prints.",
        )
    return ok("worker", f"seen {max(0, int(silent.total_seconds()))} s ago")


def database() -> Finding:
    """Look whether the database answers and is new enough."""
    try:
        connection.ensure_connection()
        connection.check_database_version_supported()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except NotSupportedError as error:
        return problem("database", f"too old: {error}")
    except DatabaseError as error:
        first = str(error).strip().split("\n")[0]
        return problem("database", f"no answer ({first}): check PERENNE_DATABASE_URL.")
    version = ".".join(map(str, connection.get_database_version()))
    return ok("database", f"{connection.display_name} {version}")


def migrations() -> Finding:
    """Look whether the tables are those of this version."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return problem(
            "tables", f"{len(waiting)} changes wait: run bin/perenne migrate."
        )
    return ok("tables", "up to date")


def mail() -> Finding:
    """Look at what keeps mail from leaving."""
    found = transport_problems()
    if found:
        return problem("mail", " · ".join(found))
    records = ", ".join(sorted(set(domain_problems())))
    if records:
        return warn("mail", f"records to mend at /desk/mail/domain/: {records}.")
    return ok("mail", "a server is set")


def identity() -> Finding:
    """Look at what the law wants named on the site and on invoices."""
    if not business_exists():
        return warn("business", "not set up: open the link of bin/perenne owner-link.")
    missing = missing_identity()
    if not missing:
        return ok("business", "complete")
    names = ", ".join(
        str(getattr(Business._meta.get_field(name), "verbose_name", name))
        for name in missing
    )
    return warn("business", f"missing at /desk/business/: {names}.")


def law(*, now: datetime) -> Finding:
    """Look at how old the dated figures of the law are."""
    stale = sorted({rule.dataset for rule in stale_rules(now.date())})
    if not stale:
        return ok("law", "every figure in force was checked within a year")
    return warn("law", f"not checked for a year: {', '.join(stale)}. Upgrade.")


def payment_events(*, now: datetime) -> Finding:
    """Look at what payment providers told, and at the nightly comparison with them."""
    state = inbox_state(now)
    if state.failing:
        return problem(
            "events",
            f"{state.failing} payment events fail: see /desk/payment-events/.",
        )
    if state.late_disputes:
        return problem(
            "events",
            f"{state.late_disputes} disputes must be answered within three days: see "
            "/desk/disputes/.",
        )
    if state.differences:
        return warn(
            "events",
            f"{state.differences} differences with the provider: see "
            "/desk/reconciliation/.",
        )
    if state.waiting:
        return warn("events", f"{state.waiting} payment events wait for an hour.")
    return ok("events", "every payment event is taken over")


def ledger() -> Finding:
    """Look at the newest seals of the books."""
    rows = ledger_size()
    found = newest_chain_breaks(_ROWS_OF_LEDGER)
    if found:
        return problem(
            "ledger",
            f"broken at row {found[0].sequence} ({found[0].what}): keep a copy of the "
            "data, run bin/perenne check-ledger and restore from a backup.",
        )
    if rows > _ROWS_OF_LEDGER:
        return ok("ledger", f"the newest {_ROWS_OF_LEDGER} of {rows} rows hold")
    return ok("ledger", f"{rows} rows, every seal holds")
