"""The owner's one-time link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.utils import perform_login
from django.conf import settings
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from perenne.core import clock
from perenne.core.web.first_run import allow_set_up
from perenne.core.web.ratelimit import client_address, limit
from perenne.people.actions.owner_links import OwnerLinkNotValid, use_owner_link
from perenne.people.queries import owner_account, owner_link_is_valid

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button; the press signs the owner in, or opens the set-up at first run.

    A GET changes nothing: mail programs and previews follow links.
    """
    limit("owner-link", client_address(request), times=20, seconds=600)
    now = clock.now()
    if request.method == "POST":
        try:
            use_owner_link(token, now=now)
        except OwnerLinkNotValid:
            return _page(request, valid=False)
        return _let_in(request)
    return _page(request, valid=owner_link_is_valid(token, now=now))


def _let_in(request: HttpRequest) -> HttpResponse:
    owner = owner_account()
    if owner is None:
        allow_set_up(request)
        return redirect(settings.FIRST_RUN_URL)
    response: HttpResponse = perform_login(
        request, owner, redirect_url=settings.DESK_URL
    )
    return response


def _page(request: HttpRequest, *, valid: bool) -> HttpResponse:
    return render(
        request,
        "people/public/enter.html",
        {"valid": valid},
        status=200 if valid else 410,
    )
