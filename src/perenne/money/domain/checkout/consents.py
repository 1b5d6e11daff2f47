"""Which words a buyer agrees to, by what is sold and to whom (R45, R54, R55)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# consumer_terms.toml: the two boxes of each legal nature, in this order.
_BOXES = {
    "digital_content": ("digital_content_start", "digital_content_waiver"),
    "digital_service": ("service_start", "service_loss"),
    "service": ("service_start", "service_loss"),
    # What is sold together is held to everything that its parts ask for.
    "mixed": (
        "digital_content_start",
        "digital_content_waiver",
        "service_start",
        "service_loss",
    ),
}


def boxes_for(legal_nature: str, *, consumer: bool) -> tuple[str, ...]:
    """Return the keys of the wordings to tick before access can open at once.

    A business has no right of withdrawal (C. conso L221-3 aside), so no box.
    """
    return _BOXES[legal_nature] if consumer else ()


def boxes_for_all(legal_natures: Iterable[str], *, consumer: bool) -> tuple[str, ...]:
    """Return every box that something in the basket asks for, each once."""
    found = (boxes_for(one, consumer=consumer) for one in legal_natures)
    return tuple(dict.fromkeys(key for boxes in found for key in boxes))
