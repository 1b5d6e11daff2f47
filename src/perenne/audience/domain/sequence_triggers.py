"""Events that apps above the audience let a sequence of letters begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from perenne.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class SequenceTrigger(Protocol):
    """One kind of event, registered under the key that a sequence keeps.

    label  what the owner chooses from, translatable: "Bought"
    """

    @property
    def label(self) -> Any:
        """Return the name of the event in the active language."""
        ...

    def choices(self) -> Sequence[tuple[str, str]]:
        """Return (value, label) of what it can be about."""
        ...

    def sentence(self, value: str) -> str:
        """Return the event in words: "bought the course “Light”"."""
        ...

    def happened(
        self, value: str, *, after: datetime, until: datetime
    ) -> Iterable[tuple[int, datetime]]:
        """Yield (person id, instant) of the events in (after, until], oldest first."""
        ...


sequence_triggers: Registry[SequenceTrigger] = Registry("sequence triggers")
