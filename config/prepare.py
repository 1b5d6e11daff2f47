"""What `bin/up` does when the program changed: catalogues, database, static files, demo."""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


# Models built for a migration hold each other: fewer, larger collections free them faster.
_COLLECT_AFTER = 50_000


def _step(name: str, work: Callable[[], object]) -> None:
    started = time.monotonic()
    print(f"  {name} …", end=" ", flush=True)
    work()
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def lay_tables() -> None:
    """Bring the tables up to date.

    On an empty database the content engine's first: each of its hundreds of small steps
    makes Django build anew the models that are related to its own. After ours, nearly
    all are.
    """
    from django.core.management import call_command
    from django.db import connection

    gc.freeze()  # what was imported stays: not worth looking through each time
    gc.set_threshold(_COLLECT_AFTER)
    if not connection.introspection.table_names():
        call_command("migrate", "wagtailcore", interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)


def main(*, demo: bool) -> None:
    """Run every step; each is quick when there is nothing to do and safe to repeat."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.messages import compile_catalogues

    _step("Translations", compile_catalogues)
    import django

    django.setup()
    from django.core.management import call_command

    _step("Database", lay_tables)
    from perenne.people.api import keep_roles

    _step("Roles of the team", keep_roles)
    _step(
        "Style sheets, scripts and pictures",
        lambda: call_command("collectstatic", interactive=False, verbosity=0),
    )
    if demo:
        from perenne.core.queries import business_exists

        if not business_exists():
            print("  Sample business, eighteen months of it:", flush=True)
            call_command("build_demo")


if __name__ == "__main__":
    main(demo="--demo" in sys.argv)
