"""What is added at a checkout: an unticked box, its own line, one charge (LA10, R69)."""

from dataclasses import replace

import pytest

from perenne.mail.models import Message
from perenne.money.actions.checkout.checkout import ConsentMissing
from perenne.money.actions.checkout.payment_pages import open_payment_page
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.offers.bumps import BumpNotOffered, set_bumps
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.actions.offers.offers import set_grants, set_offer_window
from perenne.money.actions.payments.refunds import refund_payment, send_refund
from perenne.money.domain.checkout.extras import NO_EXTRAS, Extras
from perenne.money.models import LedgerEntry, Offer, Order, Payment, Price, Refund
from perenne.money.queries.checkout.extras import bumps_for
from perenne.money.queries.exits.exits import withdrawal_of

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def workbook(make_offer, shelf, now):
    """A service that can be added: its boxes are others than the course's."""
    offer = make_offer(
        "workbook",
        title="The workbook",
        nature="one_to_one",
        legal_nature="service",
        one_off=1900,
    )
    set_grants(offer.pk, grants=[("room", "2")], actor="owner", now=now)
    return offer


@pytest.fixture
def bump(course, workbook, now):
    set_bumps(
        course.pk,
        bumps=[(workbook.pk, "Most people use both.")],
        actor="owner",
        now=now,
    )
    return bumps_for(course, "EUR", now)[0]


@pytest.fixture
def both(bump):
    return Extras(bumps=frozenset({bump.pk}))


def test_an_order_has_a_line_for_what_was_added(course, bump, both, make_order):
    order = make_order(course, extras=both)
    lines = order.lines.values_list("role", "offer__slug", "gross_cents")
    assert list(lines) == [("main", "course", 4900), ("bump", "workbook", 1900)]
    assert (order.gross_cents, order.offer_id) == (6800, course.pk)


def test_the_boxes_of_each_legal_nature_are_asked_for(course, both, make_order):
    """R54 for the course, R55 for the workbook."""
    order = make_order(course, extras=both)
    assert [row["key"] for row in order.consents] == [
        "terms",
        "digital_content_start",
        "digital_content_waiver",
        "service_start",
        "service_loss",
    ]
    only_course = frozenset(
        {"terms", "digital_content_start", "digital_content_waiver"}
    )
    with pytest.raises(ConsentMissing) as refusal:
        make_order(course, extras=both, ticked=only_course, key="k" * 43)
    assert refusal.value.field == "service_start"
    assert Order.objects.count() == 1


def test_what_is_no_longer_proposed_refuses_the_order(course, both, make_order, now):
    set_bumps(course.pk, bumps=[], actor="owner", now=now)
    with pytest.raises(BumpNotOffered):
        make_order(course, extras=both)
    assert Order.objects.count() == 0


def test_only_what_is_on_sale_at_a_single_price_is_proposed(
    course, workbook, club, bump, now
):
    set_bumps(
        course.pk,
        bumps=[(workbook.pk, ""), (club.pk, ""), (course.pk, "")],
        actor="owner",
        now=now,
    )
    assert [row.offer.slug for row in bumps_for(course, "EUR", now)] == ["workbook"]
    assert bumps_for(course, "USD", now) == []
    Offer.objects.filter(pk=workbook.pk).update(seats=5)
    assert bumps_for(course, "EUR", now) == []
    Offer.objects.filter(pk=workbook.pk).update(seats=None)
    set_offer_window(workbook.pk, opens_at=None, closes_at=now, actor="owner", now=now)
    assert bumps_for(course, "EUR", now) == []


def test_one_payment_opens_both_and_books_each_on_its_stream(
    course, workbook, both, make_order, pay, shelf, person, now
):
    order = make_order(course, extras=both)
    pay(order)
    settle_order(order.pk, now=now)
    source = f"order:{order.number}"
    assert set(shelf.open) == {
        (order.person_id, "1", source),
        (order.person_id, "2", source),
    }
    sales = LedgerEntry.objects.filter(kind="sale").order_by("sequence")
    assert list(sales.values_list("stream_id", "amount_cents")) == [
        (course.stream_id, 4900),
        (workbook.stream_id, 1900),
    ]
    assert Payment.objects.get().amount_cents == 6800
    mail = Message.objects.get(ref=f"order-confirmed:{order.pk}")
    assert "The course, The workbook" in mail.text
    assert "- Room 2: " in mail.text


def test_a_subscription_renews_without_what_was_added(
    club, workbook, make_order, pay, shelf, now
):
    set_bumps(club.pk, bumps=[(workbook.pk, "")], actor="owner", now=now)
    extras = Extras(bumps=frozenset({bumps_for(club, "EUR", now)[0].pk}))
    order = make_order(club, interval="month", extras=extras)
    pay(order)
    settle_order(order.pk, now=now)
    order.refresh_from_db()
    assert (order.gross_cents, order.subscription.amount_cents) == (2800, 900)
    assert (order.person_id, "2", f"order:{order.number}") in shelf.open


