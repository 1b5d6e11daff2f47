"""A reminder of an unfinished order: asked for, sent once, never after payment (LA11)."""

from datetime import timedelta

import pytest

from perenne.core import clock
from perenne.mail.api import suppress
from perenne.mail.models import Delivery, Message
from perenne.money.actions.checkout.payment_pages import open_payment_page
from perenne.money.actions.checkout.reminding import send_due_reminders, send_reminder
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.orders.around import Around, set_around
from perenne.money.domain.checkout.extras import NO_EXTRAS, Extras
from perenne.money.models import CheckoutReminder, Order, Payment
from perenne.money.queries.orders.reminders import reminder_counts

ENGLISH = {"accept-language": "en"}
ASKED = Extras(remind=True)


@pytest.fixture
def reminding(course, now):
    """The owner reminds after four hours."""
    wanted = Around(remind_hours=4)
    set_around(course.pk, wanted=wanted, actor="owner", now=now)


@pytest.fixture
def later(now):
    return now + timedelta(hours=4)


def reminders():
    return Message.objects.filter(ref__startswith="checkout-reminder:")


def tick(at):
    with clock.frozen(at):
        send_due_reminders.func()
        send_due_reminders.func()


def test_it_is_off_unless_the_owner_turns_it_on(course, make_order, client, account):
    make_order(course, extras=ASKED)
    assert CheckoutReminder.objects.count() == 0
    page = client.get("/checkout/course/", headers=ENGLISH).content.decode()
    assert 'name="remind"' not in page


def test_only_who_ticked_the_box_is_reminded(course, reminding, make_order, later):
    """R16: separate, unticked, specific."""
    make_order(course, extras=NO_EXTRAS)
    tick(later)
    assert (CheckoutReminder.objects.count(), reminders().count()) == (0, 0)


def test_the_box_is_not_ticked_beforehand(client, course, reminding, account):
    page = client.get("/checkout/course/", headers=ENGLISH).content.decode()
    box = page.split('name="remind"')[1].split(">")[0]
    assert "Remind me once by mail if I do not finish this order." in page
    assert "checked" not in box


def test_the_consent_is_kept_with_its_words(course, reminding, make_order, now, later):
    make_order(course, extras=ASKED)
    kept = CheckoutReminder.objects.get()
    assert (kept.wording, kept.agreed_at, kept.due_at) == (
        "Remind me once by mail if I do not finish this order.",
        now,
        later,
    )


def test_unticking_takes_it_back(course, reminding, make_order):
    make_order(course, extras=ASKED)
    make_order(course, extras=NO_EXTRAS)
    assert CheckoutReminder.objects.count() == 0


def test_one_mail_leads_back_to_the_kept_order(course, reminding, make_order, later):
    order = make_order(course, extras=ASKED)
    tick(later - timedelta(minutes=1))
    assert reminders().count() == 0
    tick(later)
    tick(later + timedelta(hours=9))
    mail = reminders().get()
    assert f"/orders/{order.key}/" in mail.text
    assert "Nothing was charged." in mail.text
    assert Delivery.objects.get(message=mail).address == "ana@example.org"
    assert CheckoutReminder.objects.get().state == "sent"


def test_nobody_is_reminded_of_what_they_paid(
    course, reminding, make_order, pay, now, later
):
    order = make_order(course, extras=ASKED)
    pay(order)
    settle_order(order.pk, now=now)
    tick(later)
    assert (CheckoutReminder.objects.get().state, reminders().count()) == ("dropped", 0)


def test_a_payment_whose_event_was_lost_is_recorded_instead(
    course, reminding, make_order, pay, later
):
    order = make_order(course, extras=ASKED)
    pay(order)
    send_reminder(CheckoutReminder.objects.get().pk, now=later)
    order.refresh_from_db()
    assert (order.state, Payment.objects.count(), reminders().count()) == ("paid", 1, 0)
    assert CheckoutReminder.objects.get().state == "dropped"


@pytest.mark.parametrize("state", ["expired", "cancelled"])
def test_an_order_that_is_over_is_not_reminded_of(
    course, reminding, make_order, later, state
):
    order = make_order(course, extras=ASKED)
    Order.objects.filter(pk=order.pk).update(state=state)
    tick(later)
    assert (CheckoutReminder.objects.get().state, reminders().count()) == ("dropped", 0)


def test_who_pays_by_transfer_has_not_left(course, reminding, make_order, later):
    make_order(course, extras=ASKED, method="transfer")
    tick(later)
    assert (CheckoutReminder.objects.get().state, reminders().count()) == ("dropped", 0)


def test_who_asked_to_be_left_alone_is_left_alone(
    course, reminding, make_order, now, later
):
    make_order(course, extras=ASKED)
    suppress("ana@example.org", reason="unsubscribed", now=now, actor="person")
    tick(later)
    assert (CheckoutReminder.objects.get().state, reminders().count()) == ("dropped", 0)


def test_a_provider_that_does_not_answer_leaves_it_for_later(
    course, reminding, make_order, now, later, settings
):
    order = make_order(course, extras=ASKED)
    Order.objects.filter(pk=order.pk).update(provider_ref="cs_test_x")
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    tick(later)
    assert (CheckoutReminder.objects.get().state, reminders().count()) == ("waiting", 0)


def test_what_reminders_brought_is_counted(
    course, reminding, make_order, pay, now, later
):
    order = make_order(course, extras=ASKED)
    open_payment_page(order.pk, now=now)
    tick(later)
    assert vars_of(reminder_counts(course)) == (1, 0)
    pay(order)
    settle_order(order.pk, now=later)
    assert vars_of(reminder_counts(course)) == (1, 1)


def vars_of(counts):
    return counts.sent, counts.paid
