from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from perenne.core import clock
from perenne.mail.actions.delivery import deliver, deliver_due, wake
from perenne.mail.actions.lease import Lease
from perenne.mail.actions.transports import default_transport
from perenne.mail.api import (
    Attachment,
    cancel_broadcast,
    is_suppressed,
    pause_broadcast,
    queue_mail,
    start_broadcast,
    suppress,
    transport_problems,
)
from perenne.mail.models import Delivery, EngineSeat, Message, Transport

PEOPLE = [f"p{n}@example.org" for n in range(12)]


def _queue(now, ref="money:receipt:1", to="ana@example.org", **more):
    queue_mail(ref=ref, to=to, subject="Receipt", text="Thanks.", now=now, **more)


def _counts(message_id):
    row = Message.objects.get(pk=message_id)
    return row.state, row.total, row.sent, row.failed, row.suppressed, row.cancelled


def _read(mail):
    return message_from_bytes(mail[1], policy=policy.default)


def test_a_service_mail_arrives_with_its_file_and_no_unsubscribe_header(
    mail_server, now
):
    _queue(now, attachments=[Attachment("reçu.pdf", b"%PDF", "application/pdf")])
    assert deliver() == 1
    [mail] = mail_server.mails
    read = _read(mail)
    assert (mail[0], read["From"], read["Subject"], read["List-Unsubscribe"]) == (
        "ana@example.org",
        "Atelier Boréal <letter@boreal.example>",
        "Receipt",
        None,
    )
    [file] = read.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("reçu.pdf", b"%PDF")
    delivery = Delivery.objects.get()
    assert (
        delivery.status,
        delivery.smtp_code,
        delivery.sent_at,
        delivery.attempts,
    ) == (
        "sent",
        250,
        now,
        1,
    )
    assert Message.objects.get().state == "done"


def test_a_letter_reaches_each_with_their_own_words(mail_server, make_letter, now):
    letter_id = make_letter(PEOPLE)
    start_broadcast(letter_id, now=now)
    assert deliver() == 12
    assert sorted(to for to, _content in mail_server.mails) == sorted(PEOPLE)
    to, _content = mail_server.mails[0]
    read, number = _read(mail_server.mails[0]), PEOPLE.index(to)
    assert read["Subject"] == f"News for p{number}"
    assert read["List-Unsubscribe"] == (
        f"<https://boreal.example/unsubscribe/token-{number}/>, "
        f"<mailto:letter@boreal.example?subject=unsubscribe%20token-{number}>"
    )
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read.get_body(("plain",)).get_content().split() == (
        f"Hello p{number} https://boreal.example/unsubscribe/token-{number}/".split()
    )
    assert _counts(letter_id) == ("done", 12, 12, 0, 0, 0)
    assert len(mail_server.sessions) <= 4


def test_nothing_is_sent_twice_when_the_task_runs_twice(mail_server, make_letter, now):
    start_broadcast(make_letter(PEOPLE), now=now)
    assert (deliver_due.func(), deliver_due.func()) == (12, 0)
    assert len(mail_server.mails) == 12


def test_a_temporary_refusal_is_tried_again_later(mail_server, now):
    mail_server.answers["ana@example.org"] = "451 4.7.1 greylisted"
    _queue(now)
    deliver()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == (
        "queued",
        1,
        now + timedelta(minutes=1),
    )
    assert deliver() == 0
    mail_server.answers.clear()
    with clock.frozen(now + timedelta(minutes=1)):
        assert deliver() == 1
    assert Delivery.objects.get().status == "sent"
    assert len(mail_server.mails) == 1


def test_patience_ends_after_two_days(mail_server, now):
    mail_server.answers["ana@example.org"] = "451 4.3.0 no"
    _queue(now)
    instant = now
    for _attempt in range(11):
        with clock.frozen(instant):
            assert deliver() == 1
        instant = Delivery.objects.get().next_attempt_at
    assert (Delivery.objects.get().status, Delivery.objects.get().attempts) == (
        "failed",
        11,
    )
    assert timedelta(hours=47) < instant - now < timedelta(hours=49)


