"""What an offer of packs and seats gives and takes back, from the sale to the refund."""

from datetime import timedelta

import pytest

from perenne.community.api import next_events, save_event
from perenne.core.tokens import new_token
from perenne.courses.api import (
    LessonContent,
    add_course,
    add_lesson,
    publish_course,
    publish_lesson,
)
from perenne.courses.models import Section
from perenne.memberships.api import has_pass
from perenne.memberships.web.forms import resource_choices
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.offers.offers import set_grants
from perenne.money.actions.orders.reservations import OfferSoldOut
from perenne.money.actions.payments.payments import mark_transfer_paid
from perenne.money.actions.payments.refunds import (
    end_access,
    refund_payment,
    send_refund,
)
from perenne.money.actions.subscriptions.standings import shut_access
from perenne.money.models import Payment, Subscription
from perenne.money.queries.offers.offers import grant_choices, grants_of
from perenne.practice.api import save_pack_kind, save_service
from perenne.practice.models import Pack, PackMovement
from perenne.streams.api import default_stream

DAY = timedelta(days=1)


@pytest.fixture
def pack_kind(streams, now):
    """Five sessions of coaching, for six months."""
    service = save_service(
        None,
        hours=[],
        slug="coaching",
        name="Coaching",
        price_cents=9000,
        stream_id=default_stream("one_to_one").pk,
        actor="owner",
        now=now,
    )
    return save_pack_kind(
        None,
        name="Five sessions",
        service_ids=[service.pk],
        sessions=5,
        months=6,
        active=True,
        actor="owner",
        now=now,
    )


@pytest.fixture
def sold_course(business, now):
    course = add_course(title="Rest", actor="owner", now=now)
    lesson = add_lesson(
        Section.objects.get(course=course).pk,
        content=LessonContent(title="One", body="<p>Sleep.</p>", minutes=10),
        actor="owner",
        now=now,
    )
    publish_lesson(lesson.pk, actor="owner", now=now)
    publish_course(course.pk, actor="owner", now=now)
    return course


@pytest.fixture
def event(business, now):
    """A workshop four weeks ahead, for whoever buys a seat."""
    return save_event(
        None,
        title="Workshop",
        text="",
        starts_at=now + 28 * DAY,
        minutes=90,
        time_zone="Europe/Paris",
        link="https://meet.example/workshop",
        place="",
        seats=20,
        tier_ids=[],
        actor="owner",
        now=now,
    )


@pytest.fixture
def bundle(course_offer, pack_kind, sold_course, event, now):
    """The course offer, which opens a course, gives a pack and a seat."""
    grants = [
        ("course", str(sold_course.pk)),
        ("session_pack", str(pack_kind.pk)),
        ("event_seat", str(event.pk)),
    ]
    set_grants(course_offer.pk, grants=grants, actor="owner", now=now)
    return course_offer


def _taken(event):
    event.refresh_from_db()
    return event.seats_taken


def _left():
    return list(Pack.objects.order_by("pk").values_list("left", flat=True))


def test_the_offer_form_lists_packs_and_seats_and_no_pass_is_given_for_them(
    pack_kind, event
):
    found = {key: label.replace("\xa0", " ") for key, label in grant_choices()}
    assert found == {
        f"session_pack:{pack_kind.pk}": "Carnet de séances : Five sessions",
        f"event_seat:{event.pk}": "Place à un direct : Workshop, 13 octobre 2026",
    }
    assert resource_choices() == []


def test_a_bundle_is_granted_once_and_taken_back_by_a_refund(
    bundle, sold_course, event, make_order, pay, now
):
    assert grants_of(bundle) == [
        ("Rest", "/me/courses/rest/"),
        ("Workshop, en direct le 13 octobre 2026", "/me/events/workshop/"),
        ("Five sessions", "/me/bookings/"),
    ]
    order = make_order(bundle)
    pay(order)
    for _time in range(2):
        settle_order(order.pk, now=now)
    resource = f"course:{sold_course.pk}"
    assert (_left(), has_pass(order.person_id, resource, now=now)) == ([5], True)
    assert (next_events(order.person_id, now), _taken(event)) == ([event], 1)
    payment = Payment.objects.get()
    refund = refund_payment(
        payment.pk,
        key=f"form-{payment.provider_ref}",
        amount_cents=4900,
        reason="",
        end_access=True,
        actor="owner",
        now=now,
    )
    for _time in range(2):
        send_refund(refund.pk, now=now)
    assert (_left(), has_pass(order.person_id, resource, now=now)) == ([0], False)
    assert (next_events(order.person_id, now), _taken(event)) == ([], 0)
    moves = list(PackMovement.objects.order_by("pk").values_list("why", "change"))
    assert moves == [("granted", 5), ("taken_back", -5)]


def test_a_part_given_back_leaves_the_pack(bundle, make_order, now):
    order = make_order(bundle, method="transfer")
    payment = mark_transfer_paid(order.pk, paid_at=now, actor="owner", now=now)
    refund_payment(
        payment.pk,
        key="form-1",
        amount_cents=1000,
        reason="",
        end_access=False,
        actor="owner",
        now=now,
    )
    assert _left() == [5]


def test_a_sold_out_event_refuses_before_anybody_is_charged(
    make_offer, event, make_order, now
):
    """The offer's own places are the only reservation there is."""
    offer = make_offer("workshop", title="Workshop", one_off=4900, seats=1)
    set_grants(offer.pk, grants=[("event_seat", str(event.pk))], actor="owner", now=now)
    order = make_order(offer, method="transfer")
    with pytest.raises(OfferSoldOut):
        make_order(offer, method="transfer", key=new_token())
    assert (Payment.objects.count(), _taken(event)) == (0, 0)
    mark_transfer_paid(order.pk, paid_at=now, actor="owner", now=now)
    assert _taken(event) == 1


def test_an_access_that_is_ended_takes_back_pack_and_seat(
    bundle, event, make_order, pay, now
):
    order = make_order(bundle)
    pay(order)
    settle_order(order.pk, now=now)
    end_access(order, actor="owner", now=now)
    assert (_left(), _taken(event)) == ([0], 0)


def test_a_subscription_gives_one_pack_that_waits_and_opens_with_it(
    club_offer, pack_kind, make_order, pay, now
):
    grants = [("session_pack", str(pack_kind.pk))]
    set_grants(club_offer.pk, grants=grants, actor="owner", now=now)
    order = make_order(club_offer, interval="month", key=new_token())
    pay(order)
    settle_order(order.pk, now=now)
    row = Subscription.objects.get()
    pack = Pack.objects.get()
    assert (pack.left, pack.source) == (5, f"subscription:{row.pk}")
    assert pack.open_until > row.current_period_end - DAY
    shut_access(row, actor="system", now=now)
    pack.refresh_from_db()
    assert pack.open_until == now