@pytest.mark.parametrize(
    ("for_both", "discounts"), [(True, [980, 380]), (False, [980, 0])]
)
def test_a_coupon_counts_for_what_it_names_only(
    course, workbook, both, make_order, now, for_both, discounts
):
    add_coupon(
        code="SPRING",
        percent_bp=2000,
        offers=[] if for_both else [course.pk],
        actor="owner",
        now=now,
    )
    order = make_order(course, extras=both, coupon="spring")
    lines = order.lines.values_list("discount_cents", flat=True)
    assert list(lines) == discounts
    assert order.gross_cents == 6800 - sum(discounts)


def test_what_is_added_to_a_free_trial_is_paid_today_and_the_trial_runs(
    make_offer, workbook, make_order, pay, shelf, now
):
    """R66: the trial itself costs nothing today; the coupon waits for its end."""
    club = make_offer("circle", nature="recurring", legal_nature="digital_service")
    set_grants(club.pk, grants=[("room", "1")], actor="owner", now=now)
    Price.objects.create(
        offer=club, amount_cents=900, interval="month", trial_days=14, valid_from=now
    )
    set_bumps(club.pk, bumps=[(workbook.pk, "")], actor="owner", now=now)
    add_coupon(code="SPRING", percent_bp=2000, offers=[], actor="owner", now=now)
    extras = Extras(bumps=frozenset({bumps_for(club, "EUR", now)[0].pk}))
    order = make_order(club, interval="month", extras=extras, coupon="spring")
    assert (order.gross_cents, order.trial_days) == (1900, 14)
    pay(order)
    settle_order(order.pk, now=now)
    order.refresh_from_db()
    row = order.subscription
    assert (row.state, row.amount_cents, bool(row.provider_method)) == (
        "trialing",
        900,
        True,
    )
    assert {entry[1] for entry in shelf.open} == {"1", "2"}
    sales = LedgerEntry.objects.filter(kind="sale")
    assert list(sales.values_list("stream_id", "amount_cents")) == [
        (workbook.stream_id, 1900)
    ]


def test_what_was_ticked_can_be_unticked_while_nothing_is_being_paid(
    course, both, make_order
):
    order = make_order(course, extras=both)
    again = make_order(course, extras=NO_EXTRAS)
    assert (again.pk, again.gross_cents, again.lines.count()) == (order.pk, 4900, 1)
    assert [row["key"] for row in again.consents] == [
        "terms",
        "digital_content_start",
        "digital_content_waiver",
    ]


def test_an_open_payment_page_is_closed_before_the_sum_changes(
    course, both, make_order, account, now
):
    order = make_order(course, extras=both)
    open_payment_page(order.pk, now=now)
    order.refresh_from_db()
    former = order.provider_ref
    make_order(course, extras=NO_EXTRAS)
    open_payment_page(order.pk, now=now)
    order.refresh_from_db()
    pages = {row["id"]: row for row in account.objects("checkout.session")}
    assert pages[former]["status"] == "expired"
    assert (pages[order.provider_ref]["amount_total"], order.gross_cents) == (
        4900,
        4900,
    )


def test_ticking_back_and_forth_always_opens_the_page_of_the_sum(
    course, both, make_order, account, now
):
    key = "b" * 43
    for extras, cents in ((both, 6800), (NO_EXTRAS, 4900), (both, 6800)):
        order = make_order(course, extras=extras, key=key)
        open_payment_page(order.pk, now=now)
        order.refresh_from_db()
        pages = {row["id"]: row for row in account.objects("checkout.session")}
        assert pages[order.provider_ref]["amount_total"] == cents
        assert pages[order.provider_ref]["status"] == "open"


def test_a_page_that_was_paid_meanwhile_is_recorded_and_the_order_stays(
    course, both, make_order, account, pay, now
):
    order = make_order(course, extras=both)
    pay(order)
    again = make_order(course, extras=NO_EXTRAS)
    assert (again.state, again.gross_cents, again.lines.count()) == ("paid", 6800, 2)


def test_a_refund_of_the_order_gives_back_each_stream_its_part(
    course, both, make_order, pay, shelf, now
):
    order = make_order(course, extras=both)
    pay(order)
    settle_order(order.pk, now=now)
    refund_payment(
        Payment.objects.get().pk,
        key="refund-both",
        amount_cents=6800,
        reason="",
        end_access=True,
        actor="owner",
        now=now,
    )
    send_refund(Refund.objects.get().pk, now=now)
    backs = LedgerEntry.objects.filter(kind="refund").order_by("sequence")
    assert list(backs.values_list("amount_cents", flat=True)) == [-4900, -1900]
    assert shelf.open == {}


