"""The providers by name: one folder each.

A further one is a folder with a class that meets the Protocol, and a line here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.core.registry import Registry
from perenne.money.gateways.free.provider import NAME as FREE
from perenne.money.gateways.free.provider import FreeProvider
from perenne.money.gateways.stripe.provider import StripeProvider
from perenne.money.gateways.transfer.provider import NAME as TRANSFER
from perenne.money.gateways.transfer.provider import TransferProvider

if TYPE_CHECKING:
    from perenne.money.gateways.protocol import PaymentProvider

__all__ = [
    "FREE",
    "TRANSFER",
    "card_payments_ready",
    "provider",
    "providers",
    "ready_names",
]

providers: Registry[PaymentProvider] = Registry("payment providers")
providers.register("stripe", StripeProvider())
providers.register(TRANSFER, TransferProvider())
providers.register(FREE, FreeProvider())


def provider(name: str) -> PaymentProvider:
    """Return a provider; LookupError for a name that is none."""
    return providers.get(name)


def ready_names() -> list[str]:
    """Return the providers by which a buyer can pay now, in order of registration."""
    return [name for name, service in providers if service.is_ready()]


def card_payments_ready() -> bool:
    """Tell whether the owner's own account at Stripe is connected (MB24)."""
    return provider("stripe").is_ready()
