"""A SEPA debit is announced in the time its mandate agreed on, once (R129)."""

from datetime import timedelta

import pytest

from perenne.core.actions import change_business
from perenne.mail.models import Message
from perenne.money.actions.checkout.payment_pages import _page_request
from perenne.money.actions.subscriptions.prenotices import announce_debits
from perenne.money.models import Order


@pytest.fixture
def debited(subscribe, now):
    """A subscription whose buyer signed a mandate."""
    change_business(actor="owner", now=now, sepa_creditor_id="FR12ZZZ123456")
    row = subscribe()
    mandate = {"key": "sepa_mandate", "wording": "…", "source": "…", "at": "…"}
    Order.objects.filter(pk=row.order_id).update(consents=[mandate])
    return row


def test_a_debit_is_announced_two_days_before_and_once(debited):
    due = debited.next_charge_at
    Message.objects.all().delete()
    assert announce_debits(due - timedelta(days=4)) == 0
    for hours in (71, 50, 1):
        assert announce_debits(due - timedelta(hours=hours)) == 1
    mail = Message.objects.get()
    assert mail.subject == "A debit of €9.00 is coming"
    assert "on Oct. 15, 2026 we debit your bank account for The club: €9.00." in (
        mail.text
    )
    assert "FR12ZZZ123456" in mail.text


def test_a_card_is_not_announced(subscribe):
    row = subscribe()
    Message.objects.all().delete()
    assert announce_debits(row.next_charge_at - timedelta(days=1)) == 0
    assert Message.objects.count() == 0


def test_who_signed_a_mandate_is_led_to_a_debit_and_others_are_not(
    debited, make_order, course, settings, now
):
    settings.STRIPE_METHODS = ["card", "sepa_debit"]
    debited.order.refresh_from_db()
    assert _page_request(debited.order, now).methods == ("sepa_debit",)
    card = make_order(course, key="k" * 43)
    assert _page_request(card, now).methods == ("card",)
    change_business(actor="owner", now=now, sepa_creditor_id="")
    assert _page_request(card, now).methods == ()
