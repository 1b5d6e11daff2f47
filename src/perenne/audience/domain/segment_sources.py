"""Conditions that apps above the audience bring to segments: has bought, is a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from perenne.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Sequence


class SegmentSource(Protocol):
    """One kind of condition, registered under the key that expressions use as "on".

    label  what the owner chooses from, translatable: "Has bought"
    """

    @property
    def label(self) -> Any:
        """Return the name of the condition in the active language."""
        ...

    def choices(self) -> Sequence[tuple[str, str]]:
        """Return (value, label) of what can be asked for."""
        ...

    def sentence(self, value: str, *, wanted: bool) -> str:
        """Return the condition in words: "bought the course “Light”"."""
        ...

    def members(self, value: str) -> Any:
        """Return a queryset with one column: ids of the persons it holds for."""
        ...


segment_sources: Registry[SegmentSource] = Registry("segment sources")
