"""An event is put up, changed and called off; whoever has a seat is told once."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from perenne.community.actions.events import (
    EventHasNoPlace,
    EventIsOver,
    EventStartsInThePast,
    cancel_event,
    tell_all_news,
    tell_news,
)
from perenne.community.actions.reminders import remind, send_event_reminders
from perenne.community.models import Event, Seat
from perenne.core import clock
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.mail.models import AttachedFile, Message

HOUR = timedelta(hours=1)


def _refs():
    return list(Message.objects.order_by("pk").values_list("ref", flat=True))


def _event_in(message):
    file = AttachedFile.objects.get(message=message)
    calendar = Calendar.from_ical(bytes(file.content))
    return str(calendar["METHOD"]), calendar.events[0]


def test_an_event_is_added_and_changed(make_event, starts, tier, now):
    event = make_event(seats=20)
    assert (event.slug, event.ends_at) == ("writing-hour", starts + 1.5 * HOUR)
    assert list(event.tiers.all()) == [tier]
    assert make_event().slug == "writing-hour-2"
    make_event(event.pk, title="Reading hour", tier_ids=[], seats=1)
    event.refresh_from_db()
    assert (event.title, event.seats, event.slug) == ("Reading hour", 1, "writing-hour")
    assert event.tiers.count() == 0
    verbs = LogEntry.objects.filter(verb__startswith="community.").order_by("pk")
    assert [row.verb for row in verbs] == [
        "community.event_added",
        "community.event_added",
        "community.event_changed",
    ]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"link": ""}, EventHasNoPlace),
        ({"starts_at": datetime(2026, 9, 15, 8, 30, tzinfo=UTC)}, EventStartsInThePast),
    ],
)
def test_an_event_that_cannot_be_is_refused(make_event, fields, refusal):
    with pytest.raises(refusal):
        make_event(**fields)
    assert Event.objects.count() == 0


def test_what_is_over_or_gone_is_not_changed(make_event, event, starts, now):
    with pytest.raises(NotFound):
        make_event(99)
    with pytest.raises(EventIsOver):
        make_event(event.pk, at=starts, starts_at=starts + HOUR)
    with pytest.raises(NotFound):
        cancel_event(99, actor="owner", now=now)
    with pytest.raises(EventIsOver):
        cancel_event(event.pk, actor="owner", now=event.ends_at)
    cancel_event(event.pk, actor="owner", now=now)
    with pytest.raises(EventIsOver):
        make_event(event.pk, title="Again")


def test_a_new_hour_is_told_once_and_reminders_move_with_it(
    make_event, event, ana, sit, sell, starts, now
):
    sit(event, ana)
    sell(event, ana)  # bought beside: still one mail a person
    make_event(event.pk, text="Bring two pages.", seats=9)
    assert tell_news(event.pk, now=now) is False
    make_event(event.pk, starts_at=starts + 24 * HOUR)
    for _time in range(2):
        tell_all_news.func()
    assert _refs()[2:] == [f"community:changed:{event.pk}:1:{ana.pk}"]
    message = Message.objects.latest("pk")
    assert message.subject == "Changed: Writing hour, 14 October at 18:00"
    method, found = _event_in(message)
    assert (method, found["SEQUENCE"], found.start) == (
        "REQUEST",
        1,
        starts + 24 * HOUR,
    )
    for seat in Seat.objects.all():
        assert seat.remind_day_at == starts
        assert seat.remind_hour_at == starts + 23 * HOUR


def test_a_crash_between_two_mails_tells_everybody_once(
    make_event, event, ana, sit, make_person, sell, monkeypatch, starts, now
):
    bob = make_person("bob@example.org")
    sit(event, ana)
    sell(event, bob)
    cancel_event(event.pk, actor="owner", now=now)
    Event.objects.update(told_sequence=0)  # as if the worker had died before its commit
    tell_all_news.func()
    tell_all_news.func()
    told = [ref for ref in _refs() if ":cancelled:" in ref]
    assert told == [f"community:cancelled:{event.pk}:1:{row.pk}" for row in (ana, bob)]


def test_everybody_is_told_that_it_is_cancelled(event, ana, sit, now, starts):
    sit(event, ana)
    for _time in range(2):
        cancel_event(event.pk, actor="owner", now=now)
    tell_all_news.func()
    message = Message.objects.latest("pk")
    assert message.subject == "Cancelled: Writing hour, 13 October"
    method, found = _event_in(message)
    assert (method, str(found["STATUS"]), found["SEQUENCE"]) == (
        "CANCEL",
        "CANCELLED",
        1,
    )
    assert LogEntry.objects.filter(verb="community.event_cancelled").count() == 1
    with clock.frozen(starts - HOUR):
        send_event_reminders.func()
    assert len(_refs()) == 2


def test_reminders_come_the_day_before_and_an_hour_before_once(event, ana, sit, starts):
    sit(event, ana)
    for at in (
        starts - 25 * HOUR,
        starts - 24 * HOUR,
        starts - 2 * HOUR,
        starts - HOUR,
    ):
        with clock.frozen(at):
            send_event_reminders.func()
            send_event_reminders.func()
    assert _refs()[1:] == [
        f"community:day:{event.pk}:0:{ana.pk}",
        f"community:hour:{event.pk}:0:{ana.pk}",
    ]
    subjects = list(Message.objects.order_by("pk").values_list("subject", flat=True))
    assert subjects == [
        "Your seat: Writing hour, 13 October at 18:00",
        "Reminder: Writing hour, Tuesday at 18:00",
        "In an hour: Writing hour, at 18:00",
    ]


def test_the_day_before_is_the_same_hour_when_clocks_change(make_event, ana, sit):
    starts = datetime(2026, 10, 25, 17, 0, tzinfo=UTC)  # 18:00 in Paris, winter time
    seat = sit(make_event(starts_at=starts), ana)
    assert seat.remind_day_at == datetime(2026, 10, 24, 16, 0, tzinfo=UTC)
    assert seat.remind_hour_at == datetime(2026, 10, 25, 16, 0, tzinfo=UTC)


def test_after_a_night_without_a_worker_one_reminder_is_sent(event, ana, sit, starts):
    seat = sit(event, ana)
    assert remind(seat.pk, now=starts - HOUR) is True
    assert _refs()[1:] == [f"community:hour:{event.pk}:0:{ana.pk}"]
    seat = Seat.objects.get()
    assert (seat.remind_day_at, seat.remind_hour_at) == (None, None)


def test_nobody_is_reminded_of_what_has_begun_or_is_not_theirs_any_more(
    event, make_person, join_club, sit, sell, starts, now
):
    late = sit(event, join_club(make_person("late@example.org")))
    assert remind(late.pk, now=starts) is False
    left = join_club(make_person("left@example.org"), ends_at=starts - 2 * HOUR)
    former = sit(event, left)
    assert remind(former.pk, now=starts - HOUR) is False
    waits = sell(event, make_person("waits@example.org"), ends_at=starts - 2 * HOUR)
    assert remind(waits.pk, now=starts - HOUR) is False
    assert len(_refs()) == 3


def test_mails_name_the_persons_own_zone_and_speak_french(
    event, make_person, sell, starts
):
    lea = make_person("lea@example.org", time_zone="America/Montreal")
    type(lea).objects.filter(pk=lea.pk).update(language="fr")
    sell(event, lea)
    message = Message.objects.get()
    subject = " ".join(message.subject.split())
    assert subject == "Votre place : Writing hour, le 13 octobre à 12:00"
    assert "mardi 13 octobre 2026, 12:00–13:30 (America/Montreal)" in message.text
    assert "meet.example" not in message.text + message.html
    method, found = _event_in(message)
    assert (method, found.start) == ("REQUEST", starts)
    assert "meet.example" not in str(found)
