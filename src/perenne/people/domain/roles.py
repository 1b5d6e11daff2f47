"""What each role of the team may do at the desk (OP9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A place in the team; the owner stands above all of them."""

    ASSISTANT = "assistant"
    ACCOUNTANT = "accountant"


@dataclass(frozen=True, slots=True)
class Duties:
    """Permissions by app: "*" is all of an app's, else codenames ("view_*" by their start).

    withheld  codenames that stay the owner's although "*" would give them
    """

    given: dict[str, tuple[str, ...]]
    withheld: tuple[str, ...] = ()

    def include(self, app: str, codename: str) -> bool:
        """Tell whether the permission "<app>.<codename>" is among them."""
        if codename in self.withheld:
            return False
        return any(
            codename.startswith(rule[:-1]) if rule.endswith("*") else codename == rule
            for rule in self.given.get(app, ())
        )


# Money that leaves, the books, what the business is in law and who is in the team stay
# with the owner; the accountant reads and changes nothing.
DUTIES = {
    Role.ASSISTANT: Duties(
        {
            "wagtailadmin": ("access_admin",),
            "wagtailimages": ("*",),
            "wagtaildocs": ("*",),
            "audience": ("*",),
            "community": ("*",),
            "core": ("view_business",),
            "courses": ("*",),
            "launches": ("*",),
            "mail": ("view_message", "change_message"),
            "memberships": ("*",),
            "money": (
                "view_offer",
                "view_order",
                "view_subscription",
                "change_subscription",
                "view_declaration",
                "change_declarationcase",
                "view_invoice",
            ),
            "practice": ("*",),
            "streams": ("view_*", "add_workentry", "change_workentry"),
        },
    ),
    Role.ACCOUNTANT: Duties(
        {
            "wagtailadmin": ("access_admin",),
            "bilan": ("view_*",),
            "core": ("view_business",),
            "money": ("view_*",),
            "streams": ("view_*",),
        },
    ),
}
