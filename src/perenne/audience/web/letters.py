"""The owner's screens for letters."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.audience.actions import letters, sending
from perenne.audience.models import Letter
from perenne.audience.queries.letters import (
    audience_of,
    checks_of,
    hold_on,
    letter_by_id,
    letters_matching,
    preview_values,
    progress_of,
    render_letter,
)
from perenne.audience.web.letter_form import (
    KIND_LABELS,
    LetterForm,
    blocks_from,
    changed_blocks,
)
from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.mail.api import domain_problems

if TYPE_CHECKING:
    from django.http import HttpRequest

_MOVES = {
    "pause": sending.pause_letter,
    "resume": sending.resume_letter,
    "cancel": sending.cancel_letter,
    "unschedule": sending.unschedule_letter,
}


@desk_view("audience.view_letter")
def letter_list(request: HttpRequest) -> HttpResponse:
    """List letters, newest first; search by subject, filter by state."""
    search, state = request.GET.get("q", ""), request.GET.get("state", "")
    page = keyset_page(
        letters_matching(search, state),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "page": page,
        "q": search,
        "state": state,
        "states": Letter.State.choices,
    }
    return render(request, "audience/backoffice/letters.html", context)


@desk_view("audience.add_letter")
@require_POST
def letter_new(request: HttpRequest) -> HttpResponse:
    """Start an empty letter, or one with the words of another."""
    now, actor = clock.now(), actor_of(request)
    source = request.POST.get("of", "")
    if source.isdigit():
        letter = letters.copy_letter(letter_by_id(int(source)).pk, actor=actor, now=now)
    else:
        letter = letters.start_letter(subject="", actor=actor, now=now)
    return redirect("desk_audience_letter", letter.pk)


@desk_view("audience.change_letter")
def letter_edit(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Write a draft; a letter that left shows how far it is."""
    letter = letter_by_id(letter_id)
    if letter.state != Letter.State.DRAFT:
        return _progress(request, letter)
    order = request.POST.get("do", "")
    blocks = letter.blocks
    form = LetterForm(request.POST or None, instance=letter)
    status = 200
    if request.method == "POST":
        blocks = changed_blocks(blocks_from(request.POST), order)
        if form.is_valid():
            try:
                _write(request, letter_id, form=form, blocks=blocks)
                return _after_writing(request, letter_id, order)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
        status = 422
    letter = letter_by_id(letter_id)
    return render(
        request,
        "audience/backoffice/letter.html",
        {"form": form, "blocks": blocks, "kinds": KIND_LABELS, **_bar(letter)},
        status=status,
    )


def _write(
    request: HttpRequest, letter_id: int, *, form: LetterForm, blocks: list[Any]
) -> None:
    data = form.cleaned_data
    letters.write_letter(
        letter_id,
        subject=data["subject"],
        preheader=data["preheader"],
        blocks=blocks,
        text=data["text"],
        segment_id=data["segment"].pk if data["segment"] else None,
        purpose=data["purpose"],
        actor=actor_of(request),
        now=clock.now(),
    )


def _after_writing(request: HttpRequest, letter_id: int, order: str) -> HttpResponse:
    """Do what the pressed button says, with the words already kept."""
    if order == "test":
        email = request.user.get_username()
        sending.send_test(letter_id, to=email, actor=actor_of(request), now=clock.now())
        messages.success(request, _("A test is on its way to %s.") % email)
    elif order == "send":
        return redirect("desk_audience_letter_send", letter_id)
    elif order == "save":
        messages.success(request, _("The letter is kept."))
    return redirect("desk_audience_letter", letter_id)


def _bar(letter: Letter) -> dict[str, Any]:
    rendered = render_letter(letter, now=clock.now())
    return {
        "letter": letter,
        "audience": audience_of(letter, now=clock.now()),
        "checks": checks_of(letter, rendered),
        "records": domain_problems(),
        "plain": render_letter(
            letter, now=clock.now(), values=preview_values(None)
        ).text,
    }


def _progress(request: HttpRequest, letter: Letter) -> HttpResponse:
    progress = progress_of(letter)
    seconds = progress.seconds_left if progress else None
    context = {
        "letter": letter,
        "progress": progress,
        "minutes_left": -(-(seconds or 0) // 60),
        "hold": hold_on(letter),
    }
    return render(request, "audience/backoffice/letter_progress.html", context)


@desk_view("audience.view_letter")
def letter_preview(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Show a letter's HTML alone, for the sandboxed frame."""
    rendered = render_letter(
        letter_by_id(letter_id), now=clock.now(), values=preview_values(None)
    )
    return HttpResponse(rendered.html)


@desk_view("audience.change_letter")
def letter_send(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Ask once more, then send now or at a date."""
    letter = letter_by_id(letter_id)
    refusal = None
    if request.method == "POST":
        try:
            _send_or_schedule(request, letter_id)
            return redirect("desk_audience_letter", letter_id)
        except sending.LetterUnderWay:
            return redirect("desk_audience_letter", letter_id)
        except Refusal as said:
            refusal = said
    context = {"refusal": refusal, **_bar(letter)}
    status = 422 if refusal else 200
    return render(
        request, "audience/backoffice/letter_send.html", context, status=status
    )


def _send_or_schedule(request: HttpRequest, letter_id: int) -> None:
    now, actor = clock.now(), actor_of(request)
    if request.POST.get("do") != "schedule":
        sending.send_letter(letter_id, actor=actor, now=now)
        return
    at = _instant(request.POST.get("at", ""))
    if at is None:
        raise sending.DateIsPast
    sending.schedule_letter(letter_id, at=at, actor=actor, now=now)


def _instant(text: str) -> datetime | None:
    """Return a wall-clock instant typed in the business's zone."""
    try:
        typed = parse_datetime(text)
    except ValueError:
        return None
    business = current_business()
    zone = ZoneInfo(business.time_zone if business else "UTC")
    return typed.replace(tzinfo=zone) if typed else None


@desk_view("audience.change_letter")
@require_POST
def letter_move(request: HttpRequest, letter_id: int, move: str) -> HttpResponse:
    """Pause, resume, cancel, unschedule."""
    if move not in _MOVES:
        raise NotFound
    try:
        _MOVES[move](letter_id, actor=actor_of(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("desk_audience_letter", letter_id)


@desk_view("audience.delete_letter")
@require_POST
def letter_delete(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Throw a draft away."""
    letters.throw_away_letter(letter_id, actor=actor_of(request), now=clock.now())
    messages.success(request, _("The draft is gone."))
    return redirect("desk_audience_letters")
