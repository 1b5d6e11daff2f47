"""Upward calls without upward imports.

A lower app owns a Registry of a Protocol; an upper app adds its implementation in
`AppConfig.ready()`. The list of registries is closed: docs/adr/0006-upward-calls.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Registry[P]:
    """Implementations of the Protocol P by key, in order of registration."""

    def __init__(self, name: str) -> None:
        """Name the registry as its error messages should."""
        self.name = name
        self._entries: dict[str, P] = {}

    def register(self, key: str, implementation: P) -> None:
        """Add an implementation; ValueError if the key is taken by another one."""
        held = self._entries.setdefault(key, implementation)
        if held is not implementation:
            raise ValueError(f"{self.name}: {key!r} is already registered")

    def get(self, key: str) -> P:
        """Return the implementation; LookupError names the known keys."""
        try:
            return self._entries[key]
        except KeyError:
            known = ", ".join(sorted(self._entries)) or "none"
            raise LookupError(f"{self.name}: no {key!r} (known: {known})") from None

    def __iter__(self) -> Iterator[tuple[str, P]]:
        """Iterate over (key, implementation)."""
        return iter(list(self._entries.items()))

    def __contains__(self, key: object) -> bool:
        """Tell whether the key is registered."""
        return key in self._entries
