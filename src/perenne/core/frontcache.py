"""Whole anonymous pages, kept in each web process and dropped by the actions that change them.

A page is kept only when it was asked for without any cookie but the exempt ones and set
none itself. All processes of a machine share one file, <data>/cache/generation: an action
touches it after its commit, and what was kept before is gone everywhere. On several
machines the file lies on shared storage, or pages live their few seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 60


def _generation_file() -> Path:
    return settings.DATA / "cache" / "generation"


def generation() -> int:
    """Return a number that changes when pages must be made anew."""
    try:
        return _generation_file().stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def drop() -> None:
    """Forget all kept pages once the current transaction is committed."""
    transaction.on_commit(_touch)


def _touch() -> None:
    path = _generation_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
