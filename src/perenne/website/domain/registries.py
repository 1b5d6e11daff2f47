"""What apps above the site bring to it: blocks of their own, pages to be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from perenne.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class PageBlock(Protocol):
    """One kind of block that shows facts of another app on a page."""

    @property
    def label(self) -> Any:
        """Return what the owner chooses from, translatable."""
        ...

    @property
    def template(self) -> str:
        """Return the template that draws it."""
        ...

    def choices(self) -> Sequence[tuple[str, str]]:
        """Return (value, label) of what it can show; one pair when there is no choice."""
        ...

    def context(self, value: str, *, language: str, now: datetime) -> Mapping[str, Any]:
        """Return what the template needs. No personal data: the page is cached whole."""
        ...


class MeasuredPage(Protocol):
    """One kind of page whose visits are counted, anonymously and in sum (R8)."""

    @property
    def label(self) -> Any:
        """Return its name in reports, translatable."""
        ...

    def key_of(self, path: str) -> str | None:
        """Return what a visit to the path counts for ("offer:3"), or None."""
        ...


page_blocks: Registry[PageBlock] = Registry("page blocks")
measured_pages: Registry[MeasuredPage] = Registry("measured pages")
