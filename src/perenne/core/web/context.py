"""What every template may show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from perenne.core.queries import current_business

if TYPE_CHECKING:
    from django.http import HttpRequest


def business(request: HttpRequest) -> dict[str, Any]:
    """Give templates `business` (None before set-up), read only when shown, and `demo`."""
    found = vars(request).setdefault("business", SimpleLazyObject(current_business))
    return {"business": found, "demo": settings.DEMO}