def test_a_dead_address_is_suppressed_for_every_mail(mail_server, make_letter, now):
    mail_server.answers["p3@example.org"] = "550 5.1.1 no such user"
    letter_id = make_letter(PEOPLE)
    start_broadcast(letter_id, now=now)
    deliver()
    assert _counts(letter_id) == ("done", 12, 11, 1, 0, 0)
    assert is_suppressed("p3@example.org")
    _queue(now, to="p3@example.org")
    assert deliver() == 0
    assert Delivery.objects.get(message__ref="money:receipt:1").status == "suppressed"


def test_a_refusal_for_other_reasons_fails_and_suppresses_nobody(mail_server, now):
    mail_server.content_answers["ana@example.org"] = "554 5.7.1 looks like spam"
    _queue(now)
    deliver()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.smtp_code, delivery.smtp_reply) == (
        "failed",
        554,
        "5.7.1 looks like spam",
    )
    assert not is_suppressed("ana@example.org")


def test_who_unsubscribed_after_the_letter_was_filled_does_not_get_it(
    mail_server, make_letter, now
):
    letter_id = make_letter(PEOPLE)
    start_broadcast(letter_id, now=now)
    suppress("p5@example.org", reason="unsubscribed", now=now, actor="visitor")
    deliver()
    assert _counts(letter_id) == ("done", 12, 11, 0, 1, 0)
    assert "p5@example.org" not in {to for to, _content in mail_server.mails}


def test_unsubscribing_does_not_stop_service_mail(mail_server, now):
    suppress("ana@example.org", reason="unsubscribed", now=now, actor="visitor")
    _queue(now)
    deliver()
    assert [to for to, _content in mail_server.mails] == ["ana@example.org"]


def test_a_paused_letter_waits_and_service_mail_passes(mail_server, make_letter, now):
    letter_id = make_letter(PEOPLE)
    start_broadcast(letter_id, now=now)
    pause_broadcast(letter_id, now=now)
    _queue(now)
    deliver()
    assert [to for to, _content in mail_server.mails] == ["ana@example.org"]
    start_broadcast(letter_id, now=now)
    deliver()
    assert _counts(letter_id) == ("done", 12, 12, 0, 0, 0)


def test_a_cancelled_letter_is_not_sent(mail_server, make_letter, now):
    letter_id = make_letter(PEOPLE)
    start_broadcast(letter_id, now=now)
    cancel_broadcast(letter_id, now=now)
    assert deliver() == 0
    assert mail_server.mails == []
    assert _counts(letter_id) == ("cancelled", 12, 0, 0, 0, 12)


def test_the_daily_cap_keeps_the_rest_for_tomorrow(mail_server, make_letter, now):
    Transport.objects.filter(pk=default_transport().pk).update(daily_cap=5)
    start_broadcast(make_letter(PEOPLE), now=now)
    assert (deliver(), deliver()) == (5, 0)
    with clock.frozen(now + timedelta(days=1)):
        assert deliver() == 5


def test_the_rate_is_kept(mail_server, make_letter, now):
    Transport.objects.filter(pk=default_transport().pk).update(rate_per_minute=60)
    start_broadcast(make_letter(PEOPLE), now=now)
    assert 1 <= deliver(seconds=1) <= 3
    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent", "queued"}


def test_a_server_that_refuses_us_stops_the_run_and_fails_nobody(
    mail_server, make_letter, now
):
    mail_server.sender_answer = "550 5.7.1 sender not allowed"
    start_broadcast(make_letter(PEOPLE), now=now)
    assert deliver() == 0
    assert set(Delivery.objects.values_list("status", "attempts")) == {("queued", 0)}
    transport = Transport.objects.get()
    assert (transport.problem, transport.retry_at) == (
        "550 5.7.1 sender not allowed",
        now + timedelta(minutes=5),
    )
    assert len(transport_problems()) == 1
    mail_server.sender_answer = ""
    assert deliver() == 0
    with clock.frozen(now + timedelta(minutes=5)):
        assert deliver() == 12
    assert transport_problems() == []


