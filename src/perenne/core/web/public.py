"""Pages of the house itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.cache import never_cache

from perenne.core.queries import business_exists

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer "ok" once the web server reaches its database."""
    business_exists()
    return HttpResponse("ok", content_type="text/plain")
