"""Rate limits on forms and sign-in, counted in the shared cache."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.cache import cache

from perenne.core.errors import TooManyAttempts

if TYPE_CHECKING:
    from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the visitor's network address as the web server saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def limit(scope: str, key: str, *, times: int, seconds: int) -> None:
    """Count one attempt; TooManyAttempts once `times` within `seconds` is passed.

    The key (an address, an e-mail) is hashed: the cache keeps no personal data.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    name = f"limit:{scope}:{digest}"
    cache.add(name, 0, timeout=seconds)
    try:
        count = cache.incr(name)
    except ValueError:  # it expired between the two calls
        cache.set(name, 1, timeout=seconds)
        count = 1
    if count > times:
        raise TooManyAttempts(scope=scope)
