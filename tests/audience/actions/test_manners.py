"""Readers who complain leave the letter; a letter that paused itself says why (R29, R30)."""

import pytest

from perenne.audience.actions import letters, sending
from perenne.audience.actions.complaints import withdraw_complainers
from perenne.audience.models import Consent, ContactStatus
from perenne.audience.queries.letters import letter_by_id
from perenne.core.models import LogEntry
from perenne.mail.actions.bounces import Origin, record_report
from perenne.mail.domain.bounces.report import Kind, Report, Result
from perenne.mail.models import DomainCheck, Message

pytestmark = pytest.mark.django_db


def written(now):
    """Return a letter that may go out."""
    draft = letters.start_letter(subject="Printemps", actor="owner", now=now)
    letters.write_letter(
        draft.pk,
        subject="Printemps",
        preheader="",
        text="",
        blocks=[{"kind": "text", "text": "Bonjour"}],
        segment_id=None,
        actor="owner",
        now=now,
    )
    return draft


@pytest.fixture
def gone(subscribe_person, business, now):
    """A letter on its way to one reader."""
    subscribe_person("ana@example.org")
    draft = written(now)
    sending.send_letter(draft.pk, actor="owner", now=now)
    sending.hand_over_recipients(draft.pk, now=now)
    return letter_by_id(draft.pk)


def complain(now, *, reason="abuse"):
    from perenne.mail.models import Delivery

    Delivery.objects.update(status="sent", sent_at=now)
    result = Result("ana@example.org", Kind.COMPLAINT, reason)
    origin = Origin("hook:brevo", "1", is_trusted=True)
    return record_report(Report((result,)), origin=origin, now=now)


def test_who_complains_has_withdrawn(gone, now, monkeypatch):
    monkeypatch.setattr("perenne.core.clock.now", lambda: now)
    complain(now)
    assert [withdraw_complainers.func(), withdraw_complainers.func()] == [1, 0]
    assert ContactStatus.objects.get(purpose="letter").status == "withdrawn"
    proof = Consent.objects.order_by("pk").last()
    assert (proof.state, proof.wording.text) == ("withdrawn", "Reported as spam")


def test_a_letter_that_paused_itself_is_paused_and_goes_on_when_asked(
    gone, now, django_capture_on_commit_callbacks
):
    Message.objects.filter(pk=gone.message_id).update(
        state="paused", held_for="complaints", seen={"sent": 0}
    )
    sending.close_sent_letters(now=now)
    assert letter_by_id(gone.pk).state == "paused"
    sending.resume_letter(gone.pk, actor="owner", now=now)
    sending.hand_over_recipients(gone.pk, now=now)
    assert Message.objects.get(pk=gone.message_id).state == "running"


def test_the_page_says_why_and_asks_before_going_on(gone, owner_client, now):
    Message.objects.filter(pk=gone.message_id).update(
        state="paused", held_for="complaints", sent=1000, complained=3
    )
    sending.close_sent_letters(now=now)
    page = owner_client.get(f"/desk/letters/{gone.pk}/").content.decode()
    assert 'class="notice notice--warn"' in page
    assert page.count("<dialog") + page.count("<details") >= 2


def test_a_letter_sent_in_spite_of_the_domains_records_says_so_r28(
    subscribe_person, business, owner_client, now
):
    DomainCheck.objects.create(
        domain="boreal.example",
        findings=[{"key": "spf", "state": "bad"}, {"key": "mx", "state": "good"}],
        is_good=False,
        checked_at=now,
    )
    subscribe_person("ana@example.org")
    draft = written(now)
    page = owner_client.get(f"/desk/letters/{draft.pk}/").content.decode()
    assert page.count('href="/desk/mail/domain/"') == 1
    sending.send_letter(draft.pk, actor="owner", now=now)
    entry = LogEntry.objects.get(verb="audience.letter_sent")
    assert entry.data == {"recipients": 1, "despite": ["SPF"]}
