"""The menu of the desk: our groups, each entry only for who may open its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from perenne.core.web.desk import ACCESS

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its words, its url name, its icon of the content engine's set."""

    label: str | _StrPromise
    url_name: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one word."""

    name: str
    label: str | _StrPromise
    icon: str
    entries: tuple[Entry, ...]


GROUPS = (
    Group(
        "audience",
        _("Audience"),
        "group",
        (
            Entry(_("Contacts"), "desk_audience_contacts", "user"),
            Entry(_("Letters"), "desk_audience_letters", "mail"),
            Entry(_("Segments"), "desk_audience_segments", "tag"),
            Entry(_("Custom fields"), "desk_audience_fields", "list-ul"),
            Entry(_("Sign-up forms"), "desk_audience_forms", "form"),
            Entry(_("Topics"), "desk_audience_topics", "list-ul"),
            Entry(_("Imports"), "desk_portability_imports", "upload"),
            Entry(_("Erasure requests"), "desk_people_requests", "bin"),
            Entry(_("Retention"), "desk_audience_retention", "time"),
        ),
    ),
    Group(
        "sell",
        _("Sell"),
        "pick",
        (
            Entry(_("Launches"), "desk_launches", "date"),
            Entry(_("Offers"), "desk_money_offers", "tag"),
            Entry(_("Codes"), "desk_money_coupons", "pick"),
            Entry(_("Orders"), "desk_money_orders", "list-ul"),
            Entry(_("Subscriptions"), "desk_money_subscriptions", "rotate"),
            Entry(_("Gifts"), "desk_money_gifts", "pick"),
            Entry(_("Affiliates"), "desk_money_affiliates", "group"),
            Entry(_("Declarations"), "desk_money_declarations", "clipboard-list"),
            Entry(_("Disputes"), "desk_money_disputes", "warning"),
        ),
    ),
    Group(
        "members",
        _("Members"),
        "key",
        (
            Entry(_("Tiers"), "desk_memberships_tiers", "unlocked"),
            Entry(_("Courses"), "desk_courses", "doc-full"),
            Entry(_("Live events"), "desk_community_events", "date"),
        ),
    ),
    Group(
        "practice",
        "1:1",
        "calendar-alt",
        (
            Entry(_("Bookings"), "desk_practice_bookings", "calendar-alt"),
            Entry(_("Services"), "desk_practice_services", "time"),
            Entry(_("Session packs"), "desk_practice_packs", "list-ol"),
            Entry(_("Missions"), "desk_practice_missions", "clipboard-list"),
        ),
    ),
    Group(
        "money",
        _("Money"),
        "table",
        (
            Entry(_("Receipts book"), "desk_money_ledger", "table"),
            Entry(_("Invoices"), "desk_money_invoices", "doc-full"),
            Entry(_("Money from outside"), "desk_money_outside", "download"),
            Entry(_("EU VAT"), "desk_money_vat", "site"),
            Entry(_("Payment events"), "desk_money_events", "history"),
        ),
    ),
    Group(
        "hours",
        _("Hours"),
        "time",
        (
            Entry(_("This week"), "desk_streams_hours", "time"),
            Entry(_("Streams"), "desk_streams", "site"),
            Entry(_("Absences"), "desk_streams_absences", "calendar"),
        ),
    ),
    Group("bilan", _("Bilan"), "view", (Entry(_("Bilan"), "desk_bilan", "view"),)),
)
HOUSE = (
    Entry(_("Business"), "desk_business", "cogs"),
    Entry(_("Team"), "desk_people_team", "group"),
    Entry(_("Legal texts"), "desk_website_legal", "doc-full"),
    Entry(_("Mail sent"), "desk_mail_outbox", "mail"),
    Entry(_("Sending domain"), "desk_mail_domain", "mail"),
    Entry(_("Design system"), "desk_styleguide", "view"),
)
# The content engine's own entries that move into our group "Site".
_CONTENT = ("explorer", "images", "documents", "snippets")
_DROPPED = ("help", "reports")


def address_of(url_name: str) -> str:
    """Return the address of a page, or "" while no app serves it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


class DeskItem(MenuItem):
    """An entry shown to those who may open its page: the page itself says who may."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Ask the page's own permission."""
        wanted = getattr(resolve(self.url).func, "desk_permission", None)
        return wanted is not None and request.user.has_perms([ACCESS, wanted])


def _item(entry: Entry, order: int) -> list[Any]:
    url = address_of(entry.url_name)
    if not url:
        return []
    return [
        DeskItem(
            entry.label, url, name=entry.url_name, icon_name=entry.icon, order=order
        )
    ]


def _group(group: Group, order: int) -> list[Any]:
    items = [
        item for at, entry in enumerate(group.entries) for item in _item(entry, at)
    ]
    if len(items) == 1:
        items[0].order = order
        return items
    return [
        SubmenuMenuItem(
            group.label,
            Menu(items=items),
            name=group.name,
            icon_name=group.icon,
            order=order,
        )
    ]


def arrange(request: HttpRequest, items: list[Any]) -> None:
    """Put our groups first and the content engine's own pages into the group "Site"."""
    content = [item for item in items if item.name in _CONTENT]
    rest = [item for item in items if item.name not in (*_CONTENT, *_DROPPED)]
    for at, item in enumerate(content):
        item.order = at
    pages = [_plain_pages(item, request) for item in content]
    house = [item for at, entry in enumerate(HOUSE, 50) for item in _item(entry, at)]
    site = Group("site", _("Site"), "globe", ())
    ours = [
        *_item(Entry(_("Desk"), "desk_home", "home"), 10),
        *(
            item
            for at, group in enumerate(GROUPS, 2)
            for item in _group(group, at * 10)
        ),
        SubmenuMenuItem(
            site.label,
            Menu(items=[*pages, *house, _own_sign_in()]),
            name=site.name,
            icon_name=site.icon,
            order=900,
        ),
    ]
    items[:] = [item for item in ours if item.is_shown(request)] + rest


def _own_sign_in() -> Any:
    """Lead everyone of the desk to their passkeys and second factor."""
    return MenuItem(
        _("My sign-in"),
        reverse("mfa_index"),
        name="sign_in",
        icon_name="lock",
        order=99,
    )


def _plain_pages(item: Any, request: HttpRequest) -> Any:
    """Turn the page explorer, which only works on the top level, into a plain link.

    It leads past the engine's root, which is for who keeps many sites.
    """
    if item.name != "explorer":
        return item
    may_pass = request.user.has_perm("wagtailcore.change_page")
    url = reverse("desk_site_pages" if may_pass else "wagtailadmin_explore_root")
    return MenuItem(item.label, url, name="pages", icon_name="folder-open-inverse")
