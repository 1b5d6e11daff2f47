"""Where mail providers tell us what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.mail.actions.bounces import Origin, record_report
from perenne.mail.gateways.esp_events import (
    PROVIDERS,
    NotFromProvider,
    UnreadableEvent,
    reports_from,
)

if TYPE_CHECKING:
    from django.http import HttpRequest


class MailProviderName:
    """The name of a mail provider in an address."""

    regex = "[a-z]+"

    def to_python(self, value: str) -> str:
        """Return the name; ValueError when there is no such provider."""
        if value not in PROVIDERS:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        """Return the name."""
        return value


@csrf_exempt
@require_POST
def mail_hook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in bounces and complaints; 400 unless the provider proves itself."""
    try:
        found = reports_from(
            provider,
            request,
            secret=settings.MAIL_HOOK_SECRET,
            signing_key=settings.MAIL_HOOK_SIGNING_KEY,
        )
    except (NotFromProvider, UnreadableEvent):
        return HttpResponse(status=400)
    for each in found:
        origin = Origin(f"hook:{provider}", each.fingerprint, is_trusted=True)
        record_report(each.report, origin=origin, now=clock.now())
    return HttpResponse(status=200)
