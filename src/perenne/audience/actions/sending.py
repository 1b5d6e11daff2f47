"""Send letters: once, to the people as they are at that moment (AE8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Value
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.audience.domain.blocks import first_name
from perenne.audience.models import Letter, LetterReceipt
from perenne.audience.queries.letters import (
    checks_of,
    contacts_for,
    letter_by_id,
    preview_values,
    progress_of,
    receipts_after,
    render_letter,
)
from perenne.audience.queries.links import unsubscribe_token
from perenne.core import clock, log
from perenne.core.errors import Refusal
from perenne.mail.api import (
    Recipient,
    add_recipients,
    cancel_broadcast,
    create_broadcast,
    domain_problems,
    hold_of,
    pause_broadcast,
    queue_mail,
    release_hold,
    start_broadcast,
)
from perenne.people.api import person_by_email

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_STATE = Letter.State
_MUST_BE_GOOD = {"subject", "body", "unsubscribe", "links"}


class LetterNotReady(Refusal):
    """A check that would hurt every reader is not good."""

    sentence = _("The letter is not ready: look at the checks.")


class LetterUnderWay(Refusal):
    """It is sent once; a second click changes nothing."""

    sentence = _("This letter is already on its way or gone.")


class NobodyToWriteTo(Refusal):
    """The choice of people is empty."""

    sentence = _("Nobody who may be written to is in this choice.")


class DateIsPast(Refusal):
    """A letter is scheduled for later."""

    sentence = _("Choose a date in the future.")
    field = "at"


class LetterStandsStill(Refusal):
    """Nothing to pause, resume or cancel."""

    sentence = _("This letter is not in a state that allows this.")


@transaction.atomic
def send_letter(letter_id: int, *, actor: str, now: datetime) -> None:
    """Fix the recipients in one statement and let the letter go out.

    A second call is refused by the conditional update, so a double click sends once.
    Raises  LetterNotReady, LetterUnderWay, NobodyToWriteTo: nothing was changed
    """
    letter = letter_by_id(letter_id)
    rendered = render_letter(letter, now=now)
    bad = [c.key for c in checks_of(letter, rendered) if not c.is_good]
    if _MUST_BE_GOOD & set(bad):
        raise LetterNotReady(checks=bad)
    taken = Letter.objects.filter(
        pk=letter_id, state__in=[_STATE.DRAFT, _STATE.SCHEDULED]
    ).update(state=_STATE.SENDING, started_at=now)
    if not taken:
        raise LetterUnderWay
    recipients = _fix_recipients(letter, now=now)
    if not recipients:
        raise NobodyToWriteTo
    message_id = create_broadcast(
        ref=f"letter:{letter.pk}",
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        list_unsubscribe_base=f"{settings.SITE_URL}/unsubscribe/",
        now=now,
    )
    Letter.objects.filter(pk=letter_id).update(
        message_id=message_id, recipients=recipients
    )
    # Sent in spite of what the page of the domain says: the decision is kept (R28).
    records = {"despite": despite} if (despite := domain_problems()) else {}
    log.record(
        "audience.letter_sent",
        actor=actor,
        obj=letter,
        at=now,
        recipients=recipients,
        **records,
    )
    transaction.on_commit(lambda: address_letter.enqueue(letter_id))


def _fix_recipients(letter: Letter, *, now: datetime) -> int:
    """Write who gets the letter as one INSERT ... SELECT; return how many."""
    chosen = (
        contacts_for(letter, now=now)
        .order_by("pk")
        .values_list(Value(letter.pk), "person_id")
    )
    select, values = chosen.query.sql_with_params()
    table = connection.ops.quote_name(LetterReceipt._meta.db_table)
    with connection.cursor() as cursor:
        # The names are ours, the values parameters.
        cursor.execute(
            f"INSERT INTO {table} (letter_id, person_id) {select}",
            values,
        )
        return int(cursor.rowcount)


@transaction.atomic
def schedule_letter(letter_id: int, *, at: datetime, actor: str, now: datetime) -> None:
    """Let a draft go out by itself at an instant.

    Raises  DateIsPast, LetterNotReady, LetterUnderWay: nothing was changed
    """
    if at <= now:
        raise DateIsPast
    letter = letter_by_id(letter_id)
    bad = {
        c.key
        for c in checks_of(letter, render_letter(letter, now=now))
        if not c.is_good
    }
    if _MUST_BE_GOOD & bad:
        raise LetterNotReady
    if not Letter.objects.filter(
        pk=letter_id, state__in=[_STATE.DRAFT, _STATE.SCHEDULED]
    ).update(state=_STATE.SCHEDULED, scheduled_at=at):
        raise LetterUnderWay
    log.record(
        "audience.letter_scheduled",
        actor=actor,
        obj=letter,
        at=now,
        when=at.isoformat(),
    )


@transaction.atomic
def unschedule_letter(letter_id: int, *, actor: str, now: datetime) -> None:
    """Make a scheduled letter a draft again.

    Raises  LetterStandsStill: it is not scheduled; nothing was changed
    """
    _move(letter_id, [_STATE.SCHEDULED], _STATE.DRAFT)
    _log("audience.letter_unscheduled", letter_id, actor=actor, now=now)


@transaction.atomic
def pause_letter(letter_id: int, *, actor: str, now: datetime) -> None:
    """Hold a letter that is being sent; LetterStandsStill otherwise."""
    _move(letter_id, [_STATE.SENDING], _STATE.PAUSED)
    progress = progress_of(letter_by_id(letter_id))
    if progress is not None and progress.state == "running":
        pause_broadcast(_message(letter_id), now=now, actor=actor)
    _log("audience.letter_paused", letter_id, actor=actor, now=now)


@transaction.atomic
def resume_letter(letter_id: int, *, actor: str, now: datetime) -> None:
    """Go on with a paused letter; LetterStandsStill otherwise."""
    _move(letter_id, [_STATE.PAUSED], _STATE.SENDING)
    release_hold(_message(letter_id), actor=actor, now=now)
    _log("audience.letter_resumed", letter_id, actor=actor, now=now)
    transaction.on_commit(lambda: address_letter.enqueue(letter_id))


@transaction.atomic
def cancel_letter(letter_id: int, *, actor: str, now: datetime) -> None:
    """Stop a letter for good; who got it, got it. LetterStandsStill otherwise."""
    _move(letter_id, [_STATE.SENDING, _STATE.PAUSED], _STATE.CANCELLED)
    cancel_broadcast(_message(letter_id), now=now, actor=actor)
    _log("audience.letter_cancelled", letter_id, actor=actor, now=now)


def _move(letter_id: int, before: list[Letter.State], after: Letter.State) -> None:
    if not Letter.objects.filter(pk=letter_id, state__in=before).update(state=after):
        raise LetterStandsStill


def _message(letter_id: int) -> int:
    return int(letter_by_id(letter_id).message_id or 0)


def _log(verb: str, letter_id: int, *, actor: str, now: datetime) -> None:
    log.record(verb, actor=actor, obj=letter_by_id(letter_id), at=now)


@transaction.atomic
def send_test(letter_id: int, *, to: str, actor: str, now: datetime) -> None:
    """Send a letter to oneself, as that reader would get it."""
    letter = letter_by_id(letter_id)
    rendered = render_letter(
        letter, now=now, values=preview_values(person_by_email(to))
    )
    queue_mail(
        ref=f"letter:{letter.pk}:test:{now.timestamp():.3f}",
        to=to,
        subject=f"[Test] {rendered.subject}",
        text=rendered.text,
        html=rendered.html,
        now=now,
    )
    log.record("audience.letter_tested", actor=actor, obj=letter, at=now)


def hand_over_recipients(letter_id: int, *, now: datetime) -> None:
    """Give a letter's recipients to the mail app and start it; may run twice.

    Nothing happens unless the letter is being sent, and a person is added once.
    """
    letter = Letter.objects.filter(pk=letter_id, state=_STATE.SENDING).first()
    if letter is None or letter.message_id is None:
        return
    progress = progress_of(letter)
    if progress is not None and progress.state in {"draft", "queued"}:
        add_recipients(letter.message_id, rows=_recipients(letter_id), now=now)
    if Letter.objects.filter(pk=letter_id, state=_STATE.SENDING).exists():
        start_broadcast(letter.message_id, now=now)


def _recipients(letter_id: int) -> Iterator[Recipient]:
    for receipt in receipts_after(letter_id):
        yield Recipient(
            address=receipt.person.email,
            ref=f"person:{receipt.person_id}",
            merge={"first_name": first_name(receipt.person.name)},
            unsubscribe_token=unsubscribe_token(receipt.person_id, letter_id),
        )


def send_due_letters(*, now: datetime) -> None:
    """Send scheduled letters whose instant has come; one that cannot be is a draft again."""
    due = Letter.objects.filter(state=_STATE.SCHEDULED, scheduled_at__lte=now)
    for letter_id in list(due.values_list("pk", flat=True)):
        try:
            send_letter(letter_id, actor="system", now=now)
        except LetterUnderWay:
            continue
        except Refusal as refusal:
            _give_back(letter_id, reason=type(refusal).__name__, now=now)


@transaction.atomic
def _give_back(letter_id: int, *, reason: str, now: datetime) -> None:
    Letter.objects.filter(pk=letter_id, state=_STATE.SCHEDULED).update(
        state=_STATE.DRAFT, scheduled_at=None
    )
    letter = letter_by_id(letter_id)
    log.record(
        "audience.letter_given_back", actor="system", obj=letter, at=now, reason=reason
    )


def close_sent_letters(*, now: datetime) -> None:
    """Mark letters as sent whose last mail has left, as paused those that paused themselves."""
    for letter in Letter.objects.filter(state=_STATE.SENDING):
        progress = progress_of(letter)
        if progress is None:
            continue
        if progress.state == "paused" and hold_of(letter.message_id or 0):
            _note_hold(letter.pk, now=now)
        if progress.state == "done":
            Letter.objects.filter(pk=letter.pk, state=_STATE.SENDING).update(
                state=_STATE.SENT, sent_at=now
            )


@transaction.atomic
def _note_hold(letter_id: int, *, now: datetime) -> None:
    """Say of a letter that it stands still, as its mail does (R29)."""
    running = Letter.objects.filter(pk=letter_id, state=_STATE.SENDING)
    if running.update(state=_STATE.PAUSED):
        _log("audience.letter_paused", letter_id, actor="system", now=now)


@task
def address_letter(letter_id: int) -> None:
    """Hand a letter's recipients to the mail app and start it."""
    hand_over_recipients(letter_id, now=clock.now())


@task
def tend_letters() -> None:
    """Every half minute: start letters that are due, close those that are gone."""
    now = clock.now()
    send_due_letters(now=now)
    close_sent_letters(now=now)
