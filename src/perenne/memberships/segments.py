"""Segments by membership: those who left, to be written to if they agreed to letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from perenne.money.api import people_who_left

if TYPE_CHECKING:
    from collections.abc import Sequence

_WAYS = {
    "voluntary": _("who ended it themselves"),
    "involuntary": _("whose payment was given up"),
}


class FormerMembers:
    """Former subscribers who subscribe to nothing now, by how it ended (win-back)."""

    label = _("Has left a subscription")

    def choices(self) -> Sequence[tuple[str, str]]:
        """Return the two ways in which a subscription ends."""
        return [(value, str(label)) for value, label in _WAYS.items()]

    def sentence(self, value: str, *, wanted: bool) -> str:
        """Return "former subscribers who ended it themselves"."""
        words = str(_WAYS.get(value, value))
        if wanted:
            return gettext("former subscribers %(who)s") % {"who": words}
        return gettext("no former subscribers %(who)s") % {"who": words}

    def members(self, value: str) -> Any:
        """Return the ids of the persons it holds for."""
        return people_who_left(value)
