"""A person asks to be erased: take note, wait a little, do it in time (R33, SL12)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.tasks import task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, legal, log
from perenne.core.errors import NotFound, Refusal
from perenne.mail.api import forget_mails, queue_template
from perenne.people.actions.personal_data import PersonWorksHere, erase_person
from perenne.people.domain.deadlines import months_after
from perenne.people.models import Person, PersonalDataRequest
from perenne.people.queries import (
    open_request_of,
    person_by_id,
    request_by_id,
    requests_to_run,
    works_here,
)

if TYPE_CHECKING:
    from datetime import datetime

_OPEN, _DONE = PersonalDataRequest.State.OPEN, PersonalDataRequest.State.DONE
_TAKEN_BACK = PersonalDataRequest.State.TAKEN_BACK
# Time to think again: a pressed button is not the loss of everything one bought.
REFLECTION = timedelta(days=7)
_LAST_MAIL = "people:erased:"


class ReasonMissing(Refusal):
    """More time needs a reason, which the person is told (GDPR art. 12(3))."""

    sentence = _("Say why it takes longer: the person is told.")
    field = "reason"


class RequestIsClosed(Refusal):
    """It was done or taken back meanwhile."""

    sentence = _("This request is closed.")


@transaction.atomic
def ask_erasure(person_id: int, *, actor: str, now: datetime) -> PersonalDataRequest:
    """Take note that a person wants to be erased; a second call returns the open request.

    It is done by itself after seven days, in which the person may take it back, and is due
    within a month by law. The person gets a mail that says so.
    Raises  NotFound, PersonWorksHere: nothing was changed
    """
    person = person_by_id(person_id)
    if person is None or person.erased_at is not None:
        raise NotFound(person=person_id)
    if works_here(person):
        raise PersonWorksHere
    if (waiting := open_request_of(person_id)) is not None:
        return waiting
    months = int(legal.value("consent_rules", "request_months", on=now.date()))
    try:
        with transaction.atomic():
            row = PersonalDataRequest.objects.create(
                person=person,
                asked_at=now,
                due_on=months_after(now.date(), months),
                runs_at=now + REFLECTION,
            )
    except IntegrityError:
        return PersonalDataRequest.objects.get(person_id=person_id, state=_OPEN)
    _tell(person, "asked", row=row, now=now)
    log.record("people.erasure_asked", actor=actor, obj=person, at=now)
    return row


def _tell(
    person: Person, what: str, *, row: PersonalDataRequest, now: datetime
) -> None:
    queue_template(
        ref=f"people:{what}:{row.pk}:{row.due_on.isoformat()}",
        to=person.email,
        template=f"people/mail/erasure_{what}",
        context={
            "request": row,
            "data_url": settings.SITE_URL + reverse("people_my_data"),
        },
        language=person.language,
        now=now,
    )


@transaction.atomic
def take_back_erasure(person_id: int, *, actor: str, now: datetime) -> bool:
    """Close a person's open request because they want to stay; say whether there was one."""
    taken = PersonalDataRequest.objects.filter(person_id=person_id, state=_OPEN).update(
        state=_TAKEN_BACK, closed_at=now, runs_at=None
    )
    if taken:
        person = person_by_id(person_id)
        log.record("people.erasure_taken_back", actor=actor, obj=person, at=now)
    return bool(taken)


@transaction.atomic
def extend_request(
    request_id: int, *, reason: str, actor: str, now: datetime
) -> PersonalDataRequest:
    """Take the two further months that the law allows, once, and tell the person why.

    It is not done by itself any more then.
    Raises  NotFound, ReasonMissing, RequestIsClosed: nothing was changed
    """
    row, words = request_by_id(request_id), " ".join(reason.split())
    if not words:
        raise ReasonMissing
    months = int(
        legal.value("consent_rules", "request_extension_months", on=row.asked_at.date())
    )
    due_on = months_after(row.due_on, months)
    extended = PersonalDataRequest.objects.filter(
        pk=request_id, state=_OPEN, reason=""
    ).update(due_on=due_on, reason=words, runs_at=None)
    if not extended:
        raise RequestIsClosed
    row.due_on, row.reason, row.runs_at = due_on, words, None
    _tell(row.person, "extended", row=row, now=now)
    log.record(
        "people.erasure_extended",
        actor=actor,
        obj=row.person,
        at=now,
        due_on=due_on.isoformat(),
    )
    return row


@transaction.atomic
def carry_out_erasure(request_id: int, *, actor: str, now: datetime) -> None:
    """Erase whoever asked for it, and say so in a last mail, which is forgotten once sent.

    A second call changes nothing.
    Raises  NotFound, PersonWorksHere: nothing was changed
    """
    row = request_by_id(request_id)
    taken = PersonalDataRequest.objects.filter(pk=request_id, state=_OPEN).update(
        state=_DONE, closed_at=now, runs_at=None
    )
    if not taken:
        return
    person = row.person
    erase_person(person.pk, actor=actor, now=now)
    queue_template(
        ref=f"{_LAST_MAIL}{row.pk}",
        to=person.email,
        template="people/mail/erasure_done",
        context={},
        language=person.language,
        now=now,
    )


@task
def tend_requests() -> None:
    """Erase those whose time to think again is over, and forget the last mails sent."""
    now = clock.now()
    for request_id in requests_to_run(now):
        try:
            carry_out_erasure(request_id, actor="system", now=now)
        except PersonWorksHere:
            continue
    forget_mails(_LAST_MAIL, now=now)
