"""Declarations: stored whatever comes, answered once, never telling a stranger."""

from datetime import date, timedelta

import pytest

from perenne.core.models import LogEntry
from perenne.mail.models import Message
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.exits.declaration_cases import (
    DeclarationIsSettled,
    refund_declaration,
    settle_declaration,
)
from perenne.money.actions.exits.exits import (
    answer_declaration,
    declare,
    tend_declarations,
)
from perenne.money.actions.payments.refunds import RefundTooHigh
from perenne.money.actions.renewals.renewals import charge_due_subscriptions
from perenne.money.models import Declaration, DeclarationCase, Payment, Refund
from perenne.money.queries.exits.exits import contracts_at, withdrawal_of
from perenne.people.api import personal_data


@pytest.fixture
def termination(business, now):
    """Declare and answer a termination: termination(reference="…")."""

    def make(*, kind="termination", key="form-1", at=None, answered=True, **fields):
        values = {
            "name": "Ana Silva",
            "email": "ana@example.org",
            "reference": "",
            "wanted_on": None,
            "language": "en",
        }
        row = declare(kind, key=key, now=at or now, **(values | fields))
        if answered:
            answer_declaration(row.pk, now=at or now)
        return Declaration.objects.get(pk=row.pk)

    return make


@pytest.fixture
def course_order(course, make_order, pay, now):
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    order.refresh_from_db()
    return order


@pytest.fixture
def withdrawal(termination, course_order):
    return termination(kind="withdrawal", reference=course_order.number)


def mail_of(row):
    return Message.objects.get(ref=f"declaration:{row.pk}").text


def test_a_termination_stops_billing_and_says_when_it_ends_r60_r61(
    subscribe, termination, now
):
    held = subscribe()
    row = termination(reference=held.order.number)
    held.refresh_from_db()
    assert (held.state, held.next_charge_at) == ("cancelling", None)
    assert charge_due_subscriptions(held.current_period_end) == []
    assert row.case.state == "stopped"
    assert row.case.order_id == held.order_id
    text = mail_of(row)
    assert (
        f"The club ({held.order.number}): the contract ends on Oct. 15, 2026." in text
    )
    assert "on Sept. 15, 2026, 10:30 a.m. (Europe/Paris)" in text
    told = Message.objects.filter(ref__startswith="subscription-stopped")
    assert told.count() == 0


def test_without_a_reference_every_subscription_of_the_address_ends_r59(
    subscribe, termination
):
    first, second = subscribe(), subscribe()
    row = termination()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("cancelling", "cancelling")
    assert (row.case.state, row.case.order_id) == ("stopped", None)


def test_a_later_day_lets_it_run_until_the_period_that_reaches_it_r59_r60(
    subscribe, termination, now
):
    held = subscribe()
    row = termination(wanted_on=date(2026, 10, 20))
    held.refresh_from_db()
    assert (held.state, row.case.state) == ("active", "waiting")
    assert "the contract ends on Nov. 15, 2026" in mail_of(row)
    tend_declarations.func()
    held.refresh_from_db()
    assert held.state == "active"
    type(held).objects.filter(pk=held.pk).update(
        current_period_start=held.current_period_end,
        current_period_end=held.current_period_end + timedelta(days=31),
    )
    tend_declarations.func()
    held.refresh_from_db()
    row.case.refresh_from_db()
    assert (held.state, row.case.state) == ("cancelling", "stopped")


def test_nothing_that_matches_is_stored_and_acknowledged_all_the_same_r53_r60(
    subscribe, termination
):
    held = subscribe()
    row = termination(email="eve@example.org", reference=held.order.number)
    held.refresh_from_db()
    assert (held.state, row.case.state) == ("active", "open")
    assert "We could not tell from this which contract is meant." in mail_of(row)


