"""What segments may ask for: each kind of condition and whoever answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from perenne.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.audience.domain.segments import Asked, Condition, Kind


class SegmentSource(Protocol):
    """One kind of condition, registered under the key that expressions use as "on".

    label  what the owner chooses from, translatable: "Has bought"
    group  the heading it stands under, translatable: "Purchases"
    kind   which operators it knows: "choice", "text", "date" or "number"
    """

    @property
    def label(self) -> Any:
        """Return the name of the condition in the active language."""
        ...

    @property
    def group(self) -> Any:
        """Return the heading in the active language."""
        ...

    @property
    def kind(self) -> Kind:
        """Return which operators the condition knows."""
        ...

    def choices(self) -> Sequence[tuple[str, str]]:
        """Return (value, label) of what a choice can be; nothing for other kinds."""
        ...

    def sentence(self, condition: Condition, names: dict[str, str]) -> str:
        """Return the condition in words: "bought “Light”"; `names` labels the choices."""
        ...

    def members(self, asked: Asked) -> Any:
        """Return a queryset with one column: ids of the persons it holds for."""
        ...


segment_sources: Registry[SegmentSource] = Registry("segment sources")
