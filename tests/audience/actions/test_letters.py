"""Letters: written, checked, sent once to the people as they are (AE7, AE8, AE14, R21-R23)."""

from datetime import timedelta

import pytest

from perenne.audience import api
from perenne.audience.actions import letters, sending
from perenne.audience.actions.consents import choose_purposes
from perenne.audience.domain.segments import (
    Condition,
    Group,
    write_expression,
)
from perenne.audience.models import Letter, LetterReceipt, Segment, Tag
from perenne.audience.queries.letters import (
    audience_of,
    checks_of,
    letter_by_id,
    render_letter,
)
from perenne.core.models import LogEntry
from perenne.mail.api import suppressed_among
from perenne.mail.models import Delivery, Message

pytestmark = pytest.mark.django_db
BLOCKS = [
    {"kind": "heading", "text": "Bonjour {first_name|toi}"},
    {
        "kind": "text",
        "text": "**Deux** places.\n\n- un\n- deux\n\n[Voir](https://a.example/?x=1&y=2)",
    },
    {"kind": "button", "text": "Réserver", "url": "https://a.example/"},
    {"kind": "image", "url": "https://a.example/i.png", "alt": "Un phare"},
    {"kind": "quote", "text": "Mieux que rien."},
    {"kind": "divider"},
]


@pytest.fixture
def letter(business, now):
    draft = letters.start_letter(subject="Printemps", actor="owner", now=now)
    return write(draft, now=now)


def write(draft, *, now, blocks=BLOCKS, segment=None, **fields):
    words = {"subject": "Printemps", "preheader": "Il reste deux places", "text": ""}
    letters.write_letter(
        draft.pk,
        **(words | fields),
        blocks=blocks,
        segment_id=segment,
        actor="owner",
        now=now,
    )
    return letter_by_id(draft.pk)


def test_plain_text_is_made_from_the_blocks_and_shows_the_way_out_r22(letter, now):
    text = render_letter(letter, now=now, values={"first_name": "Ana"}).text
    assert text.startswith(
        "Bonjour Ana\n\nDeux places.\n- un\n- deux\n\nVoir "
        "(https://a.example/?x=1&y=2)\n\nRéserver: https://a.example/\n\n[Un phare]\n\n"
        "> Mieux que rien.\n\n---\n\n--\nAtelier Boréal\n"
    )
    assert text.endswith("\nSe désabonner\u202f: #\n")


def test_merge_words_become_the_mail_apps_tokens_ae7(letter, now):
    rendered = render_letter(letter, now=now)
    assert "Bonjour {{ merge.first_name|toi }}" in rendered.html
    assert 'href="{{ merge.unsubscribe_url }}"' in rendered.html
    assert "{{ merge.unsubscribe_url }}" in rendered.text


def test_html_of_a_letter_cannot_carry_scripts(letter, now):
    hostile = "<script>alert(1)</script> <img src=x onerror=1> [x](javascript:alert)"
    kept = write(letter, now=now, blocks=[{"kind": "text", "text": hostile}])
    html = render_letter(kept, now=now).html
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert 'href="javascript' not in html


def test_checks_find_what_is_wrong(letter, now):
    bad = [
        {"kind": "image", "url": "https://a.example/i.png", "alt": " "},
        {"kind": "button", "text": "Go", "url": "http//broken"},
    ]
    kept = write(letter, now=now, subject="", blocks=bad)
    checks = {c.key: c.is_good for c in checks_of(kept, render_letter(kept, now=now))}
    assert checks == {
        "subject": False,
        "body": False,
        "unsubscribe": True,
        "images": False,
        "links": False,
        "size": True,
    }


