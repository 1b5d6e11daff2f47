"""Which of the SDK's errors may be tried again, and which are final."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import stripe

from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_RETRYABLE_STATUS = 500
# A key that was revoked or may not do this says nothing about the payment: the owner
# mends it, and nobody's card was declined in the meantime.
_LATER = (
    stripe.APIConnectionError,
    stripe.RateLimitError,
    stripe.IdempotencyError,
    stripe.AuthenticationError,
    stripe.PermissionError,
)


@contextmanager
def told_apart() -> Iterator[None]:
    """Raise ProviderUnavailable or ProviderRefused in place of the SDK's errors.

    A card error passes: its meaning depends on the call.
    """
    try:
        yield
    except stripe.CardError:
        raise
    except _LATER as error:
        raise ProviderUnavailable(type(error).__name__) from error
    except stripe.StripeError as error:
        status = error.http_status or _RETRYABLE_STATUS
        busy = error.code in {"lock_timeout", "idempotency_key_in_use"}
        if status >= _RETRYABLE_STATUS or busy:
            raise ProviderUnavailable(str(error.code or status)) from error
        raise ProviderRefused(str(error.code or status)) from error
