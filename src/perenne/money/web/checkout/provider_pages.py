"""Pages whose form may end on the payment provider's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.views.decorators.csp import csp_override

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_PROVIDER_PAGES = "https://checkout.stripe.com"


def leads_to_provider(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let a form of this page end on the provider's payment page, and nowhere else."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        base = urlsplit(settings.STRIPE_API_BASE)
        pages = f"{base.scheme}://{base.netloc}" if base.netloc else _PROVIDER_PAGES
        policy = settings.SECURE_CSP | {
            "form-action": [*settings.SECURE_CSP["form-action"], pages]
        }
        return csp_override(policy)(view)(request, *args, **kwargs)

    return guarded
