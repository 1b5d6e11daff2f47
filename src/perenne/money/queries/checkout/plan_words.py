"""What a price costs in plain sentences: for the offer's page, checkout, and the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.defaultfilters import date as write_date
from django.utils.translation import gettext, ngettext, pgettext

from perenne.core.templatetags.perenne import money
from perenne.money.queries.checkout.baskets import Basket
from perenne.money.queries.checkout.checkout import first_charge_on, period_words

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.plans import Stretch
    from perenne.money.models import Price


def price_words(price: Price) -> str:
    """Return the price in one phrase: "3 × 90 € every month", "9 € per month"."""
    amount, period = money(price.amount_cents, price.currency), period_words(price)
    if price.instalments > 1:
        return f"{price.instalments} × {amount} {period}"
    if price.minimum_cents is not None:
        words = pgettext("price", "from %(minimum)s, as you choose") % {
            "minimum": money(price.minimum_cents, price.currency)
        }
        return f"{words} {period}".strip()
    return f"{amount} {period}".strip()


def trial_words(price: Price) -> str:
    """Return what the trial is, or ""."""
    if not price.trial_days:
        return ""
    days = ngettext("%(count)d day", "%(count)d days", price.trial_days) % {
        "count": price.trial_days
    }
    if not price.trial_price_cents:
        return gettext("%(days)s free to begin with") % {"days": days}
    amount = money(price.trial_price_cents, price.currency)
    return gettext("%(days)s for %(amount)s to begin with") % {
        "days": days,
        "amount": amount,
    }


def owner_words(price: Price) -> list[str]:
    """Return what the owner set beside the amount, a phrase each."""
    found = [trial_words(price)] if price.trial_days else []
    if price.instalments > 1:
        whole = money(price.instalments * price.amount_cents, price.currency)
        found.append(gettext("%(amount)s in all") % {"amount": whole})
        found.append(
            gettext("access waits while one is unpaid")
            if price.access_on_default == "suspend"
            else gettext("access stays if one is unpaid")
        )
    if price.minimum_cents is not None:
        amount = money(price.amount_cents, price.currency)
        found.append(gettext("we suggest %(amount)s") % {"amount": amount})
    return found


def plan_sentences(basket: Basket, now: datetime) -> list[str]:
    """Return what is paid after today, a sentence each (R42, R66)."""
    plan, price = basket.plan, basket.price
    if not plan.after:
        return [gettext("A single payment; nothing renews.")]
    found = [_stretch(basket, row, first=not at) for at, row in enumerate(plan.after)]
    if basket.terms.trial_days:
        found.insert(
            0,
            gettext("The first charge of %(amount)s comes on %(day)s, after the trial.")
            % {
                "amount": money(plan.after[0].cents, price.currency),
                "day": write_date(first_charge_on(basket, now), "DATE_FORMAT"),
            },
        )
    if plan.total_cents is not None:
        found.append(
            gettext("%(amount)s in all, then nothing more is due.")
            % {"amount": money(plan.total_cents, price.currency)}
        )
    else:
        found.append(
            gettext("Renewed by itself until you end it online, free of charge.")
        )
    return found


def _stretch(basket: Basket, row: Stretch, *, first: bool) -> str:
    words = {
        "amount": money(row.cents, basket.price.currency),
        "period": period_words(basket.price),
        "count": row.count or 0,
    }
    if row.count is None:
        if (
            first
            and basket.plan.today_cents == row.cents
            and not basket.terms.trial_days
        ):
            return gettext("%(amount)s %(period)s.") % words
        return gettext("Then %(amount)s %(period)s.") % words
    return (
        ngettext(
            "Then one payment of %(amount)s, %(period)s.",
            "Then %(count)d payments of %(amount)s, %(period)s.",
            row.count,
        )
        % words
    )
