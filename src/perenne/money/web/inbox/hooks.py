"""Where the providers tell us that something happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from perenne.core.clock import now
from perenne.money.actions.inbox.events import receive_event
from perenne.money.gateways.protocol import BadSignature
from perenne.money.gateways.providers import provider, providers

if TYPE_CHECKING:
    from django.http import HttpRequest


class ProviderName:
    """The name of a payment provider in an address."""

    regex = "[a-z0-9-]+"

    def to_python(self, value: str) -> str:
        """Return the name; ValueError leaves the address to other apps."""
        if value not in providers:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        """Return the name."""
        return value


@csrf_exempt
@require_POST
def provider_hook(request: HttpRequest, name: str) -> HttpResponse:
    """Store the event once and answer; it is handled afterwards."""
    signature = request.headers.get(provider(name).signature_header or "-", "")
    try:
        receive_event(name, request.body, signature, now=now())
    except BadSignature:
        return HttpResponse(status=400)
    return HttpResponse(status=200)
