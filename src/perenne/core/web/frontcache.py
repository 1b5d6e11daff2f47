"""Answer anonymous visitors from memory: the outermost middleware."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse

from perenne.core import frontcache
from perenne.core.web.middleware import request_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

# Cookies that do not change what a page says to everybody.
_HARMLESS = {"language", "privacy"}
_LARGEST_BYTES = 512 * 1024
_PAGES = 512


@dataclass(frozen=True, slots=True)
class _Kept:
    until: float
    generation: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class FrontCacheMiddleware:
    """Keep pages whose view said so (`front_cached`) and serve them without any query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response
        self.pages: OrderedDict[tuple[str, str, str], _Kept] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from memory, or make the page and keep it."""
        if request.method != "GET" or not _HARMLESS.issuperset(request.COOKIES):
            return self.get_response(request)
        host = request.META.get("HTTP_HOST", "")
        key = (host, request.get_full_path(), request_language(request))
        generation, now = frontcache.generation(), time.monotonic()
        kept = self.pages.get(key)
        if kept and kept.generation == generation and kept.until > now:
            return HttpResponse(kept.body, headers=dict(kept.headers))
        response = self.get_response(request)
        if _may_be_kept(request, response):
            self._keep(key, _kept(response, generation, now + frontcache.SECONDS))
        return response

    def _keep(self, key: tuple[str, str, str], kept: _Kept) -> None:
        self.pages[key] = kept
        self.pages.move_to_end(key)
        while len(self.pages) > _PAGES:
            self.pages.popitem(last=False)


def _kept(response: HttpResponse, generation: int, until: float) -> _Kept:
    headers = tuple(response.headers.items())
    return _Kept(until, generation, headers, bytes(response.content))


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        getattr(request, "front_cached", False)
        and response.status_code == 200
        and not response.cookies
        and not response.streaming
        and len(response.content) <= _LARGEST_BYTES
        and not settings.DEBUG
    )
