"""Reads about subscriptions taken over from another system (OP3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from perenne.money.domain.subscriptions.takeovers import Target
from perenne.money.models import Offer, Price, Takeover
from perenne.money.queries.offers.offers import current_prices

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from perenne.money.domain.subscriptions.takeovers import Billed
    from perenne.money.models import Subscription

type PriceHere = tuple[Offer, Price]

_BATCH = 500


def taken_refs(refs: Iterable[str]) -> set[str]:
    """Return those of the references that were taken over before."""
    rows = Takeover.objects.filter(provider="stripe", provider_ref__in=list(refs))
    return set(rows.values_list("provider_ref", flat=True))


def unreleased_ids() -> list[int]:
    """Return the take-overs whose former system was not told yet, oldest first."""
    rows = Takeover.objects.filter(released_at=None).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:_BATCH])


def unreleased_refs(refs: Iterable[str]) -> dict[str, int]:
    """Return by reference the take-overs whose former system was not told yet."""
    rows = Takeover.objects.filter(provider_ref__in=list(refs), released_at=None)
    return dict(rows.values_list("provider_ref", "pk"))


def is_still_billed_elsewhere(row: Subscription) -> bool:
    """Tell whether its former system may still charge: our clock then waits."""
    return Takeover.objects.filter(subscription=row, released_at=None).exists()


def target_of(price: Price) -> Target:
    """Return a price as something that another system's price is mapped to."""
    return Target(
        price.offer_id,
        price.pk,
        price.currency,
        price.interval,
        price.interval_count,
    )


def targets(now: datetime) -> list[PriceHere]:
    """Return every price that renews without end, by offer."""
    found = []
    for offer in Offer.objects.order_by("title", "pk"):
        found += [
            (offer, price)
            for price in current_prices(offer.pk, now)
            if price.interval != "one_off" and price.instalments == 1
        ]
    return found


def likely_price(row: Billed, choices: list[PriceHere]) -> Price | None:
    """Return the one price of the same amount, currency and rhythm; None if not one."""
    wanted = (row.amount_cents, row.currency, row.interval, row.interval_count)
    found = [
        price
        for _offer, price in choices
        if wanted
        == (price.amount_cents, price.currency, price.interval, price.interval_count)
    ]
    return found[0] if len(found) == 1 else None


def takeover_reason(code: str, detail: str = "") -> str:
    """Return why a subscription stays where it is, in the active language."""
    sentences = {
        "not_a_subscription": _("This is not a subscription of Stripe."),
        "not_live": _("It is not active there (%(detail)s)."),
        "paused": _("Its payments are paused there. Resume it first."),
        "by_invoice": _("It is paid by invoice there, without a saved card."),
        "discount": _("It has a discount there. Wait until it ends, or end it."),
        "tax_on_top": _("Tax is added to its price there: the amount is not known."),
        "several_things": _("It holds several prices or a quantity."),
        "price_unreadable": _("Its price is not a fixed amount."),
        "period_unreadable": _("Its period cannot be read."),
        "no_customer": _("It names no customer."),
        "no_email": _("Its customer’s e-mail address is not known."),
        "no_method": _("No saved card or account is known for it."),
        "period_over": _("Its period is over: the data are too old."),
        "unmapped": _("Say which offer and price %(detail)s is."),
        "currency": _("It is charged in %(detail)s, the chosen price is not."),
        "rhythm": _("It renews in another rhythm than the chosen price."),
        "unreachable": _("Stripe does not answer. Try again: nothing is done twice."),
        "refused": _("Stripe refuses: %(detail)s."),
    }
    return sentences[code] % {"detail": detail}