def test_the_same_form_sent_twice_is_one_declaration_and_one_mail_r53(termination):
    first, again = termination(), termination()
    assert first.pk == again.pk
    answer_declaration(first.pk, now=first.received_at + timedelta(hours=1))
    assert Declaration.objects.count() == 1
    assert Message.objects.filter(ref__startswith="declaration:").count() == 1
    verbs = LogEntry.objects.filter(verb__startswith="money.declaration_")
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == [
        "money.declaration_received",
        "money.declaration_answered",
    ]


def test_a_corrected_form_is_another_declaration_r53(termination):
    termination()
    termination(name="Ana Da Silva")
    assert Declaration.objects.count() == 2


def test_a_mail_that_fails_loses_no_declaration_r53(termination, monkeypatch, now):
    row = termination(answered=False)
    with monkeypatch.context() as patch:
        patch.setattr(
            "perenne.money.actions.exits.exits.queue_template", lambda **_: 1 / 0
        )
        with pytest.raises(ZeroDivisionError):
            answer_declaration(row.pk, now=now)
    assert Declaration.objects.get().case.state == "received"
    answer_declaration(row.pk, now=now)
    assert Declaration.objects.get().case.state == "open"


def test_a_withdrawal_is_acknowledged_with_day_and_hour_r53_r56(
    withdrawal, course_order
):
    case = withdrawal.case
    assert (case.state, case.order_id) == ("open", course_order.pk)
    assert case.refund_by == date(2026, 9, 29)
    text = mail_of(withdrawal)
    assert course_order.number in text
    assert "on Sept. 15, 2026, 10:30 a.m. (Europe/Paris)" in text
    assert "This mail was sent on Sept. 15, 2026, 10:30 a.m." in text
    assert Refund.objects.count() == 0


def test_withdrawing_from_a_subscription_stops_its_renewal_r55(
    subscribe, termination, now
):
    held = subscribe()
    row = termination(kind="withdrawal", reference=held.order.number)
    held.refresh_from_db()
    assert (held.state, row.case.state) == ("cancelling", "open")
    at = now + timedelta(days=10)
    found = withdrawal_of(held.order, declared_at=at)
    assert (found.proposal.due, found.proposal.refund_cents) == ("pro_rata", 600)
    assert found.last_day == date(2026, 9, 29)


def test_what_the_owner_gives_back_goes_the_usual_way_r56(
    withdrawal, course_order, now
):
    payment = Payment.objects.get()
    arguments = {
        "payment_id": payment.pk,
        "key": "form-2",
        "amount_cents": 4901,
        "reason": "Withdrawal",
        "end_access": True,
        "actor": "owner",
        "now": now,
    }
    with pytest.raises(RefundTooHigh):
        refund_declaration(withdrawal.case.pk, **arguments)
    case = DeclarationCase.objects.get()
    assert (case.state, Refund.objects.count()) == ("open", 0)
    arguments["amount_cents"] = 4900
    refund_declaration(case.pk, **arguments)
    case.refresh_from_db()
    assert (case.state, case.settled_by) == ("refunded", "owner")
    with pytest.raises(DeclarationIsSettled):
        refund_declaration(case.pk, **arguments)
    with pytest.raises(DeclarationIsSettled):
        settle_declaration(case.pk, reason="Again", actor="owner", now=now)
    assert Refund.objects.get().amount_cents == 4900


def test_contracts_are_found_by_the_address_of_the_order(subscribe, course_order):
    held = subscribe()
    assert [row.number for row in contracts_at("ana@example.org")] == [
        held.order.number,
        course_order.number,
    ]
    assert contracts_at("eve@example.org") == []


def test_a_person_is_handed_their_declarations_and_they_stay_r33(
    withdrawal, course_order, now
):
    handler = personal_data.get("money.declarations")
    exported = handler.export(course_order.person_id)["declarations"]
    assert [row["reference"] for row in exported] == [course_order.number]
    handler.erase(course_order.person_id, now=now)
    assert Declaration.objects.get().email == "ana@example.org"
