"""Personal-data requests: what every app that knows a person must be able to do (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from perenne.core.registry import Registry

if TYPE_CHECKING:
    from datetime import datetime


class PersonalDataHandler(Protocol):
    """One app's answer to access and erasure requests.

    `tables` names the app's models that point to a Person ("audience.consent"): a test
    checks that no table is forgotten. `title` is what the person reads above it.
    """

    title: Any
    tables: frozenset[str]

    def export(self, person_id: int) -> dict[str, Any]:
        """Return all the app knows of the person, as JSON values."""
        ...

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Erase or make anonymous what the law does not oblige the owner to keep."""
        ...


personal_data: Registry[PersonalDataHandler] = Registry("personal-data handlers")
