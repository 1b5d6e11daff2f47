"""One proposal right after a payment: an equal no, one charge, no dark pattern (LA10)."""

from datetime import timedelta

import pytest

from perenne.core import clock
from perenne.core.tokens import new_token
from perenne.money.actions.checkout.checkout import ConsentMissing
from perenne.money.actions.checkout.payment_pages import (
    OrderIsBeingCharged,
    open_payment_page,
)
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.checkout.upsells import (
    ProposalIsOver,
    accept_proposal,
    charge_proposal,
    settle_proposals,
)
from perenne.money.actions.offers.bumps import set_bumps
from perenne.money.actions.orders.proposals import (
    ProposesItself,
    refuse_proposal,
    set_upsell,
)
from perenne.money.domain.checkout.extras import Extras
from perenne.money.gateways.protocol import ProviderUnavailable
from perenne.money.models import LedgerEntry, Order, Payment, Proposal
from perenne.money.queries.checkout.proposals import open_proposal

ENGLISH = {"accept-language": "en"}
BOXES = frozenset({"terms", "digital_content_start", "digital_content_waiver"})
DECLINES_LATER = "4000000000000341"
ASKS_AGAIN = "4000002760003184"


@pytest.fixture
def album(make_offer):
    return make_offer("album", title="The album", one_off=2900)


@pytest.fixture
def single(make_offer):
    return make_offer("single", title="The single", one_off=900)


@pytest.fixture
def upsell(course, album, single, now):
    set_upsell(
        course.pk,
        proposed_id=album.pk,
        otherwise_id=single.pk,
        sentence="It continues there.",
        actor="owner",
        now=now,
    )


@pytest.fixture
def bought(course, upsell, make_order, pay, now):
    """Buy the course and let the card be kept: bought(card=…, keep=False)."""

    def buy(card="4242424242424242", *, keep=True):
        extras = Extras(keep_method=keep)
        order = make_order(course, key=new_token(), extras=extras)
        pay(order, card)
        settle_order(order.pk, now=now)
        order.refresh_from_db()
        return order

    return buy


def accept(order, now, ticked=BOXES):
    return accept_proposal(order, ticked=ticked, actor="visitor", now=now)


def charges(account, order):
    """Return the amounts that the provider really took for an order."""
    return [
        row["amount_received"]
        for row in account.objects("payment_intent")
        if row["metadata"].get("key") == order.key and row["status"] == "succeeded"
    ]


def test_nothing_is_proposed_to_who_did_not_allow_the_card_to_be_kept(bought, account):
    order = bought(keep=False)
    assert Proposal.objects.count() == 0
    intent = account.objects("payment_intent")[0]
    assert intent["setup_future_usage"] is None
    assert [row["key"] for row in order.consents][-1] != "keep_method"


def test_the_consent_to_keep_the_card_is_stored_with_its_words(bought, now):
    order = bought()
    assert order.consents[-1] == {
        "key": "keep_method",
        "wording": (
            "My card may be kept for an offer that is shown right after this purchase. "
            "Nothing is charged unless I say yes to it."
        ),
        "source": "PSD2 art. 64",
        "at": now.isoformat(),
    }
    assert open_proposal(order, now).offer.slug == "album"


def test_a_yes_is_one_order_and_one_charge(bought, account, shelf, now):
    order = bought()
    made = accept(order, now)
    again = accept(order, now)
    assert again == made
    proposal = Proposal.objects.get()
    charge_proposal(proposal.pk, now=now)
    charge_proposal(proposal.pk, now=now)
    made.refresh_from_db()
    proposal.refresh_from_db()
    assert (made.state, made.after, made.gross_cents) == ("paid", order, 2900)
    assert (made.email, made.person_id) == (order.email, order.person_id)
    assert [row["key"] for row in made.consents] == [
        "terms",
        "digital_content_start",
        "digital_content_waiver",
    ]
    assert (proposal.state, charges(account, made)) == ("taken", [2900])
    assert Payment.objects.filter(order=made).count() == 1
    sales = LedgerEntry.objects.filter(kind="sale").order_by("sequence")
    assert list(sales.values_list("amount_cents", flat=True)) == [4900, 2900]


def test_a_box_that_is_missing_charges_nothing(bought, account, now):
    order = bought()
    with pytest.raises(ConsentMissing):
        accept(order, now, ticked=frozenset({"terms"}))
    assert (Order.objects.count(), Proposal.objects.get().state) == (1, "open")


def test_after_its_minutes_nothing_can_be_taken(bought, now):
    order = bought()
    late = now + timedelta(minutes=15)
    assert open_proposal(order, late) is None
    with pytest.raises(ProposalIsOver):
        accept(order, late)
    assert Order.objects.count() == 1


def test_a_no_proposes_the_other_offer_once_then_nothing(bought, now):
    order = bought()
    assert refuse_proposal(order, actor="visitor", now=now)
    assert open_proposal(order, now).offer.slug == "single"
    assert not refuse_proposal(order, actor="visitor", now=now)
    assert open_proposal(order, now) is None
    with pytest.raises(ProposalIsOver):
        accept(order, now)
    assert (Order.objects.count(), Proposal.objects.get().state) == (1, "refused")


def test_what_was_refused_or_bought_is_never_proposed_again(bought, album, now):
    order = bought()
    refuse_proposal(order, actor="visitor", now=now)
    refuse_proposal(order, actor="visitor", now=now)
    bought()
    proposals = Proposal.objects.order_by("pk").values_list("offer__slug", flat=True)
    assert list(proposals) == ["single"]


