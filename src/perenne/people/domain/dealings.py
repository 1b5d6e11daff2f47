"""What an app has had to do with a person: for their card and for how long to keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from perenne.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that holds now: a subscription, a pass, a session to come.

    words   what it is, in the active language
    detail  its state or how long it holds
    url     the page where it is dealt with, "" when there is none
    """

    words: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened at an instant."""

    at: datetime
    words: str
    url: str = ""


class PersonDealings(Protocol):
    """One app's part of the person card."""

    @property
    def title(self) -> Any:
        """Return the name of the section and of the filter, in the active language."""
        ...

    def standing(self, person_id: int, *, now: datetime) -> Sequence[Standing]:
        """Return what holds now; nothing when there is nothing to show."""
        ...

    def happened(
        self, person_id: int, *, until: datetime, most: int
    ) -> Sequence[Happening]:
        """Return up to `most` things that happened at `until` or before, newest first."""
        ...

    def last_contacts(self, person_ids: Sequence[int]) -> dict[int, datetime]:
        """Return when each person last turned to us, where they did (R32)."""
        ...


person_dealings: Registry[PersonDealings] = Registry("person dealings")
