"""Booking, cancelling, saying how it went."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.mail.models import AttachedFile, Message
from perenne.people.models import Person
from perenne.practice.actions.bookings import (
    BookingIsOver,
    SessionNotYetOver,
    SlotTaken,
    TooLateToCancel,
    cancel_booking,
    mark_held,
    mark_no_show,
    send_reminders,
)
from perenne.practice.models import BookedCell, Booking
from perenne.practice.queries.bookings import (
    booking_by_token,
    cancel_token,
    open_slots,
    upcoming_bookings,
)
from perenne.streams.api import declare_absence, work_facts


def _refs():
    return sorted(Message.objects.values_list("ref", flat=True))


def _verbs():
    rows = LogEntry.objects.filter(verb__startswith="practice.session")
    return list(rows.order_by("pk").values_list("verb", flat=True))


def test_booking_takes_the_slot_and_mails_both_sides(booking, service, now, first):
    assert (booking.starts_at, booking.ends_at) == (first, first + timedelta(hours=1))
    assert (booking.state, booking.price_cents) == ("booked", 9000)
    assert booking.cells.count() == 15  # 60 minutes and 15 of buffer
    assert booking.person.email == "ana@example.org"
    assert _refs() == [
        f"practice:booked:{booking.pk}",
        f"practice:owner_booked:{booking.pk}",
    ]
    assert _verbs() == ["practice.session_booked"]
    starts = [slot.starts_at for slot in _slots(service, first, now)]
    assert starts == [first + timedelta(minutes=90), first + timedelta(minutes=120)]


def _slots(service, first, now):
    end = first + timedelta(hours=12)
    return open_slots(service, start=first - timedelta(hours=6), end=end, now=now)


def test_the_confirmation_is_in_the_persons_language_and_zone(booking):
    message = Message.objects.get(ref=f"practice:booked:{booking.pk}")

    assert message.subject == "Booked: Discovery call, 17 September at 04:00"
    assert "04:00–05:00 (America/Sao_Paulo)" in message.text
    assert f"/book/cancel/{cancel_token(booking)}/" in message.text
    file = AttachedFile.objects.get(message=message)
    [event] = Calendar.from_ical(bytes(file.content)).events
    assert event["UID"].startswith(str(booking.uid))
    assert event.start == booking.starts_at
    assert "method=REQUEST" in file.content_type


def test_a_taken_slot_is_refused_with_alternatives(service, make_booking, first):
    make_booking(service)
    before = (Booking.objects.count(), Message.objects.count(), Person.objects.count())

    with pytest.raises(SlotTaken) as refused:
        make_booking(service, first + timedelta(minutes=30), "bob@example.org")

    assert [slot.starts_at for slot in refused.value.alternatives] == [
        first - timedelta(hours=22),  # the day before, at 11:00 in Paris
        first + timedelta(minutes=90),
        first + timedelta(minutes=120),
    ]
    after = (Booking.objects.count(), Message.objects.count(), Person.objects.count())
    assert after == before


def test_two_services_share_one_calendar(make_service, make_booking, first):
    make_booking(make_service("call"))

    with pytest.raises(SlotTaken):
        make_booking(make_service("review"), email="bob@example.org")


def test_a_time_outside_the_hours_is_refused(service, make_booking, first):
    with pytest.raises(SlotTaken):
        make_booking(service, first - timedelta(hours=3))

    assert Booking.objects.count() == 0


def test_a_closed_service_cannot_be_booked(make_service, make_booking):
    with pytest.raises(NotFound):
        make_booking(make_service(active=False))


def test_a_daily_cap_is_kept_and_a_cancelled_seat_is_free_again(
    make_service, make_booking, first, now
):
    service = make_service(daily_cap=1)
    booking = make_booking(service)
    later = first + timedelta(hours=2)
    with pytest.raises(SlotTaken):
        make_booking(service, later, "bob@example.org")

    cancel_booking(booking.pk, by_owner=True, actor="owner", now=now)

    assert make_booking(service, later, "bob@example.org").seat == 1


def test_an_absence_closes_its_days(service, first, now):
    assert len(_slots(service, first, now)) == 5

    declare_absence(
        first_on=date(2026, 9, 17), last_on=date(2026, 9, 18), actor="owner", now=now
    )

    assert _slots(service, first, now) == []


def test_cancelling_frees_the_slot_and_tells_both(
    booking, service, make_booking, now, first
):
    cancel_booking(booking.pk, by_owner=False, actor="visitor", now=now)
    cancel_booking(booking.pk, by_owner=False, actor="visitor", now=now)

    booking.refresh_from_db()
    assert (booking.state, booking.sequence) == ("cancelled", 1)
    assert BookedCell.objects.count() == 0
    assert _refs() == [
        f"practice:booked:{booking.pk}",
        f"practice:cancelled:{booking.pk}",
        f"practice:owner_booked:{booking.pk}",
        f"practice:owner_cancelled:{booking.pk}",
    ]
    assert _verbs() == ["practice.session_booked", "practice.session_cancelled"]
    file = AttachedFile.objects.get(message__ref=f"practice:cancelled:{booking.pk}")
    calendar = Calendar.from_ical(bytes(file.content))
    assert calendar["METHOD"] == "CANCEL"
    assert calendar.events[0]["SEQUENCE"] == 1
    assert make_booking(service, email="bob@example.org").state == "booked"


def test_a_person_cannot_cancel_too_late_but_the_owner_can(booking, first):
    late = first - timedelta(hours=23)
    with pytest.raises(TooLateToCancel):
        cancel_booking(booking.pk, by_owner=False, actor="visitor", now=late)
    booking.refresh_from_db()
    assert booking.state == "booked"

    cancel_booking(booking.pk, by_owner=True, actor="owner", now=late)

    booking.refresh_from_db()
    assert booking.state == "cancelled"


def test_a_held_session_logs_its_hours_once(booking, service, first):
    after = first + timedelta(hours=1)
    for _ in range(2):
        mark_held(booking.pk, actor="owner", now=after)

    [fact] = work_facts(date(2026, 9, 17), date(2026, 9, 17))
    assert (fact.minutes, fact.stream_id, fact.ref) == (
        60,
        service.stream_id,
        f"booking:{booking.pk}",
    )
    assert _verbs() == ["practice.session_booked", "practice.session_held"]


def test_a_missed_session_logs_no_hours(booking, first):
    mark_no_show(booking.pk, actor="owner", now=first + timedelta(hours=1))

    booking.refresh_from_db()
    assert booking.state == "no_show"
    assert work_facts(date(2026, 9, 17), date(2026, 9, 17)) == []
    with pytest.raises(BookingIsOver):
        mark_held(booking.pk, actor="owner", now=first + timedelta(hours=1))


def test_how_it_went_cannot_be_said_before(booking, now):
    with pytest.raises(SessionNotYetOver):
        mark_held(booking.pk, actor="owner", now=now)

    booking.refresh_from_db()
    assert booking.state == "booked"


def test_a_reminder_goes_out_once_the_day_before(booking, first, now):
    from perenne.core import clock

    assert send_reminders.func() == 0
    with clock.frozen(first - timedelta(hours=23)):
        assert send_reminders.func() == 1
        assert send_reminders.func() == 0

    message = Message.objects.get(ref=f"practice:reminder:{booking.pk}")
    assert message.subject == "Reminder: Discovery call, Thursday at 04:00"


def test_nobody_is_reminded_of_what_was_booked_within_the_day(
    make_service, make_booking, first
):
    service = make_service(notice_hours=1)
    booking = make_booking(service, now=first - timedelta(hours=5))

    assert booking.remind_at is None


def test_the_database_keeps_only_the_tokens_hash(booking):
    token = cancel_token(booking)

    assert booking_by_token(token) == booking
    assert booking_by_token(token[:-1] + "x") is None
    assert token not in str(Booking.objects.values().get())


def test_upcoming_bookings_are_those_not_over(booking, service, make_booking, now):
    second = make_booking(service, booking.starts_at + timedelta(days=1))
    cancel_booking(second.pk, by_owner=True, actor="owner", now=now)

    [found] = upcoming_bookings(booking.person_id, now)

    assert (found.id, found.service) == (booking.pk, "Discovery call")
    assert upcoming_bookings(booking.person_id, booking.ends_at) == []