def test_a_lost_answer_charges_once(bought, account, now):
    order = bought()
    made = accept(order, now)
    proposal = Proposal.objects.get()
    account.fail_next(timeout_after_charge=True, times=3)
    with pytest.raises(ProviderUnavailable):
        charge_proposal(proposal.pk, now=now)
    with pytest.raises(OrderIsBeingCharged):
        open_payment_page(made.pk, now=now)
    with clock.frozen(now):
        settle_proposals.func()
        settle_proposals.func()
    made.refresh_from_db()
    assert (made.state, charges(account, made)) == ("paid", [2900])


@pytest.mark.parametrize("card", [DECLINES_LATER, ASKS_AGAIN])
def test_what_the_bank_wants_the_person_for_is_paid_on_the_page(
    bought, account, card, now
):
    """R127: strong authentication is asked for on the provider's page."""
    order = bought(card)
    made = accept(order, now)
    charge_proposal(Proposal.objects.get().pk, now=now)
    proposal = Proposal.objects.get()
    made.refresh_from_db()
    assert (proposal.state, made.state) == ("to_pay", "pending")
    prepared = [
        row
        for row in account.objects("payment_intent")
        if row["id"] == proposal.charge_ref
    ]
    assert [row["status"] for row in prepared] == ["canceled"]
    open_payment_page(made.pk, now=now)
    made.refresh_from_db()
    account.complete_checkout(made.provider_ref)
    settle_order(made.pk, now=now)
    made.refresh_from_db()
    assert (made.state, charges(account, made)) == ("paid", [2900])


def test_an_upsell_names_three_different_offers(course, album, now):
    for proposed, otherwise in ((course, None), (album, album), (album, course)):
        with pytest.raises(ProposesItself):
            set_upsell(
                course.pk,
                proposed_id=proposed.pk,
                otherwise_id=otherwise and otherwise.pk,
                actor="owner",
                now=now,
            )


def test_the_checkout_asks_before_the_card_is_kept(client, course, upsell, account):
    page = client.get("/checkout/course/", headers=ENGLISH).content.decode()
    box = page.split('name="keep_method"')[1].split(">")[0]
    assert "My card may be kept for an offer" in page
    assert "checked" not in box


def test_no_box_where_nothing_is_proposed(client, course, account):
    page = client.get("/checkout/course/", headers=ENGLISH).content.decode()
    assert "keep_method" not in page


def test_the_page_shows_two_equal_buttons_and_the_full_price(client, bought):
    """R44 and R69: the yes says what is paid, the no is as large and one click."""
    order = bought()
    page = client.get(f"/orders/{order.key}/", headers=ENGLISH).content.decode()
    proposal = page.split('id="proposal"')[1].split("</section>")[0]
    assert "The album" in proposal
    assert "It continues there." in proposal
    assert "checked" not in proposal
    yes = '<button class="button" name="answer" value="yes">Pay €29.00 incl. tax'
    no = '<button class="button" name="answer" value="no">No, thank you'
    assert yes in proposal
    assert no in proposal


def post(client, order, **fields):
    url = f"/orders/{order.key}/proposal/"
    return client.post(url, fields, headers=ENGLISH)


def test_a_double_click_on_yes_charges_once(client, bought, album, account):
    order = bought()
    yes = {"answer": "yes", "offer": album.pk, **dict.fromkeys(BOXES, "on")}
    first, second = post(client, order, **yes), post(client, order, **yes)
    made = Order.objects.get(after=order)
    assert first.url == second.url == f"/orders/{made.key}/"
    assert (made.state, charges(account, made)) == ("paid", [2900])


def test_a_yes_without_the_boxes_says_what_is_missing(client, bought, album):
    order = bought()
    answer = post(client, order, answer="yes", offer=album.pk, terms="on")
    assert answer.status_code == 422
    assert "Please tick this box to go on." in answer.content.decode()
    assert Order.objects.count() == 1


def test_a_yes_to_what_is_no_longer_shown_charges_nothing(client, bought, album, now):
    """An old page with the dearer offer, after a no, never buys the other one."""
    order = bought()
    post(client, order, answer="no")
    yes = {"answer": "yes", "offer": album.pk, **dict.fromkeys(BOXES, "on")}
    post(client, order, **yes)
    assert (Order.objects.count(), Proposal.objects.get().state) == (1, "open")


def test_a_no_is_one_click_and_nothing_is_shown_again(client, bought):
    order = bought()
    post(client, order, answer="no")
    page = client.get(f"/orders/{order.key}/", headers=ENGLISH).content.decode()
    assert "The single" in page
    post(client, order, answer="no")
    page = client.get(f"/orders/{order.key}/", headers=ENGLISH).content.decode()
    assert 'id="proposal"' not in page
    assert Order.objects.count() == 1


def test_a_card_that_must_be_confirmed_leads_to_the_page(
    client, bought, album, account
):
    order = bought(ASKS_AGAIN)
    yes = {"answer": "yes", "offer": album.pk, **dict.fromkeys(BOXES, "on")}
    answer = post(client, order, **yes)
    made = Order.objects.get(after=order)
    assert (answer.url, made.state) == (made.provider_url, "pending")


def test_a_bump_does_not_stop_a_proposal(course, upsell, single, make_order, now):
    set_bumps(course.pk, bumps=[(single.pk, "")], actor="owner", now=now)
    order = make_order(course, extras=Extras(keep_method=True))
    assert order.consents[-1]["key"] == "keep_method"
