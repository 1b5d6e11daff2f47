"""The first-run set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from perenne.backoffice.actions import set_up
from perenne.backoffice.web.forms import WelcomeForm
from perenne.core import clock
from perenne.core.queries import business_exists
from perenne.core.web.first_run import may_set_up

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_OWN_BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Ask who the owner is and create the business; open only by the owner's link."""
    if business_exists():
        return redirect(settings.DESK_URL)
    if not may_set_up(request):
        return HttpResponseForbidden(
            render(request, "backoffice/public/not_yours.html").content
        )
    form = WelcomeForm(
        request.POST or None,
        request.FILES or None,
        initial={"language": get_language(), "time_zone": "Europe/Paris"},
    )
    if request.method == "POST" and form.is_valid():
        values = form.identity()
        email = form.cleaned_data["owner_email"]
        owner = set_up(owner_email=email, now=clock.now(), **{"email": email, **values})
        login(request, owner, backend=_OWN_BACKEND)
        answer = redirect(settings.DESK_URL)
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            values["language"],
            max_age=31_536_000,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        return answer
    return render(request, "backoffice/public/welcome.html", {"form": form})
