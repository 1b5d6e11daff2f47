"""A request's language and time zone, and what a refusal looks like uncaught."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from perenne.core.errors import Refusal
from perenne.core.queries import current_business
from perenne.core.web.zones import SESSION_KEY, LazyZone, zone_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_CODES = {code for code, _name in settings.LANGUAGES}


def request_language(request: HttpRequest) -> str:
    """Return the language for this request.

    The person's choice (cookie) first, then the browser's wish, then French.
    """
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in _CODES:
        return chosen
    if "HTTP_ACCEPT_LANGUAGE" in request.META:
        return translation.get_language_from_request(request)
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Activate the request's language; never a redirect, never a cookie of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the visitor's language and say so in the headers."""
        language = request_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class BusinessMiddleware:
    """Give the request its business and its time zone; nothing is read until used.

    Members see times in their own zone when it is known, everybody else in the
    business's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with dates in the right zone."""
        business = SimpleLazyObject(current_business)
        request.business = business  # type: ignore[attr-defined]

        def zone_name() -> str:
            own = str(request.session.get(SESSION_KEY, ""))
            if own and not request.path.startswith(settings.DESK_URL):
                return own
            return str(business.time_zone) if business else ""

        with timezone.override(LazyZone(lambda: zone_named(zone_name()))):
            return self.get_response(request)


class DeskPolicyMiddleware:
    """Let the content engine's own screens style their widgets inline; nobody else.

    Our screens say so themselves (desk_view); the engine's cannot.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the desk's content policy under the desk's address."""
        response = self.get_response(request)
        if request.path.startswith(settings.DESK_URL):
            vars(response).setdefault("_csp_config", settings.DESK_CSP)
        return response


class RefusalMiddleware:
    """Turn a refusal that no form caught into a page with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer with the refusal's sentence and status; other errors go on."""
        if not isinstance(exception, Refusal):
            return None
        return render(
            request,
            "core/refusal.html",
            {"refusal": exception},
            status=exception.http_status,
        )
