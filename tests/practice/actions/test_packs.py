"""Packs: given once, drawn by bookings, back by cancellations, never below zero."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from perenne.core import clock
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.mail.models import Message
from perenne.people.models import Person
from perenne.practice.actions.bookings import cancel_booking, mark_no_show
from perenne.practice.actions.credits import PackDoesNotPay
from perenne.practice.actions.packs import (
    NotSoManyLeft,
    PackEndsInThePast,
    PackIsClosed,
    adjust_credits,
    announce_pack_end,
    drop_packs,
    expire_pack,
    extend_packs,
    give_pack_by_hand,
    grant_pack,
    move_pack_end,
    revoke_packs,
    save_pack_kind,
    suspend_packs,
    tend_packs,
)
from perenne.practice.models import Booking, Pack, PackMovement
from perenne.practice.queries.missions import unbilled_sessions
from perenne.practice.queries.packs import paying_packs

DAY = timedelta(days=1)
BY = {"source": "order:7", "actor": "system"}


def _moves(pack):
    """Return the pack's movements, checked against its balance."""
    rows = PackMovement.objects.filter(pack=pack)
    pack.refresh_from_db()
    assert pack.left == rows.aggregate(sum=Sum("change"))["sum"]
    return list(rows.order_by("pk").values_list("why", "change"))


def _verbs():
    rows = LogEntry.objects.filter(verb__startswith="practice.").order_by("pk")
    return [
        verb.removeprefix("practice.") for verb in rows.values_list("verb", flat=True)
    ]


def test_a_pack_is_given_once_with_its_credits_and_its_end(make_kind, make_pack, now):
    kind = make_kind()
    pack = make_pack(kind)
    assert make_pack(kind).pk == pack.pk
    assert _moves(pack) == [("granted", 5)]
    # Six months from 15 September: until the end of 15 March in Paris, said 1 March at 9.
    assert pack.expires_at == datetime(2027, 3, 15, 23, 0, tzinfo=UTC)
    assert pack.notice_at == datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
    assert _verbs()[-1:] == ["pack_granted"]


def test_a_kind_that_changes_leaves_packs_given_before(
    make_kind, make_pack, service, now
):
    kind = make_kind()
    pack = make_pack(kind)
    save_pack_kind(
        kind.pk,
        name="Ten",
        service_ids=[service.pk],
        sessions=10,
        months=12,
        active=False,
        actor="owner",
        now=now,
    )
    assert _moves(pack) == [("granted", 5)]
    with pytest.raises(NotFound):
        save_pack_kind(
            99,
            name="",
            service_ids=[],
            sessions=1,
            months=1,
            active=True,
            actor="owner",
            now=now,
        )


def test_a_booking_draws_a_credit_and_owes_nothing(
    make_pack, make_booking, service, person
):
    pack = make_pack()
    booking = make_booking(service, pack_id=pack.pk)
    assert (booking.price_cents, booking.pack_id) == (0, pack.pk)
    assert _moves(pack) == [("granted", 5), ("used", -1)]
    assert _verbs()[-2:] == ["credit_used", "session_booked"]
    Booking.objects.update(state="held")
    assert unbilled_sessions(person.pk) == []
    text = Message.objects.get(ref=f"practice:booked:{booking.pk}").text
    assert "Paid with your pack “Five sessions”: 4 sessions are left." in text


def test_a_cancellation_gives_the_credit_back_once(
    make_pack, make_booking, service, now
):
    pack = make_pack()
    booking = make_booking(service, pack_id=pack.pk)
    for _time in range(2):
        cancel_booking(booking.pk, by_owner=False, actor="visitor", now=now)
    assert _moves(pack) == [("granted", 5), ("used", -1), ("returned", 1)]
    text = Message.objects.get(ref=f"practice:cancelled:{booking.pk}").text
    assert "The session is back on your pack “Five sessions”." in text


def test_who_does_not_come_has_used_the_credit(make_pack, make_booking, service, first):
    pack = make_pack()
    booking = make_booking(service, pack_id=pack.pk)
    mark_no_show(booking.pk, actor="owner", now=first + DAY)
    assert _moves(pack) == [("granted", 5), ("used", -1)]


