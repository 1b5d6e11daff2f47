"""What needs the owner today: one sentence and one page per line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from perenne.backoffice.web.menu import address_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perenne.backoffice.queries import Overview
    from perenne.money.api import Pressing


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence and where it is dealt with; href is "" while no app serves it."""

    text: str
    href: str


def lines_of_today(overview: Overview) -> list[Line]:
    """Return the lines, most pressing first; empty on a quiet day."""
    return list(_lines(overview))


def _lines(overview: Overview) -> Iterator[Line]:
    yield from _money_lines(overview.money)
    if overview.sessions:
        times = ", ".join(
            date_format(localtime(session.starts_at), "TIME_FORMAT")
            for session in overview.sessions
        )
        count = len(overview.sessions)
        text = ngettext(
            "%(count)s session (%(times)s)", "%(count)s sessions (%(times)s)", count
        )
        yield Line(
            text % {"count": count, "times": times},
            address_of("desk_practice_bookings"),
        )
    for offer in overview.closing_soon:
        closes = date_format(localtime(offer.closes_at), "DATETIME_FORMAT")
        text = _("“%(name)s” closes on %(closes)s") % {"name": offer, "closes": closes}
        yield Line(text, address_of("desk_money_offers"))
    if overview.unlogged_on:
        day = date_format(overview.unlogged_on, "l j F")
        yield Line(
            _("No hours on %(day)s") % {"day": day}, address_of("desk_streams_hours")
        )
    if overview.vat.alerts:
        yield Line(
            _("EU VAT: %(percent)s %% of the threshold for other countries is used")
            % {"percent": overview.vat.percent},
            address_of("desk_money_vat"),
        )


def _money_lines(money: Pressing) -> Iterator[Line]:
    if money.declarations:
        text = ngettext(
            "%(count)s withdrawal or termination to handle",
            "%(count)s withdrawals or terminations to handle",
            money.declarations,
        ) % {"count": money.declarations}
        if money.refund_by:
            day = date_format(money.refund_by, "DATE_FORMAT")
            text = _("%(what)s, money due back by %(day)s") % {"what": text, "day": day}
        yield Line(text, address_of("desk_money_declarations"))
    if money.held_invoices:
        text = ngettext(
            "%(count)s invoice waits for details of your business",
            "%(count)s invoices wait for details of your business",
            money.held_invoices,
        )
        yield Line(
            text % {"count": money.held_invoices}, address_of("desk_money_invoices")
        )
    if money.late_invoices:
        text = ngettext(
            "%(count)s invoice is unpaid after its date",
            "%(count)s invoices are unpaid after their date",
            money.late_invoices,
        )
        yield Line(
            text % {"count": money.late_invoices},
            address_of("desk_money_invoices") + "?state=late",
        )
    if money.late_members:
        text = ngettext(
            "%(count)s member whose payment was declined",
            "%(count)s members whose payment was declined",
            money.late_members,
        )
        yield Line(
            text % {"count": money.late_members},
            address_of("desk_money_subscriptions") + "?state=past_due",
        )
