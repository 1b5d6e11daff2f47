"""The ways to pay that work for a checkout now (MB22, MB23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from perenne.money.gateways.providers import FREE, provider, ready_names

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from perenne.core.models import Business

SEPA = "sepa"
_STRIPE, _DEBIT = "stripe", "sepa_debit"


def methods_for(
    *,
    gross_cents: int,
    currency: str,
    business: Business | None,
    once: bool,
    charged_again: bool = False,
) -> tuple[str, ...]:
    """Return the ways to pay a sum, the usual one first; nothing is paid for nothing.

    A SEPA debit is offered beside the card when the mandate can name the owner as its
    creditor (R129); else Stripe's page has it, with a mandate of its own.

    once           nothing is due later; else a way to pay is asked for although nothing
                   is due now
    charged_again  a trial or instalments: they cannot be paid by hand
    """
    if once and not gross_cents:
        return (FREE,)
    found = []
    for name in ready_names():
        if charged_again and provider(name).by_hand:
            continue
        found.append(name)
        if name == _STRIPE and currency == "EUR" and has_own_mandate(business):
            found.append(SEPA)
    return tuple(found)


def has_own_mandate(business: Business | None) -> bool:
    """Tell whether our own words of the mandate can be used."""
    creditor = business.sepa_creditor_id if business else ""
    return bool(creditor) and _DEBIT in settings.STRIPE_METHODS


def label_of(method: str) -> str | _StrPromise:
    """Return what the buyer chooses."""
    if method == SEPA:
        return _("By SEPA debit from your bank account")
    return provider(method).label


def provider_of(method: str) -> str:
    """Return the name of the provider that takes a way to pay."""
    return _STRIPE if method == SEPA else method


def means_for(*, by_debit: bool, business: Business | None) -> tuple[str, ...]:
    """Return what Stripe's page may offer: what the buyer chose here; empty: all of it."""
    if by_debit:
        return (_DEBIT,)
    if not has_own_mandate(business):
        return ()
    return tuple(name for name in settings.STRIPE_METHODS if name != _DEBIT)


def by_debit(consents: list[dict[str, str]]) -> bool:
    """Tell whether the mandate of a debit was agreed to: its page is another one."""
    return any(consent["key"] == f"{SEPA}_mandate" for consent in consents)