def test_a_withdrawal_is_due_for_each_thing_by_its_own_rule(
    course, both, make_order, pay, buyer, now
):
    """R54: the content's right is waived; R55: the service is the owner's to count."""
    order = make_order(course, extras=both)
    pay(order)
    settle_order(order.pk, now=now)
    order.refresh_from_db()
    found = withdrawal_of(order, declared_at=now)
    assert (found.proposal.due, found.proposal.why) == ("pro_rata", "several")
    assert found.proposal.refund_cents is None
    Order.objects.filter(pk=order.pk).update(
        consents=[row for row in order.consents if row["key"] != "service_start"]
    )
    order.refresh_from_db()
    found = withdrawal_of(order, declared_at=now)
    assert (found.proposal.due, found.proposal.refund_cents) == ("pro_rata", 1900)


@pytest.fixture
def form(client, course, bump, account):
    """Open the checkout; return its address and a filled-in form."""

    def fill(**fields):
        url = f"/checkout/{course.slug}/"
        page = client.get(url, headers=ENGLISH)
        initial = page.context["form"].initial
        return url, {
            "key": initial["key"],
            "price": initial["price"],
            "shown": page.context["sum"].shown,
            "name": "Ana Silva",
            "email": "ana@example.org",
            "buyer_type": "consumer",
            "country": "FR",
            "method": "stripe",
            "terms": "on",
            "digital_content_start": "on",
            "digital_content_waiver": "on",
            **fields,
        }

    return fill


def test_the_box_is_not_ticked_and_says_what_it_costs(client, course, bump, form):
    """R69: no pre-ticked paid option."""
    page = client.get("/checkout/course/", headers=ENGLISH).content.decode()
    assert "Add “The workbook” for €19.00 incl. tax, paid once." in page
    assert "Most people use both." in page
    assert "checked" not in page.split('id="additions"')[1].split("</section>")[0]
    assert "Pay €49.00 incl. tax" in page


def test_the_button_says_the_new_sum_before_anything_is_ordered(client, bump, form):
    """R44: the button names what is paid; without a script a button asks for it."""
    url, data = form(**{f"bump_{bump.pk}": "on"})
    recap = client.post(url, data | {"apply": "1"}, headers=ENGLISH)
    text = recap.content.decode()
    assert recap.status_code == 200
    assert "Pay €68.00 incl. tax" in text
    assert 'value="ana@example.org"' in text
    assert "service_start" in text
    assert Order.objects.count() == 0


def test_a_sum_the_buyer_did_not_see_is_shown_first(client, bump, form):
    url, data = form(**{f"bump_{bump.pk}": "on"}, service_start="on", service_loss="on")
    answer = client.post(url, data, headers=ENGLISH)
    assert answer.status_code == 422
    assert "The sum has changed." in answer.content.decode()
    assert Order.objects.count() == 0
    answer = client.post(url, data | {"shown": "6800 EUR gross"}, headers=ENGLISH)
    assert answer.status_code == 302
    assert Order.objects.get().gross_cents == 6800


def test_going_back_and_unticking_pays_the_smaller_sum(client, bump, form, account):
    url, data = form(
        **{f"bump_{bump.pk}": "on"},
        service_start="on",
        service_loss="on",
    )
    client.post(url, data | {"shown": "6800 EUR gross"}, headers=ENGLISH)
    del data[f"bump_{bump.pk}"]
    answer = client.post(url, data | {"shown": "4900 EUR gross"}, headers=ENGLISH)
    order = Order.objects.get()
    assert (answer.status_code, answer.url) == (302, order.provider_url)
    pages = {row["id"]: row for row in account.objects("checkout.session")}
    assert pages[order.provider_ref]["amount_total"] == 4900


def test_a_business_is_asked_for_no_withdrawal_boxes(course, both, make_order, buyer):
    firm = replace(buyer, buyer_type="business", company="Silva SARL")
    order = make_order(
        course, extras=both, buyer=firm, ticked=frozenset({"terms"}), key="f" * 43
    )
    assert [row["key"] for row in order.consents] == ["terms"]


def test_the_owner_chooses_what_stands_around_the_checkout(
    owner_client, course, workbook, club
):
    url = f"/desk/offers/{course.pk}/extras/"
    page = owner_client.get(url, headers=ENGLISH)
    assert [title for _pk, title in page.context["choices"]] == ["The workbook"]
    data = {"bump_1": workbook.pk, "sentence_1": "Both!", "minutes": 15}
    data |= {"can_be_given": "on", "remind_hours": "4", "proposed": workbook.pk}
    assert owner_client.post(url, data).status_code == 302
    values = owner_client.get(url).context["form"].initial
    assert values == {
        "can_be_given": True,
        "remind_hours": 4,
        "bump_1": workbook.pk,
        "sentence_1": "Both!",
        "proposed": workbook.pk,
        "otherwise": "",
        "sentence": "",
        "minutes": 15,
    }
    assert owner_client.post(url, {"minutes": 15}).status_code == 302
    assert owner_client.get(url).context["form"].initial == {
        "can_be_given": False,
        "remind_hours": "",
    }
