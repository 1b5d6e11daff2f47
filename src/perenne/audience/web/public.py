"""Pages for visitors: subscribe, confirm, unsubscribe, choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from perenne.audience.actions.consents import choose_purposes, withdraw_consent
from perenne.audience.actions.signups import (
    ConfirmationExpired,
    confirm_subscription,
    send_new_confirmation,
    subscribe,
)
from perenne.audience.domain.sources import first_touch
from perenne.audience.queries.links import link_of
from perenne.audience.queries.signups import (
    confirmation_by_token,
    purposes_for,
    signup_form,
    wording_shown,
)
from perenne.audience.web.forms import SignupEntry, stamp_of
from perenne.core import clock
from perenne.core.errors import TooManyAttempts
from perenne.core.web.ratelimit import client_address, limit

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

_HOUR = 3600


# No cookie is needed to subscribe: the signed stamp in the page is the proof of origin,
# and the visitor has no rights here that another site could borrow.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe_page(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Show a sign-up form; on POST ask for confirmation by mail.

    The answer is the same whether or not the address is known.
    """
    now = clock.now()
    kept = signup_form(slug)
    wording = wording_shown(kept, language=_language(), on=now.date())
    entry = SignupEntry(
        request.POST if request.method == "POST" else None,
        wording=wording,
        now=now,
        fresh_stamp=stamp_of(_touch(request), now=now),
    )
    status = 200
    if request.method == "POST":
        if entry.is_trapped:
            return redirect("audience_subscribe_sent")
        if entry.is_valid():
            try:
                _ask(request, entry, slug=slug, wording=wording, now=now)
                return redirect("audience_subscribe_sent")
            except TooManyAttempts as refusal:
                entry.add_error(None, str(refusal))
                status = refusal.http_status
        else:
            status = 422
    context = {"kept": kept, "form": entry, "stamp": entry.fresh_stamp}
    return render(request, "audience/public/subscribe.html", context, status=status)


def _touch(request: HttpRequest) -> dict[str, str]:
    return first_touch(
        request.GET,
        referrer=request.headers.get("referer", ""),
        page=request.path,
        own_site=settings.SITE_URL,
    )


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def _ask(
    request: HttpRequest, entry: SignupEntry, *, slug: str, wording: str, now: datetime
) -> None:
    data = entry.cleaned_data
    address = client_address(request)
    limit("subscribe", address, times=20, seconds=_HOUR)
    limit("subscribe-address", data["email"], times=5, seconds=_HOUR)
    subscribe(
        email=data["email"],
        name=data["name"],
        form=slug,
        wording=wording,
        language=_language(),
        page=request.build_absolute_uri(request.path),
        source=entry.touch,
        evidence={"network_address": address},
        now=now,
    )


@require_safe
def subscribe_sent_page(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way."""
    return render(request, "audience/public/sent.html")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button on GET, for mail scanners follow links; subscribe on POST (R20)."""
    now = clock.now()
    waiting = confirmation_by_token(token)
    expired = waiting.used_at is None and waiting.expires_at <= now
    if request.method == "POST" and request.POST.get("again") and expired:
        limit("confirm-again", client_address(request), times=10, seconds=_HOUR)
        send_new_confirmation(token, now=now)
        return redirect("audience_subscribe_sent")
    if request.method == "POST":
        try:
            evidence = {"network_address": client_address(request)}
            waiting = confirm_subscription(token, evidence=evidence, now=now)
        except ConfirmationExpired:
            expired = True
    done = waiting.used_at is not None or (request.method == "POST" and not expired)
    context = {"waiting": waiting, "expired": expired, "done": done}
    status = 410 if expired else 200
    return render(request, "audience/public/confirm.html", context, status=status)


# The token is the right to unsubscribe; mail providers send no cookie (RFC 8058, R24).
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button on GET; stop writing on POST, at once and again and again (R22, R24)."""
    person, letter_id = link_of(token)
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        withdraw_consent(
            person.pk,
            page=request.build_absolute_uri(request.path),
            evidence={"letter": letter_id, "one_click": one_click},
            actor=f"person:{person.pk}",
            now=clock.now(),
        )
        if one_click:
            return HttpResponse("Unsubscribed.", content_type="text/plain")
    context = {"token": token, "done": request.method == "POST"}
    return render(request, "audience/public/unsubscribe.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody agreed to, each with its words; on POST keep their choice."""
    person, _letter_id = link_of(token)
    now = clock.now()
    done = request.method == "POST"
    if done:
        wanted = [] if request.POST.get("none") else request.POST.getlist("purpose")
        choose_purposes(
            person.pk,
            wanted=wanted,
            language=_language(),
            page=request.build_absolute_uri(request.path),
            now=now,
        )
    purposes = purposes_for(person.pk, language=_language(), on=now.date())
    context = {"purposes": purposes, "done": done, "token": token}
    return render(request, "audience/public/preferences.html", context)
