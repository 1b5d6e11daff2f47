"""Who asks, when a proxy stands in between."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Put the visitor's own address where the proxy's stood.

    X-Forwarded-For is believed from a trusted proxy only, and read from its right end: what
    stands further left, a visitor may have written. Rate limits and proofs of consent count
    by this address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Read which proxies are trusted."""
        self.get_response = get_response
        self.trusted = [ip_network(text) for text in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, knowing who asks."""
        peer = str(request.META.get("REMOTE_ADDR", ""))
        if self.trusted and self._is_trusted(peer):
            request.META["REMOTE_ADDR"] = self._visitor(request, peer)
        return self.get_response(request)

    def _visitor(self, request: HttpRequest, peer: str) -> str:
        found = peer
        hops = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        for hop in reversed([hop.strip() for hop in hops]):
            if not _is_address(hop):
                break
            found = hop
            if not self._is_trusted(hop):
                break
        return found

    def _is_trusted(self, text: str) -> bool:
        if not _is_address(text):
            return False
        address = ip_address(text)
        return any(address in network for network in self.trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
