"""The SDK's client for the owner's own account."""

from __future__ import annotations

from typing import Any

import stripe
from django.conf import settings

TIMEOUT_SECONDS = 20
RETRIES = 2


def client() -> stripe.StripeClient:
    """Return a client with a time limit; its keys are those of the settings of now."""
    addresses: Any = (
        {"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else None
    )
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses=addresses,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )
