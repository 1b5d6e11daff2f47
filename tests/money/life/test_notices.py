"""Who is told what, when, with which proof, and what follows when it was missed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.core import clock
from perenne.mail.models import Delivery, Message
from perenne.money.actions.exits.exits import answer_declaration, declare
from perenne.money.actions.exits.free_exits import (
    NoFreeExit,
    give_back_credits,
    leave_at_once,
)
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.actions.subscriptions.notices import note_outcomes, send_notices
from perenne.money.actions.subscriptions.rises import (
    RiseIsNoRise,
    RiseIsPlanned,
    RiseTooSoon,
    plan_rise,
    withdraw_rise,
)
from perenne.money.actions.subscriptions.subscriptions import stop_renewal
from perenne.money.domain.subscriptions.notices import (
    NoticeTerms,
    is_announced,
    notice_due_at,
    notice_window,
)
from perenne.money.domain.subscriptions.periods import Rhythm
from perenne.money.models import (
    DeclarationCase,
    Notice,
    Order,
    Payment,
    PriceRise,
    Refund,
)
from perenne.money.queries.subscriptions.notices import free_exit

DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")
TERMS = NoticeTerms()


@pytest.fixture
def yearly(subscribe):
    return subscribe(interval="year")


@pytest.fixture
def monthly(subscribe):
    return subscribe()


def deliver(now, status="sent"):
    """Let the mail server take, or refuse, what is queued; then take over the proof."""
    sent_at = now if status == "sent" else None
    Delivery.objects.filter(status="queued").update(
        status=status, sent_at=sent_at, smtp_reply="250 2.0.0 Ok: queued as 4B7"
    )
    note_outcomes(now)


@pytest.mark.parametrize(
    ("rhythm", "announced"),
    [
        (Rhythm("year"), True),
        (Rhythm("month", 3), True),
        (Rhythm("month", 6), True),
        (Rhythm("month", 2), False),
        (Rhythm("month"), False),
        (Rhythm("week", 52), True),
        (Rhythm("day", 30), False),
    ],
)
def test_periods_of_three_months_and_more_are_announced_r62(rhythm, announced):
    assert is_announced(rhythm, TERMS) is announced


@given(st.integers(1_577_836_800, 2_051_222_400))
def test_the_notice_is_due_inside_its_window_r62(second):
    end = datetime.fromtimestamp(second, UTC)
    window = notice_window(end, TERMS, zone=PARIS)
    due = notice_due_at(end, TERMS, zone=PARIS)
    assert window.opens_at < due < window.closes_at < end
    assert window.holds(due)
    assert window.holds(window.opens_at)
    assert window.holds(window.closes_at)
    assert not window.holds(window.opens_at - timedelta(seconds=1))
    assert not window.holds(window.closes_at + timedelta(seconds=1))
    assert not window.holds(None)


def test_a_yearly_renewal_is_announced_once_in_a_frame_r62(yearly):
    end = yearly.current_period_end
    due = notice_due_at(end, TERMS, zone=PARIS)
    send_notices(due - timedelta(minutes=1))
    assert Notice.objects.count() == 0
    for _ in range(2):
        send_notices(due)
    notice = Notice.objects.get()
    assert (notice.kind, notice.about_at, notice.state) == ("renewal", end, "queued")
    mail = Message.objects.get(ref=notice.mail_ref)
    day = end.astimezone(PARIS).strftime("%d").lstrip("0")
    assert f"LAST DAY TO REFUSE THE RENEWAL: Sept. {day}, 2027" in mail.text
    assert "=" * 60 in mail.text
    assert "border: 2px solid" in mail.html
    assert f"/cancel-contract/?ref={yearly.order.number}" in mail.text
    assert "€90.00" in mail.text


def test_the_proof_of_delivery_is_kept_r62(yearly):
    due = notice_due_at(yearly.current_period_end, TERMS, zone=PARIS)
    send_notices(due)
    deliver(due + timedelta(minutes=1))
    notice = Notice.objects.get()
    assert (notice.state, notice.sent_at) == ("sent", due + timedelta(minutes=1))
    assert notice.reply == "250 2.0.0 Ok: queued as 4B7"


def renew_untold(row):
    charge_subscription(row.pk, now=row.current_period_end)
    row.refresh_from_db()
    return row


def test_a_renewal_that_was_announced_gives_no_free_exit_r63(yearly):
    due = notice_due_at(yearly.current_period_end, TERMS, zone=PARIS)
    send_notices(due)
    deliver(due)
    row = renew_untold(yearly)
    at = row.current_period_start + 100 * DAY
    assert free_exit(row, at) is None
    with pytest.raises(NoFreeExit):
        leave_at_once(row.pk, actor="p", now=at)
    row.refresh_from_db()
    assert (row.state, Refund.objects.count()) == ("active", 0)


@pytest.mark.parametrize("missed", ["never", "bounced", "late"])
def test_a_renewal_not_announced_in_time_may_be_left_at_once_r63(yearly, shelf, missed):
    end = yearly.current_period_end
    if missed != "never":
        send_notices(end - 10 * DAY if missed == "late" else end - 60 * DAY)
        deliver(end - 10 * DAY, "failed" if missed == "bounced" else "sent")
    row = renew_untold(yearly)
    at = row.current_period_start + 100 * DAY
    right = free_exit(row, at)
    assert right.refund_cents == 9000 - 9000 * 100 // 366  # 2028 is a leap year
    assert right.refund_by == at.astimezone(PARIS).date() + 30 * DAY
    leave_at_once(row.pk, actor="person:1", now=at)
    row.refresh_from_db()
    assert (row.state, row.ended_reason, row.ended_at) == ("ended", "voluntary", at)
    assert row.current_period_end == at
    assert shelf.open == {}
    refund = Refund.objects.get()
    assert refund.amount_cents == right.refund_cents
    assert refund.payment.charge is not None
    assert Message.objects.filter(ref=f"left-at-once:{row.pk}").count() == 1
    with pytest.raises(NoFreeExit):
        leave_at_once(row.pk, actor="person:1", now=at)
    assert Refund.objects.count() == 1


def test_a_termination_of_an_unannounced_renewal_ends_it_at_once_r63(yearly):
    row = renew_untold(yearly)
    at = row.current_period_start + 100 * DAY
    declared = declare(
        "termination",
        key="k",
        name="Ana",
        email="ana@example.org",
        reference=row.order.number,
        wanted_on=None,
        language="en",
        now=at,
    )
    answer_declaration(declared.pk, now=at)
    row.refresh_from_db()
    assert (row.state, row.ended_at) == ("ended", at)
    assert DeclarationCase.objects.get().state == "stopped"
    assert Refund.objects.count() == 1


def test_the_first_period_has_no_free_exit_and_a_business_neither_r63(yearly):
    at = yearly.current_period_start + 100 * DAY
    assert free_exit(yearly, at) is None
    row = renew_untold(yearly)
    Order.objects.update(buyer_type="business", company="Ana SARL")
    row.order.refresh_from_db()
    assert free_exit(row, row.current_period_start + DAY) is None


def test_monthly_members_are_reminded_once_a_year_r64(monthly, now):
    send_notices(now + 364 * DAY)
    assert Notice.objects.count() == 0
    for days in (366, 400, 700):
        send_notices(now + days * DAY)
    notice = Notice.objects.get()
    assert (notice.kind, notice.about_at.year) == ("yearly", 2027)
    send_notices(now + 732 * DAY)
    assert [row.about_at.year for row in Notice.objects.order_by("pk")] == [2027, 2028]


def test_nobody_who_has_stopped_is_told_of_a_renewal(yearly, now):
    stop_renewal(yearly.pk, actor="p", now=now)
    send_notices(yearly.current_period_end - 40 * DAY)
    assert Notice.objects.count() == 0


def test_a_trial_is_told_of_before_its_first_charge_r66(
    subscribe_to, trial_offer, add_price, now
):
    row = subscribe_to(add_price(trial_offer, trial_days=14))
    send_notices(row.trial_ends_at - 4 * DAY)
    assert Notice.objects.count() == 0
    send_notices(row.trial_ends_at - 3 * DAY)
    notice = Notice.objects.get()
    assert (notice.kind, notice.amount_cents) == ("trial", 900)
    text = Message.objects.get(ref=notice.mail_ref).text
    assert "ends on Sept. 29, 2026" in text
    assert "€9.00 is charged for the first time, and then per month" in text


def test_a_card_that_ends_before_the_next_charge_is_asked_for_mb16(monthly, now):
    end = monthly.current_period_end
    type(monthly).objects.update(method_last4="4242", method_expires_on="2026-09-30")
    send_notices(end - 15 * DAY)
    assert Notice.objects.count() == 0
    for _ in range(2):
        send_notices(end - 14 * DAY)
    notice = Notice.objects.get()
    assert (notice.kind, notice.about_at) == ("card", end)
    assert "ending in 4242" in Message.objects.get(ref=notice.mail_ref).text


# Higher prices (R65)


def rise_of(row, now, *, days=60, cents=1200):
    return plan_rise(
        row.price_id,
        amount_cents=cents,
        from_at=now + days * DAY,
        reason="",
        actor="owner",
        now=now,
    )


def test_a_higher_price_counts_from_the_first_period_told_in_time_r65(monthly, now):
    rise_of(monthly, now)  # from 14 November: the period from 15 November on
    for _ in range(2):
        send_notices(now)
    notice = Notice.objects.get()
    assert (notice.kind, notice.amount_cents) == ("rise", 1200)
    assert notice.about_at.astimezone(PARIS).strftime("%m-%d") == "11-15"
    text = Message.objects.get(ref=notice.mail_ref).text
    assert (
        "from Nov. 15, 2026 on, “The club” costs €12.00 per month instead of €9.00"
        in text
    )
    assert "UNTIL Nov. 15, 2026 YOU MAY END IT, FREE OF CHARGE" in text
    deliver(now)
    for cents in (900, 1200, 1200):
        charge_subscription(monthly.pk, now=monthly.current_period_end)
        monthly.refresh_from_db()
        assert Payment.objects.latest("pk").amount_cents == cents
    assert monthly.amount_cents == 1200


@pytest.mark.parametrize("missed", ["undelivered", "bounced", "late", "withdrawn"])
def test_who_was_not_told_in_time_keeps_the_old_price_r65(monthly, now, missed):
    rise = rise_of(monthly, now)
    send_notices(now)
    if missed == "bounced":
        deliver(now, "failed")
    elif missed == "late":
        deliver(Notice.objects.get().about_at - 29 * DAY)
    elif missed == "withdrawn":
        deliver(now)
        withdraw_rise(rise.pk, actor="owner", now=now)
    for _ in range(2):
        charge_subscription(monthly.pk, now=monthly.current_period_end)
        monthly.refresh_from_db()
    assert Payment.objects.latest("pk").amount_cents == 900


def test_a_yearly_member_never_pays_more_in_the_current_term_r65(yearly, now):
    rise_of(yearly, now, days=40, cents=12_000)
    send_notices(now)
    assert Notice.objects.get().about_at == yearly.current_period_end


def test_who_ends_it_before_is_never_charged_the_new_price_r65(monthly, now):
    rise_of(monthly, now, days=31)
    send_notices(now)
    deliver(now)
    stop_renewal(monthly.pk, actor="p", now=now + DAY)
    charge_subscription(monthly.pk, now=monthly.current_period_end)
    assert Payment.objects.count() == 1


def test_only_a_real_rise_is_planned_once_and_in_time_r65(monthly, now):
    with pytest.raises(RiseTooSoon):
        rise_of(monthly, now, days=29)
    with pytest.raises(RiseIsNoRise):
        rise_of(monthly, now, cents=900)
    assert PriceRise.objects.count() == 0
    rise_of(monthly, now)
    with pytest.raises(RiseIsPlanned):
        rise_of(monthly, now, cents=1300)
    assert PriceRise.objects.count() == 1


def test_credit_that_is_left_goes_back_when_it_ends_mb10(monthly, now):
    end = monthly.current_period_end
    type(monthly).objects.update(credit_cents=700)
    stop_renewal(monthly.pk, actor="p", now=now)
    with clock.frozen(now):
        give_back_credits.call()
    assert Refund.objects.count() == 0
    charge_due_subscriptions(end)
    with clock.frozen(end):
        for _ in range(2):
            give_back_credits.call()
    refund = Refund.objects.get()
    monthly.refresh_from_db()
    assert (refund.amount_cents, monthly.credit_cents) == (700, 0)
