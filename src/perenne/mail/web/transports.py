"""The owner's screens: where mail goes, how much of it, and how that is going."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotAllowed, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.mail.actions.delivery import wake
from perenne.mail.actions.transports import (
    change_transport,
    forget_transport,
    free_domain,
    limit_domain,
    transport_named,
    wake_transport,
)
from perenne.mail.actions.upkeep import send_test
from perenne.mail.domain.esp import SERVICES
from perenne.mail.queries.transports import transport_problems, transports_shown
from perenne.mail.web.forms import DomainLimitForm, TransportForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@desk_view("mail.view_transport")
def transports(request: HttpRequest) -> HttpResponse:
    """List the ways out for mail, and what each is doing."""
    context = {
        "transports": transports_shown(now=clock.now()),
        "problems": transport_problems(),
        "services": SERVICES.values(),
    }
    return render(request, "mail/desk/transports.html", context)


@desk_view("mail.view_transport")
def transport(request: HttpRequest, name: str) -> HttpResponse:
    """Show one way out; change what it carries and its limits."""
    found = transport_named(name)
    now = clock.now()
    form = TransportForm(request.POST or None, instance=found, today=now.date())
    if request.method == "POST":
        _must_change(request)
        if form.is_valid():
            change_transport(
                name, **form.cleaned_data, actor=actor_of(request), now=now
            )
            messages.success(request, _("The limits are saved."))
            return redirect("desk_mail_transports")
    return _page(request, name, form=form, limit_form=DomainLimitForm())


@require_POST
@desk_view("mail.view_transport")
def limit(request: HttpRequest, name: str) -> HttpResponse:
    """Limit what a domain gets through a transport."""
    found = transport_named(name)
    _must_change(request)
    now, form = clock.now(), DomainLimitForm(request.POST)
    if form.is_valid():
        try:
            limit_domain(name, **form.cleaned_data, actor=actor_of(request), now=now)
        except Refusal as refusal:
            form.add_error("domain", refusal.sentence)
        else:
            return redirect("desk_mail_transport", name)
    limits = TransportForm(instance=found, today=now.date())
    return _page(request, name, form=limits, limit_form=form)


@require_POST
@desk_view("mail.change_transport")
def free(request: HttpRequest, limit_id: int) -> HttpResponse:
    """Take a domain's limit out."""
    found = free_domain(limit_id, actor=actor_of(request), now=clock.now())
    return redirect("desk_mail_transport", found.name)


@require_POST
@desk_view("mail.send_test")
def test(request: HttpRequest, name: str) -> HttpResponse:
    """Send whoever asks a test mail through this transport, and show the answer."""
    to = str(getattr(request.user, "email", ""))
    reply = send_test(name, to=to, actor=actor_of(request), now=clock.now())
    words = {"to": to, "answer": f"{reply.code or ''} {reply.text}".strip()}
    if 200 <= reply.code < 300:
        messages.success(request, _("The test to %(to)s was taken: %(answer)s") % words)
    else:
        messages.error(
            request, _("The test to %(to)s did not leave: %(answer)s") % words
        )
    return redirect("desk_mail_transport", name)


@require_POST
@desk_view("mail.change_transport")
def wake_up(request: HttpRequest, name: str) -> HttpResponse:
    """Let a transport that rests try again at once."""
    now = clock.now()
    wake_transport(name, actor=actor_of(request), now=now)
    wake(now=now)
    messages.success(request, _("It tries again now."))
    return redirect("desk_mail_transports")


@require_POST
@desk_view("mail.change_transport")
def forget(request: HttpRequest, name: str) -> HttpResponse:
    """Drop the limits of a transport that the settings name no more."""
    forget_transport(name, actor=actor_of(request), now=clock.now())
    messages.success(request, _("It is forgotten."))
    return redirect("desk_mail_transports")


def _must_change(request: HttpRequest) -> None:
    if not request.user.has_perm("mail.change_transport"):
        raise NotAllowed


def _page(
    request: HttpRequest,
    name: str,
    *,
    form: TransportForm,
    limit_form: DomainLimitForm,
) -> HttpResponse:
    shown = transports_shown(now=clock.now())
    context = {
        "shown": next(each for each in shown if each.row.name == name),
        "form": form,
        "limit_form": limit_form,
        "may_change": request.user.has_perm("mail.change_transport"),
    }
    return render(request, "mail/desk/transport.html", context)
