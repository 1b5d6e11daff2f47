"""The owner's screens: the outbox, and where mail goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotAllowed
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.mail.actions.lease import default_transport
from perenne.mail.actions.upkeep import change_transport, retry_failed, send_test
from perenne.mail.domain.endpoint import InvalidEndpoint
from perenne.mail.queries import (
    deliveries_of,
    endpoint,
    message_by_id,
    messages_matching,
    preview,
    transport_problems,
)
from perenne.mail.web.forms import OutboxFilter, TransportForm

if TYPE_CHECKING:
    from django.http import HttpRequest

# A mail is shown as a mail program would: nothing runs, nothing is loaded from elsewhere.
_BODY_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; sandbox"
)


@desk_view("mail.view_message")
def outbox(request: HttpRequest) -> HttpResponse:
    """List mails, newest first, with what keeps them from leaving."""
    form = OutboxFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = keyset_page(
        messages_matching(**wanted),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "mail/desk/outbox.html",
        {"form": form, "page": page, "problems": transport_problems()},
    )


@desk_view("mail.view_message")
def mail(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one mail, its recipients and what the server said of each."""
    found = message_by_id(message_id)
    page = keyset_page(
        deliveries_of(found, status=request.GET.get("status", "")),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"mail": found, "page": page, "preview": preview(found)}
    return render(request, "mail/desk/message.html", context)


@desk_view("mail.view_message")
def mail_body(request: HttpRequest, message_id: int) -> HttpResponse:
    """Serve the HTML part alone, in a page that may do nothing."""
    shown = preview(message_by_id(message_id))
    response = HttpResponse(shown.html)
    response.headers["Content-Security-Policy"] = _BODY_CSP
    return response


@require_POST
@desk_view("mail.change_message")
def mail_retry(request: HttpRequest, message_id: int) -> HttpResponse:
    """Try the failed recipients of a mail once more."""
    count = retry_failed(message_id, actor=actor_of(request), now=clock.now())
    messages.success(request, _("To be tried again: %(count)s.") % {"count": count})
    return redirect("desk_mail_message", message_id)


@desk_view("mail.view_transport")
def mail_transport(request: HttpRequest) -> HttpResponse:
    """Show where mail goes and how fast; change the limits."""
    transport = default_transport()
    form = TransportForm(request.POST or None, instance=transport)
    if request.method == "POST":
        if not request.user.has_perm("mail.change_transport"):
            raise NotAllowed
        if form.is_valid():
            limits = form.cleaned_data
            change_transport(**limits, actor=actor_of(request), now=clock.now())
            messages.success(request, _("The limits are saved."))
            return redirect("desk_mail_transport")
    try:
        server = endpoint()
    except InvalidEndpoint:
        server = None
    context = {"form": form, "server": server, "problems": transport_problems()}
    return render(request, "mail/desk/transport.html", context)


@require_POST
@desk_view("mail.send_test")
def mail_test(request: HttpRequest) -> HttpResponse:
    """Send a test mail to whoever asks."""
    address = str(getattr(request.user, "email", ""))
    send_test(to=address, actor=actor_of(request), now=clock.now())
    messages.success(
        request, _("A test mail to %(to)s is on its way.") % {"to": address}
    )
    return redirect("desk_mail_outbox")
