"""What an offer can grant: the apps above say how, money says when (ADR 0006)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from perenne.core.registry import Registry

if TYPE_CHECKING:
    from datetime import datetime


class FulfilmentHandler(Protocol):
    """One kind of thing that can be bought; called inside money's transaction.

    source  "order:<number>" or "subscription:<pk>"; every call may come twice
    """

    def choices(self) -> list[tuple[str, str]]:
        """Return (key, label) of everything an offer can grant."""
        ...

    def label(self, key: str) -> str:
        """Return what the buyer reads for a key."""
        ...

    def where(self, key: str) -> str:
        """Return the address where the buyer uses it."""
        ...

    def grant(
        self,
        *,
        person_id: int,
        key: str,
        source: str,
        starts_at: datetime,
        ends_at: datetime | None,
        actor: str,
        now: datetime,
    ) -> None:
        """Open it to the person; a second call with the same source changes nothing."""
        ...

    def extend(
        self, *, source: str, ends_at: datetime | None, actor: str, now: datetime
    ) -> None:
        """Let everything granted by the source run until ends_at; None: for good.

        What was suspended opens again by it.
        """
        ...

    def suspend(self, *, source: str, actor: str, now: datetime) -> None:
        """Shut everything granted by the source until extend opens it again."""
        ...

    def drop(self, *, source: str, key: str, actor: str, now: datetime) -> None:
        """Shut one thing granted by the source; grant may give it anew later."""
        ...

    def revoke(self, *, source: str, actor: str, now: datetime) -> None:
        """Close everything granted by the source."""
        ...


fulfilment: Registry[FulfilmentHandler] = Registry("fulfilment handlers")
