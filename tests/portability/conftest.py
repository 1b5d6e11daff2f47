"""Bring a file in to the end, as the desk and the command do."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from perenne.portability.actions.import_runs import run_import
from perenne.portability.actions.imports import add_import, start_import

_HERE = Path(__file__).resolve()
# Real files that nobody here wrote lie beside the checkout, when they do.
SHARED = next(
    (p / "shared" / "data" for p in _HERE.parents if (p / "shared" / "data").is_dir()),
    _HERE.parent / "shared" / "data",
)


@pytest.fixture
def take_in(db, now):
    """Keep bytes as a file to import: take_in(data, name="members.csv", choices=None)."""

    def add(data, *, name="members.csv", choices=None):
        return add_import(
            io.BytesIO(data), file_name=name, choices=choices, now=now, actor="owner"
        )

    return add


@pytest.fixture
def begin(now):
    """Queue an import: begin(imported, mapping=None, basis="consent", dry_run=False)."""

    def start(imported, *, mapping=None, basis="consent", dry_run=False, **options):
        start_import(
            imported,
            basis=basis,
            mapping=imported.mapping | (mapping or {}),
            dry_run=dry_run,
            now=now,
            actor="owner",
            **options,
        )
        return imported

    return start


@pytest.fixture
def bring(take_in, begin):
    """Import bytes to the end: bring(data, name=…, mapping=…, dry_run=…, tags=…)."""

    def run(data, *, name="members.csv", choices=None, **options):
        imported = begin(take_in(data, name=name, choices=choices), **options)
        return run_import(imported.pk, actor="owner")

    return run
