"""Somebody asks to be erased: noted, taken back, done in time (R33, SL12)."""

from datetime import date, timedelta

import pytest

from perenne.audience.api import record_consent, tag_person
from perenne.audience.models import Consent, ContactStatus, PersonTag
from perenne.core import clock
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.mail.api import is_suppressed, queue_mail
from perenne.mail.models import Delivery, Message, Suppression
from perenne.people.actions import requests
from perenne.people.actions.notes import add_note
from perenne.people.actions.personal_data import PersonWorksHere, erase_person
from perenne.people.api import open_account, person_by_email
from perenne.people.models import Person, PersonalDataRequest, PersonNote, User

pytestmark = pytest.mark.django_db


def _ask(person, now):
    return requests.ask_erasure(person.pk, actor=f"person:{person.pk}", now=now)


def test_a_request_is_due_in_a_month_and_runs_after_a_week_r33(business, person, now):
    row = _ask(person, now)
    assert (row.state, row.due_on) == ("open", date(2026, 10, 15))
    assert row.runs_at == now + timedelta(days=7)
    mail = Message.objects.get()
    assert mail.ref == f"people:asked:{row.pk}:2026-10-15"
    assert "/me/data/" in mail.text
    assert LogEntry.objects.filter(verb="people.erasure_asked").count() == 1
    # Asking again changes nothing.
    assert _ask(person, now + timedelta(days=1)).pk == row.pk
    assert (PersonalDataRequest.objects.count(), Message.objects.count()) == (1, 1)


def test_a_request_is_taken_back_and_can_be_made_again(business, person, now):
    _ask(person, now)
    assert requests.take_back_erasure(person.pk, actor="person", now=now) is True
    assert requests.take_back_erasure(person.pk, actor="person", now=now) is False
    _ask(person, now + timedelta(days=1))
    states = PersonalDataRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["taken_back", "open"]


def test_more_time_is_taken_once_with_a_reason_the_person_reads_r33(
    business, person, now
):
    row = _ask(person, now)
    with pytest.raises(requests.ReasonMissing):
        requests.extend_request(row.pk, reason="  ", actor="owner", now=now)
    requests.extend_request(row.pk, reason="An open dispute", actor="owner", now=now)
    row.refresh_from_db()
    assert (row.due_on, row.runs_at) == (date(2026, 12, 15), None)
    assert "An open dispute" in Message.objects.order_by("-pk")[0].text
    with pytest.raises(requests.RequestIsClosed):
        requests.extend_request(row.pk, reason="More", actor="owner", now=now)
    assert Message.objects.count() == 2


def test_nothing_is_erased_before_its_time(business, person, now):
    _ask(person, now)
    with clock.frozen(now + timedelta(days=6)):
        requests.tend_requests.call()
    assert Person.objects.get(pk=person.pk).erased_at is None


def test_an_erasure_keeps_the_suppression_hash_and_forgets_the_rest_r33(
    business, person, now
):
    user = open_account(person, now=now)
    record_consent(
        person.pk,
        wording="I agree",
        source="hand",
        evidence={"network_address": "192.0.2.1"},
        actor="owner",
        now=now,
    )
    tag_person(person.pk, names=["VIP"], actor="owner", now=now)
    add_note(person.pk, text="Likes blue", actor="owner", now=now)
    queue_mail(ref="x:1", to=person.email, subject="Hello Ana", text="Ana", now=now)
    _ask(person, now)
    later = now + timedelta(days=8)
    with clock.frozen(later):
        requests.tend_requests.call()
        requests.tend_requests.call()
    gone = Person.objects.get(pk=person.pk)
    assert (gone.email, gone.name, gone.erased_at, gone.user_id) == (
        f"erased-{person.pk}@erased.invalid",
        "",
        later,
        None,
    )
    assert User.objects.filter(pk=user.pk).count() == 0
    assert [
        model.objects.filter(person_id=person.pk).count()
        for model in (PersonNote, PersonTag, ContactStatus)
    ] == [0, 0, 0]
    assert [proof.evidence for proof in Consent.objects.all()] == [{}]
    assert is_suppressed("ana@example.org") is True
    assert list(Suppression.objects.values_list("address", flat=True)) == [""]
    assert person_by_email("ana@example.org") is None
    assert PersonalDataRequest.objects.get().state == "done"
    assert LogEntry.objects.filter(verb="people.person_erased").count() == 1
    # Only the last mail still names the address, until it is sent.
    named = Delivery.objects.filter(address="ana@example.org")
    assert [row.message.ref.rpartition(":")[0] for row in named] == ["people:erased"]
    named.update(status="sent", sent_at=later)
    with clock.frozen(later):
        requests.tend_requests.call()
    assert Delivery.objects.filter(address="ana@example.org").count() == 0
    assert {mail.text for mail in Message.objects.all()} == {"…"}


def test_a_letter_that_is_being_sent_is_not_sent_to_the_erased(business, person, now):
    from perenne.mail.api import add_recipients, create_broadcast, start_broadcast
    from perenne.mail.domain.outgoing import Recipient

    letter = create_broadcast(
        ref="letter:1",
        subject="Spring",
        html="<p>{{ merge.unsubscribe_url }}</p>",
        text="Spring {{ merge.unsubscribe_url }}",
        list_unsubscribe_base="https://x.example/unsubscribe/",
        now=now,
    )
    recipient = Recipient(
        address=person.email, ref="person:1", merge={}, unsubscribe_token="t"
    )
    add_recipients(letter, rows=[recipient], now=now)
    start_broadcast(letter, actor="owner", now=now)
    erase_person(person.pk, actor="owner", now=now)
    delivery = Delivery.objects.get(message_id=letter)
    assert (delivery.status, delivery.address) == (
        "suppressed",
        f"erased-{delivery.pk}",
    )
    message = Message.objects.get(pk=letter)
    assert (message.suppressed, message.subject) == (1, "Spring")


def test_an_erasure_happens_once(business, person, now):
    assert erase_person(person.pk, actor="owner", now=now) is True
    assert erase_person(person.pk, actor="owner", now=now) is False
    with pytest.raises(NotFound):
        erase_person(999_999, actor="owner", now=now)


def test_the_owner_and_the_team_are_not_erased(owner, now):
    person = Person.objects.get(user=owner)
    with pytest.raises(PersonWorksHere):
        erase_person(person.pk, actor="owner", now=now)
    with pytest.raises(PersonWorksHere):
        _ask(person, now)
    assert Person.objects.get(pk=person.pk).erased_at is None
