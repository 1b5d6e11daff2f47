"""A pause to a chosen date: nothing open, nothing charged, nothing lost (MB9)."""

from datetime import timedelta

import pytest

from perenne.mail.models import Message
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.actions.subscriptions.pauses import (
    CannotPause,
    PauseTooLong,
    pause_subscription,
    resume_subscription,
)
from perenne.money.actions.subscriptions.subscriptions import stop_renewal
from perenne.money.models import Payment, SubscriptionRules

DAY = timedelta(days=1)


@pytest.fixture
def member(subscribe):
    return subscribe()


@pytest.fixture
def paused(member, now):
    pause_subscription(
        member.pk, until=now + 60 * DAY, actor="person:1", now=now + 10 * DAY
    )
    member.refresh_from_db()
    return member


def test_a_pause_shuts_the_access_at_once_and_charges_nothing_mb9(paused, shelf, now):
    assert (paused.state, paused.next_charge_at) == ("paused", None)
    assert (paused.paused_at, paused.resumes_at) == (now + 10 * DAY, now + 60 * DAY)
    assert list(shelf.open.values()) == [now + 10 * DAY]
    assert charge_due_subscriptions(now + 59 * DAY) == []
    assert Payment.objects.count() == 1
    assert Message.objects.filter(ref__startswith="subscription-paused").count() == 1


def test_it_goes_on_by_itself_on_the_day_with_the_days_that_were_kept_mb9(
    paused, shelf, now
):
    left = paused.current_period_end - (now + 10 * DAY)
    assert charge_due_subscriptions(now + 60 * DAY) == []
    paused.refresh_from_db()
    assert (paused.state, paused.resumes_at) == ("active", None)
    assert paused.current_period_end == now + 60 * DAY + left
    assert paused.next_charge_at == paused.current_period_end
    assert list(shelf.open.values()) == [paused.current_period_end + DAY]
    end = paused.current_period_end
    charge_subscription(paused.pk, now=end)
    paused.refresh_from_db()
    assert paused.current_period_start == end
    assert paused.current_period_end.day == end.day


def test_coming_back_by_hand_gives_the_same_days(paused, now):
    left = paused.current_period_end - (now + 10 * DAY)
    for _ in range(2):
        resume_subscription(paused.pk, actor="person:1", now=now + 20 * DAY)
    paused.refresh_from_db()
    assert paused.current_period_end == now + 20 * DAY + left
    assert Message.objects.filter(ref__startswith="subscription-resumed").count() == 1


def test_ending_a_pause_gives_the_days_back_and_opens_them(paused, shelf, now):
    left = paused.current_period_end - (now + 10 * DAY)
    stop_renewal(paused.pk, actor="person:1", now=now + 20 * DAY)
    paused.refresh_from_db()
    assert (paused.state, paused.resumes_at) == ("cancelling", None)
    assert paused.current_period_end == now + 20 * DAY + left
    assert list(shelf.open.values()) == [paused.current_period_end + DAY]


@pytest.mark.parametrize("days", [0, -1, 94])
def test_a_day_that_is_past_or_too_far_is_refused(member, now, days):
    with pytest.raises(PauseTooLong):
        pause_subscription(member.pk, until=now + days * DAY, actor="p", now=now)
    member.refresh_from_db()
    assert (member.state, Message.objects.filter(ref__contains="paused").count()) == (
        "active",
        0,
    )


def test_the_owner_may_allow_no_pause(member, now):
    SubscriptionRules.objects.create(pk=1, retry_days=[1, 3, 5], pause_days=0)
    with pytest.raises(CannotPause):
        pause_subscription(member.pk, until=now + 9 * DAY, actor="p", now=now)


@pytest.mark.parametrize("state", ["past_due", "cancelling"])
def test_only_what_runs_and_is_paid_is_paused(member, now, state):
    if state == "cancelling":
        stop_renewal(member.pk, actor="p", now=now)
    else:
        type(member).objects.update(state="past_due")
    with pytest.raises(CannotPause):
        pause_subscription(member.pk, until=now + 9 * DAY, actor="p", now=now)
    member.refresh_from_db()
    assert (member.state, member.paused_at) == (state, None)