@pytest.mark.parametrize(
    "wrong",
    ["empty", "ended", "ends_before", "shut", "revoked", "other_service", "unknown"],
)
def test_a_pack_that_does_not_pay_books_nothing(
    make_pack, make_booking, make_service, service, first, now, wrong
):
    fields = {"sessions": 1}
    if wrong == "other_service":
        fields["service_ids"] = [make_service("review").pk]
    pack = make_pack(ends_at=now if wrong == "shut" else None, **fields)
    if wrong == "empty":
        make_booking(service, first + timedelta(hours=2), pack_id=pack.pk)
    elif wrong == "ended":
        Pack.objects.update(expires_at=now)
    elif wrong == "ends_before":
        Pack.objects.update(expires_at=first)
    elif wrong == "revoked":
        revoke_packs(**BY, now=now)
    before = (Booking.objects.count(), PackMovement.objects.count(), _verbs())
    with pytest.raises(PackDoesNotPay):
        make_booking(service, pack_id=99 if wrong == "unknown" else pack.pk)
    after = (Booking.objects.count(), PackMovement.objects.count(), _verbs())
    assert after == before


def test_somebody_elses_pack_pays_for_nothing(make_pack, make_booking, service):
    pack = make_pack()
    with pytest.raises(PackDoesNotPay):
        make_booking(service, email="bob@example.org", pack_id=pack.pk)
    assert _moves(pack) == [("granted", 5)]