def test_a_server_that_is_away_costs_no_attempt(mail_server, settings, now):
    settings.SMTP_URL = "smtp://127.0.0.1:9?tls=none"
    _queue(now)
    assert deliver() == 0
    assert Delivery.objects.values_list("status", "attempts").get() == ("queued", 0)
    assert Transport.objects.get().retry_at == now + timedelta(minutes=1)


def test_without_a_server_mail_stays_queued(business, settings, now):
    settings.SMTP_URL = ""
    _queue(now)
    assert deliver() == 0
    assert Delivery.objects.get().status == "queued"
    assert len(transport_problems()) == 1


def test_one_engine_at_a_time(mail_server, now):
    _queue(now)
    lease = Lease(default_transport())
    assert lease.take(now=now)
    assert deliver() == 0
    lease.release()
    assert deliver() == 1


def test_what_a_dead_engine_held_is_sent_by_the_next(mail_server, make_letter, now):
    start_broadcast(make_letter(PEOPLE), now=now)
    Delivery.objects.filter(address__in=PEOPLE[:5]).update(
        status="claimed", claimed_by="dead", claimed_at=now
    )
    EngineSeat.objects.create(
        transport=default_transport(),
        number=0,
        engine="dead",
        host="elsewhere",
        seen_at=now - timedelta(seconds=21),
    )
    assert deliver() == 12
    assert len(mail_server.mails) == 12


def test_what_was_held_for_a_cancelled_letter_ends_cancelled(
    mail_server, make_letter, now
):
    letter_id = make_letter(PEOPLE)
    start_broadcast(letter_id, now=now)
    Delivery.objects.filter(address=PEOPLE[0]).update(status="claimed", claimed_by="x")
    cancel_broadcast(letter_id, now=now)
    assert deliver() == 0
    assert _counts(letter_id) == ("cancelled", 12, 0, 0, 0, 12)


def test_many_mails_wake_one_task(
    settings, business, now, django_capture_on_commit_callbacks
):
    from django.tasks import default_task_backend

    settings.SMTP_URL = "smtp://127.0.0.1:9"
    default_task_backend.clear()
    with django_capture_on_commit_callbacks(execute=True):
        _queue(now, ref="1")
        _queue(now, ref="2")
        wake(now=now)
    assert len(default_task_backend.results) == 1


def test_an_address_that_is_none_fails_without_being_sent(mail_server, now):
    _queue(now, to="ana@example.org>\r\nRCPT TO:<eve@example.org")
    deliver()
    assert mail_server.mails == []
    assert Delivery.objects.get().status == "failed"


def test_claiming_costs_the_same_for_one_and_for_a_hundred(
    make_letter, now, django_assert_num_queries
):
    from perenne.mail.actions.claims import Scope, claim

    scope = Scope(engine="e", transport_id=default_transport().pk)
    for number in (1, 100):
        people = [f"q{number}-{n}@example.org" for n in range(number)]
        start_broadcast(make_letter(people, ref=f"letter:{number}"), now=now)
        with django_assert_num_queries(10):
            assert len(claim(scope, limit=500, now=now)) == number
        cancel_broadcast(Message.objects.latest("pk").pk, now=now)


@pytest.mark.django_db
def test_claiming_reads_an_index_range(now):
    from django.db import connection

    from perenne.mail.actions.claims import _due

    if connection.vendor != "sqlite":
        pytest.skip("the plan's wording is SQLite's")
    plan = _due(0, "", now).order_by("next_attempt_at", "pk")[:500].explain()
    assert "USING INDEX delivery_due" in plan
    assert "TEMP B-TREE" not in plan
