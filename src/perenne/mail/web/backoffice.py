"""The owner's screens: the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.mail.actions.upkeep import retry_failed
from perenne.mail.queries.outbox import (
    broadcast_progress,
    deliveries_of,
    message_by_id,
    messages_matching,
    preview,
)
from perenne.mail.queries.transports import transport_problems
from perenne.mail.web.forms import OutboxFilter

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
    progress = broadcast_progress(message_id)
    context = {
        "mail": found,
        "page": page,
        "preview": preview(found),
        "progress": progress,
        "minutes_left": -(-(progress.seconds_left or 0) // 60),
    }
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
