import pytest

from perenne.core.errors import NotFound
from perenne.mail.api import (
    LetterHasStarted,
    LetterIsNotBeingSent,
    LetterIsOver,
    Progress,
    Recipient,
    add_recipients,
    broadcast_progress,
    cancel_broadcast,
    create_broadcast,
    pause_broadcast,
    start_broadcast,
)
from perenne.mail.models import Delivery, Message

PEOPLE = ["ana@example.org", "bob@example.org", "eva@example.org"]


def _recipient(address):
    return Recipient(address, unsubscribe_token=f"token-{address}")


def _state(letter_id):
    return Message.objects.get(pk=letter_id).state


def test_the_same_ref_is_the_same_letter(make_letter):
    assert make_letter(PEOPLE) == make_letter(PEOPLE)
    assert Delivery.objects.count() == 3


def test_adding_the_same_recipients_again_adds_nobody(make_letter):
    letter_id = make_letter(PEOPLE)
    total = add_recipients(
        letter_id, rows=[_recipient("ana@example.org"), _recipient("zoe@example.org")]
    )
    assert (total, Message.objects.get().total) == (4, 4)


def test_recipients_are_written_in_batches(make_letter, django_assert_num_queries):
    letter_id = make_letter([])
    rows = (_recipient(f"p{n}@example.org") for n in range(1500))
    with django_assert_num_queries(5):
        add_recipients(letter_id, rows=rows)
    assert Delivery.objects.count() == 1500


def test_nobody_is_added_to_a_started_letter(make_letter, now):
    letter_id = make_letter(PEOPLE)
    start_broadcast(letter_id, now=now)
    with pytest.raises(LetterHasStarted):
        add_recipients(letter_id, rows=[Recipient("zoe@example.org")])
    assert Delivery.objects.count() == 3


def test_a_letter_starts_pauses_and_goes_on(make_letter, now):
    letter_id = make_letter(PEOPLE)
    seen = [_state(letter_id)]
    for step in (start_broadcast, pause_broadcast, start_broadcast):
        step(letter_id, now=now)
        step(letter_id, now=now)
        seen.append(_state(letter_id))
    assert seen == ["draft", "running", "paused", "running"]


def test_a_letter_that_is_not_being_sent_cannot_be_paused(make_letter, now):
    letter_id = make_letter(PEOPLE)
    with pytest.raises(LetterIsNotBeingSent):
        pause_broadcast(letter_id, now=now)
    assert _state(letter_id) == "draft"


def test_a_cancelled_letter_reaches_nobody_and_stays_cancelled(make_letter, now):
    letter_id = make_letter(PEOPLE)
    start_broadcast(letter_id, now=now)
    cancel_broadcast(letter_id, now=now)
    cancel_broadcast(letter_id, now=now)
    with pytest.raises(LetterIsOver):
        start_broadcast(letter_id, now=now)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"cancelled"}
    assert Message.objects.get().cancelled == 3


def test_a_letter_nobody_knows_is_not_found(db, now):
    with pytest.raises(NotFound):
        start_broadcast(12, now=now)


def test_progress_comes_from_one_row(make_letter, now, django_assert_num_queries):
    letter_id = make_letter([])
    Message.objects.filter(pk=letter_id).update(
        state="running",
        total=1000,
        sent=400,
        failed=10,
        suppressed=90,
        rate_per_minute=240,
    )
    with django_assert_num_queries(1):
        found = broadcast_progress(letter_id)
    assert found == Progress("running", 1000, 400, 10, 90, 500, 240, 125)


def test_a_letter_needs_a_plain_text(db, now):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        create_broadcast(
            ref="x", subject="s", html="<p>", text="", list_unsubscribe_base="", now=now
        )
    assert Message.objects.count() == 0
