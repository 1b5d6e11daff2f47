"""Commits that survive a power cut, for the few writes that must (docs/adr/0012)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def durable() -> Iterator[None]:
    """Make the transactions inside reach the disk before they are answered.

    SQLite in WAL mode syncs at checkpoints only (synchronous=NORMAL): a power cut may
    take the last commits. Inside this block each commit is synced (FULL). Put it around
    the outermost transaction, at the edge: SQLite changes nothing while one is open.
    PostgreSQL syncs every commit already.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")
