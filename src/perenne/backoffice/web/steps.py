"""The words and pages of the five steps to a first sale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from perenne.backoffice.web.menu import address_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.backoffice.domain.first_steps import Step

# key: the sentence, and the pages that serve it, best first.
_WORDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "identity": (_("Complete what the law wants on your pages"), ("desk_business",)),
    "audience": (
        _("Bring the people who agreed to hear from you"),
        ("desk_portability_imports", "desk_audience_contacts"),
    ),
    "offer": (_("Make an offer with a price"), ("desk_money_offers",)),
    "letter": (_("Write your first letter"), ("desk_audience_letters",)),
    "sale": (_("Open the sale: plan a launch"), ("desk_launches", "desk_money_orders")),
}


def steps_with_words(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return each step with its sentence and the address of its page, "" if none."""
    return [
        {
            "done": step.done,
            "text": _WORDS[step.key][0],
            "href": next(filter(None, map(address_of, _WORDS[step.key][1])), ""),
        }
        for step in steps
    ]
