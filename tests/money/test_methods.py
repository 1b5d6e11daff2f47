"""A card or an account saved for what renews, without a charge (R127)."""

from datetime import date, timedelta

import pytest

from perenne.core.models import LogEntry
from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.actions.renewals.methods import (
    NothingToSaveFor,
    open_method_page,
    settle_method_page,
    settle_open_pages,
)
from perenne.money.actions.renewals.renewals import charge_subscription
from perenne.money.actions.subscriptions.subscriptions import end_subscription
from perenne.money.models import MethodPage, Payment, ProviderEvent, Subscription

FAILS_LATER, ASKS_ONCE = "4000000000000341", "4000002500003155"


@pytest.fixture
def member(subscribe):
    return subscribe(FAILS_LATER)


@pytest.fixture
def save(member, account, now):
    """Give another card: save("4242…") returns the page."""

    def save(card="4242424242424242"):
        open_method_page(member.pk, back="/me/subscription/", now=now)
        page = MethodPage.objects.latest("pk")
        account.complete_checkout(page.page_ref, card=card)
        return page

    return save


def test_a_saved_card_is_charged_next(member, save, account, now):
    charges = len(account.objects("charge"))
    page = save(ASKS_ONCE)
    assert settle_method_page(page.pk, now=now) == "saved"
    assert settle_method_page(page.pk, now=now) == "known"
    page.refresh_from_db()
    assert (page.state, page.kind, page.last4) == ("saved", "card", "3155")
    assert page.expires_on == date(2034, 12, 31)
    assert len(account.objects("charge")) == charges

    former = member.provider_method
    member.refresh_from_db()
    assert member.provider_method == page.method != former
    charge_subscription(member.pk, now=member.current_period_end)
    assert Payment.objects.count() == 2


def test_an_open_page_is_used_again(member, account, now):
    first = open_method_page(member.pk, back="/me/", now=now)
    assert open_method_page(member.pk, back="/me/", now=now) == first
    later = now + timedelta(days=1)
    assert open_method_page(member.pk, back="/me/", now=later) != first


def test_the_event_of_a_page_saves_it_once(member, save, account, now):
    page = save()
    for event in account.events[-6:]:
        if event["data"]["object"]["metadata"].get("key") != page.key:
            continue
        for _time in range(2):
            body, signature = account.signed(event)
            receive_event("stripe", body.encode(), signature, now=now)
            row = ProviderEvent.objects.get(event_id=event["id"])
            handle_event(row.pk, now=now)
    page.refresh_from_db()
    member.refresh_from_db()

    assert (page.state, member.provider_method) == ("saved", page.method)
    assert LogEntry.objects.filter(verb="money.method_saved").count() == 1


def test_a_page_whose_event_is_lost_is_found_by_asking(member, save, now):
    page = save()
    assert settle_open_pages(now=now) == 1
    page.refresh_from_db()
    assert page.state == "saved"


def test_what_is_over_takes_no_card(member, account, now):
    end_subscription(member, actor="owner", now=now)
    with pytest.raises(NothingToSaveFor):
        open_method_page(member.pk, back="/me/", now=now)
    assert MethodPage.objects.count() == 0


def test_a_card_that_is_taken_away_is_noted(member, account, client, now):
    import stripe

    shop = stripe.StripeClient("sk_test_x", base_addresses={"api": account.api_base})
    shop.v1.payment_methods.detach(member.provider_method)
    event = account.events[-1]
    body, signature = account.signed(event)
    receive_event("stripe", body.encode(), signature, now=now)
    outcome = handle_event(ProviderEvent.objects.latest("pk").pk, now=now)

    entry = LogEntry.objects.get(verb="money.method_lost")
    assert (outcome, entry.object_id) == ("noted", str(member.pk))
    assert Subscription.objects.get().state == "active"