def test_the_database_refuses_a_balance_below_zero_and_a_changed_movement(make_pack):
    pack = make_pack()
    with pytest.raises(IntegrityError), transaction.atomic():
        Pack.objects.filter(pk=pack.pk).update(left=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        PackMovement.objects.update(change=9)
    with pytest.raises(IntegrityError), transaction.atomic():
        PackMovement.objects.all().delete()


def test_a_refund_takes_back_what_is_left_and_what_is_booked_stays(
    make_pack, make_booking, service, now
):
    pack = make_pack()
    booking = make_booking(service, pack_id=pack.pk)
    assert [revoke_packs(**BY, now=now) for _time in range(2)] == [1, 0]
    assert _moves(pack) == [("granted", 5), ("used", -1), ("taken_back", -4)]
    booking.refresh_from_db()
    assert booking.state == "booked"
    # Called off afterwards, nothing comes back on a pack that was given back.
    cancel_booking(booking.pk, by_owner=True, actor="owner", now=now)
    assert (_moves(pack)[-1], pack.left) == (("taken_back", -4), 0)
    assert extend_packs(**BY, ends_at=None, now=now) == 0


def test_a_pack_waits_and_opens_again_with_what_it_came_with(
    make_pack, service, person, now
):
    make_pack(ends_at=now + DAY)

    def pays(at):
        return len(paying_packs(person.pk, service.pk, now=at))

    assert (pays(now), pays(now + DAY)) == (1, 0)
    assert extend_packs(**BY, ends_at=now + 2 * DAY, now=now) == 1
    assert extend_packs(**BY, ends_at=now + DAY, now=now) == 0
    assert pays(now + DAY) == 1
    assert [suspend_packs(**BY, now=now) for _time in range(2)] == [1, 0]
    assert pays(now) == 0
    assert extend_packs(**BY, ends_at=None, now=now) == 1
    assert pays(now + 100 * DAY) == 1


def test_a_plan_changed_to_and_fro_gives_no_second_pack(
    make_kind, make_pack, make_booking, service, now
):
    kind = make_kind()
    pack = make_pack(kind)
    make_booking(service, pack_id=pack.pk)
    assert drop_packs(**BY, kind_id=kind.pk, now=now) == 1
    assert extend_packs(**BY, ends_at=None, now=now) == 0
    with pytest.raises(PackDoesNotPay):
        make_booking(service, datetime(2026, 9, 17, 9, 0, tzinfo=UTC), pack_id=pack.pk)
    again = make_pack(kind)
    assert (again.pk, again.left, again.open_until) == (pack.pk, 4, None)
    # A refund reaches what the plan has dropped, too.
    drop_packs(**BY, kind_id=kind.pk, now=now)
    assert revoke_packs(**BY, now=now) == 1
    assert pack.left == 5
    assert _moves(pack)[-1] == ("taken_back", -4)


def test_what_is_left_at_the_end_expires_once(make_pack):
    pack = make_pack()
    assert expire_pack(pack.pk, now=pack.expires_at - DAY) is False
    with clock.frozen(pack.expires_at):
        tend_packs.func()
        tend_packs.func()
    assert _moves(pack) == [("granted", 5), ("expired", -5)]
    assert _verbs().count("pack_expired") == 1


def test_a_later_last_day_brings_back_what_had_expired(make_pack):
    pack = make_pack()
    over = pack.expires_at + DAY
    expire_pack(pack.pk, now=over)
    by = {"actor": "owner", "now": over}
    with pytest.raises(PackEndsInThePast):
        move_pack_end(pack.pk, last_on=date(2027, 3, 16), **by)
    for _time in range(2):
        move_pack_end(pack.pk, last_on=date(2027, 4, 30), **by)
    assert _moves(pack) == [("granted", 5), ("expired", -5), ("reopened", 5)]
    assert pack.expires_at == datetime(2027, 4, 30, 22, 0, tzinfo=UTC)
    expire_pack(pack.pk, now=pack.expires_at)
    assert _moves(pack)[-1] == ("expired", -5)


def test_the_end_is_announced_once_and_anew_for_another_day(make_pack, now):
    pack = make_pack()
    Person.objects.update(language="en")
    assert announce_pack_end(pack.pk, now=pack.notice_at - DAY) is False
    for _time in range(2):
        with clock.frozen(pack.notice_at):
            tend_packs.func()
    message = Message.objects.get(ref=f"practice:pack_ends:{pack.pk}:2027-03-15")
    assert message.subject == "Your pack “Five sessions” ends on 15 March"
    assert "5 sessions are left on your pack “Five sessions”." in message.text
    assert _verbs().count("pack_end_announced") == 1
    later = pack.notice_at + DAY
    move_pack_end(pack.pk, last_on=date(2027, 4, 30), actor="owner", now=later)
    with clock.frozen(datetime(2027, 4, 16, 7, 0, tzinfo=UTC)):
        tend_packs.func()
    assert Message.objects.filter(ref__startswith="practice:pack_ends:").count() == 2


@pytest.mark.parametrize("state", ["empty", "shut", "revoked"])
def test_a_pack_that_pays_for_nothing_is_not_announced(
    make_pack, make_booking, service, now, state
):
    pack = make_pack(sessions=1)
    if state == "empty":
        make_booking(service, pack_id=pack.pk)
    elif state == "shut":
        suspend_packs(**BY, now=now)
    else:
        revoke_packs(**BY, now=now)
    with clock.frozen(datetime(2027, 3, 2, 8, 0, tzinfo=UTC)):
        tend_packs.func()
    assert Message.objects.filter(ref__startswith="practice:pack_ends:").count() == 0


def test_the_desk_gives_a_pack_once_and_says_so(make_kind, now):
    kind, form = make_kind(), {"key": "abc", "tell": True, "reason": "A friend"}
    packs = [
        give_pack_by_hand(
            kind.pk, email="Bob@example.org ", actor="owner", now=now, **form
        )
        for _time in range(2)
    ]
    assert packs[0].pk == packs[1].pk
    assert (packs[0].source, packs[0].reason) == ("hand:abc", "A friend")
    message = Message.objects.get()
    assert message.ref == f"practice:pack_given:{packs[0].pk}"
    with pytest.raises(NotFound):
        give_pack_by_hand(99, email="b@example.org", actor="owner", now=now, **form)


def test_the_desk_gives_and_takes_back_credits_once_with_a_reason(make_pack, now):
    pack, by = make_pack(), {"actor": "owner", "now": now}
    for _time in range(2):
        adjust_credits(pack.pk, change=2, reason="Sorry", key="a", **by)
    adjust_credits(pack.pk, change=-7, reason="Mistake", key="b", **by)
    assert _moves(pack) == [("granted", 5), ("granted", 2), ("taken_back", -7)]
    with pytest.raises(NotSoManyLeft):
        adjust_credits(pack.pk, change=-1, reason="", key="c", **by)
    revoke_packs(**BY, now=now)
    with pytest.raises(PackIsClosed):
        adjust_credits(pack.pk, change=1, reason="", key="d", **by)
    with pytest.raises(PackIsClosed):
        move_pack_end(pack.pk, last_on=date(2027, 4, 30), **by)
    assert len(_moves(pack)) == 3
    for act, fields in (
        (adjust_credits, {"change": 1, "reason": "", "key": "e"}),
        (move_pack_end, {"last_on": date(2027, 4, 30)}),
    ):
        with pytest.raises(NotFound):
            act(99, **fields, **by)


def test_two_sources_give_two_packs_and_the_one_that_ends_first_comes_first(
    make_kind, make_pack, service, person, now
):
    kind = make_kind()
    late = make_pack(kind, source="order:8", at=now + DAY)
    early = make_pack(kind)
    rows = paying_packs(person.pk, service.pk, now=now)
    assert [row.pack.pk for row in rows] == [early.pk, late.pk]
    assert grant_pack(
        person_id=person.pk,
        kind_id=kind.pk,
        source="order:9",
        ends_at=None,
        actor="system",
        now=now,
    ).pk not in {early.pk, late.pk}
