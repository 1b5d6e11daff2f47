"""Build the house in which every public and member page has something to show.

Its parts stand beside this file; each returns its stops.
"""

from __future__ import annotations

from tests.journeys.fullhouse import buying, catalogue, events, members, visitors


def build(now):
    """Fill the house of a business that exists; return its stops."""
    shop = catalogue.Shop(now)
    stops = visitors.open_site(shop) + catalogue.open_catalogue(shop)
    members.open_accounts(shop)
    stops += members.live_past(shop)
    stops += buying.buy_past(shop)
    stops += buying.buy_today(shop)
    stops += visitors.open_letter(shop) + visitors.open_practice(shop)
    stops += events.hold_events(shop)
    return stops + members.portal_stops(shop)