def test_sending_fixes_the_recipients_and_hands_them_over_once_ae8(
    letter, subscribe_person, make_person, now, django_capture_on_commit_callbacks
):
    ana = subscribe_person("ana@example.org", name="Ana Silva")
    subscribe_person("bob@example.org")
    make_person("no@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        sending.send_letter(letter.pk, actor="owner", now=now)
    with pytest.raises(sending.LetterUnderWay):
        sending.send_letter(letter.pk, actor="owner", now=now)
    subscribe_person("late@example.org")
    for _turn in range(2):
        sending.hand_over_recipients(letter.pk, now=now)
    sent = letter_by_id(letter.pk)
    assert (sent.state, sent.recipients, sent.started_at) == ("sending", 2, now)
    rows = Delivery.objects.filter(message_id=sent.message_id).order_by("pk")
    assert list(rows.values_list("address", "ref", "merge", "unsubscribe_token")) == [
        (
            "ana@example.org",
            f"person:{ana.pk}",
            {"first_name": "Ana"},
            api.unsubscribe_token(ana.pk, letter.pk),
        ),
        (
            "bob@example.org",
            f"person:{ana.pk + 1}",
            {"first_name": ""},
            api.unsubscribe_token(ana.pk + 1, letter.pk),
        ),
    ]
    message = Message.objects.get(pk=sent.message_id)
    assert message.state == "running"
    assert message.list_unsubscribe_base.endswith("/unsubscribe/")
    assert LogEntry.objects.filter(verb="audience.letter_sent").count() == 1


def test_a_letter_that_is_not_ready_is_refused_and_nothing_changes(
    letter, subscribe_person, now
):
    subscribe_person()
    kept = write(letter, now=now, blocks=[])
    with pytest.raises(sending.LetterNotReady):
        sending.send_letter(kept.pk, actor="owner", now=now)
    assert letter_by_id(kept.pk).state == "draft"
    assert LetterReceipt.objects.count() == Message.objects.count() == 0


def test_a_letter_to_nobody_is_refused_and_stays_a_draft(letter, now):
    with pytest.raises(sending.NobodyToWriteTo):
        sending.send_letter(letter.pk, actor="owner", now=now)
    assert letter_by_id(letter.pk).state == "draft"


def test_a_segment_chooses_the_recipients_ae6(letter, subscribe_person, now):
    ana = subscribe_person("ana@example.org")
    subscribe_person("bob@example.org", source="import:ghost")
    api.tag_person(ana.pk, names=["VIP"], actor="owner", now=now)
    tag = Tag.objects.get()
    segment = Segment.objects.create(
        name="VIP",
        created_at=now,
        expression=write_expression(
            Group("all", (Condition("tag", "is", str(tag.pk)),))
        ),
    )
    kept = write(letter, now=now, segment=segment.pk)
    audience = audience_of(kept, now=now)
    assert (audience.name, audience.count) == ("VIP", 1)
    sending.send_letter(kept.pk, actor="owner", now=now)
    assert list(LetterReceipt.objects.values_list("person_id", flat=True)) == [ana.pk]


def test_the_audience_counts_the_suppressed_r30(letter, subscribe_person, now):
    from perenne.mail.api import suppress

    subscribe_person("ana@example.org")
    subscribe_person("bob@example.org")
    suppress("bob@example.org", reason="bounced", now=now, actor="system")
    audience = audience_of(letter, now=now)
    assert (audience.count, audience.suppressed, audience.is_exact) == (2, 1, True)


def test_a_scheduled_letter_leaves_at_its_date(letter, subscribe_person, now):
    subscribe_person()
    later = now + timedelta(hours=2)
    with pytest.raises(sending.DateIsPast):
        sending.schedule_letter(letter.pk, at=now, actor="owner", now=now)
    sending.schedule_letter(letter.pk, at=later, actor="owner", now=now)
    with pytest.raises(letters.LetterNotWritable):
        write(letter, now=now)
    sending.send_due_letters(now=now)
    assert letter_by_id(letter.pk).state == "scheduled"
    for _turn in range(2):
        sending.send_due_letters(now=later)
    assert letter_by_id(letter.pk).state == "sending"
    assert Message.objects.count() == 1


def test_a_due_letter_to_nobody_becomes_a_draft_again(letter, now):
    later = now + timedelta(hours=2)
    sending.schedule_letter(letter.pk, at=later, actor="owner", now=now)
    sending.send_due_letters(now=later)
    assert letter_by_id(letter.pk).state == "draft"


def test_pause_resume_and_cancel_ae8(letter, subscribe_person, now):
    subscribe_person()
    with pytest.raises(sending.LetterStandsStill):
        sending.pause_letter(letter.pk, actor="owner", now=now)
    sending.send_letter(letter.pk, actor="owner", now=now)
    sending.hand_over_recipients(letter.pk, now=now)
    sending.pause_letter(letter.pk, actor="owner", now=now)
    sending.hand_over_recipients(letter.pk, now=now)
    assert (_state(letter), Message.objects.get().state) == ("paused", "paused")
    sending.resume_letter(letter.pk, actor="owner", now=now)
    sending.hand_over_recipients(letter.pk, now=now)
    assert (_state(letter), Message.objects.get().state) == ("sending", "running")
    sending.cancel_letter(letter.pk, actor="owner", now=now)
    sending.hand_over_recipients(letter.pk, now=now)
    assert (_state(letter), Message.objects.get().state) == ("cancelled", "cancelled")


@pytest.mark.parametrize("when", ["before they are handed over", "while it is paused"])
def test_who_leaves_one_purpose_gets_no_letter_of_it_that_is_under_way_r22(
    letter, subscribe_person, now, when
):
    ana, ben = subscribe_person("ana@example.org"), subscribe_person("ben@example.org")
    api.record_consent(
        ana.pk, purpose="offers", wording="Offers", source="h", actor="o", now=now
    )
    sending.send_letter(letter.pk, actor="owner", now=now)
    if when == "while it is paused":
        sending.hand_over_recipients(letter.pk, now=now)
        sending.pause_letter(letter.pk, actor="owner", now=now)
    choose_purposes(ana.pk, wanted=["offers"], language="fr", page="", now=now)
    assert not suppressed_among([ana.email])
    if when == "while it is paused":
        sending.resume_letter(letter.pk, actor="owner", now=now)
    sending.hand_over_recipients(letter.pk, now=now)
    waiting = Delivery.objects.filter(status="queued")
    assert [row.address for row in waiting] == [ben.email]


def _state(letter):
    return letter_by_id(letter.pk).state


def test_a_letter_is_closed_when_its_last_mail_left(letter, subscribe_person, now):
    subscribe_person()
    sending.send_letter(letter.pk, actor="owner", now=now)
    sending.close_sent_letters(now=now)
    assert _state(letter) == "sending"
    Message.objects.update(state="done")
    sending.close_sent_letters(now=now)
    assert (_state(letter), letter_by_id(letter.pk).sent_at) == ("sent", now)


def test_a_test_goes_to_oneself_with_the_words_filled_in(letter, make_person, now):
    make_person("camille@boreal.example", name="Camille Moreau")
    sending.send_test(letter.pk, to="camille@boreal.example", actor="owner", now=now)
    mail = Message.objects.get()
    assert (mail.kind, mail.subject) == ("transactional", "[Test] Printemps")
    assert "Bonjour Camille" in mail.html
    assert "merge." not in mail.html + mail.text
    assert Letter.objects.get().state == "draft"
