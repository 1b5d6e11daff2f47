"""Which addresses of a file were met, without holding a million of them in memory."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class SeenAddresses:
    """The places where addresses stood first, in a file of its own that closing removes."""

    def __init__(self) -> None:
        """Begin with none."""
        # "" is a private file on disk, deleted when it is closed; 4 MiB of it stay in memory.
        self._database = sqlite3.connect(
            "", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA cache_size = -4096")
        self._database.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY, place)")

    def __enter__(self) -> Self:
        """Use it for one reading of a file."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Remove the file."""
        self._database.close()

    def first_places(self, rows: Iterable[tuple[str, str]]) -> list[str]:
        """Note (address, place) rows; return for each the place where it stood first."""
        keyed = [(hash(address), place) for address, place in rows]
        with closing(self._database.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", keyed)
            cursor.execute("COMMIT")
            cursor.execute(
                "SELECT key, place FROM seen WHERE key IN (SELECT value FROM json_each(?))",
                [json.dumps([key for key, _place in keyed])],
            )
            first = dict(cursor.fetchall())
        return [first[key] for key, _place in keyed]
