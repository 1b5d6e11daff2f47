"""The life of a subscription in its member's hands, and what is sold around a checkout."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from perenne.memberships.actions import add_tier
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.actions.offers.offers import add_offer, set_grants
from perenne.money.actions.offers.prices import change_price
from perenne.money.actions.orders.around import Around, set_around
from perenne.money.actions.subscriptions.subscription_rules import set_plan_group
from perenne.money.models import Gift, LedgerEntry, Order, Payment, Subscription
from perenne.streams.api import default_stream

pytestmark = pytest.mark.journey

ANA, ZOE = "ana@example.org", "zoe@example.org"
MONTH_CENTS, YEAR_CENTS, COURSE_CENTS, BOOK_CENTS, TALK_CENTS = (
    900,
    9000,
    4900,
    1900,
    700,
)


@pytest.fixture
def shop(business, card_payments, clock):
    """A club, and a guide with a workbook beside it and a recording after it."""
    now = clock.now()
    stream = default_stream("digital").pk
    tier = add_tier(name="Le Cercle", actor="owner", now=now)

    def offer(slug, title, *, law="digital_content", **prices):
        made = add_offer(
            slug=slug,
            title=title,
            legal_nature=law,
            stream_id=stream,
            actor="owner",
            now=now,
        )
        set_grants(made.pk, grants=[("tier", str(tier.pk))], actor="owner", now=now)
        for interval, cents in prices.items():
            change_price(
                made.pk,
                amount_cents=cents,
                currency="EUR",
                interval=interval,
                actor="owner",
                now=now,
            )
        return made

    club = offer(
        "cercle",
        "Le Cercle",
        law="digital_service",
        month=MONTH_CENTS,
        year=YEAR_CENTS,
    )
    guide = offer("guide", "Le guide", one_off=COURSE_CENTS)
    book = offer("cahier", "Le cahier", one_off=BOOK_CENTS)
    talk = offer("conference", "La conférence", one_off=TALK_CENTS)
    set_plan_group(None, name="Cercle", offer_ids=[club.pk], actor="owner", now=now)
    add_coupon(code="DIX", offers=[], percent_bp=1_000, actor="owner", now=now)
    around = Around(
        bumps=[(book.pk, "")],
        proposed=talk.pk,
        otherwise=None,
        sentence="",
        minutes=30,
        can_be_given=True,
        remind_hours=24,
    )
    set_around(guide.pk, wanted=around, actor="owner", now=now)
    return business


def _fills_in(buyer, **fields):
    buyer.fill(name="Ana Silva", email=ANA, **fields)
    buyer.page.locator("[name=method][value=stripe]").check()
    for box in buyer.page.locator("#agreements [type=checkbox]").all():
        box.check()


def _pays(buyer, card_payments, drain_tasks):
    """Press the button, type the card, and wait for the order's page to say so."""
    buyer.page.locator(".summary .button--primary").click()
    buyer.page.wait_for_url(f"{card_payments.api_base}/pay/**")
    buyer.page.fill("#card", "4242 4242 4242 4242")
    buyer.page.get_by_role("button").click()
    buyer.page.wait_for_url("**/orders/**?back=1")
    card_payments.settle()
    drain_tasks()
    waiting = buyer.page.get_by_text(buyer.words("Your bank is answering"))
    expect(waiting).to_have_count(0, timeout=30_000)  # the page follows by itself


def _is_asked(buyer, figure):
    """Wait until the button names that sum: the page asks for it by itself."""
    expect(buyer.page.locator(".summary .button--primary")).to_contain_text(figure)


def _buys_with_a_code_an_addition_and_what_comes_after(ana, card_payments, drain_tasks):
    ana.go("/offers/guide/")
    ana.page.locator("#price a[href*=checkout]").first.click()
    ana.page.locator("summary", has_text=ana.words("I have a code")).click()
    ana.fill(coupon="dix")
    ana.page.get_by_role("button", name=ana.words("Apply")).click()
    _is_asked(ana, "44")
    ana.page.locator("[name^=bump_]").check()
    _is_asked(ana, "61")
    _fills_in(ana)
    ana.page.locator("[name=keep_method]").check()
    assert ana.fits()
    _pays(ana, card_payments, drain_tasks)
    assert Order.objects.get().gross_cents == 6120

    ana.reads("La conférence")
    proposal = ana.page.locator("#proposal")
    assert not any(
        box.is_checked() for box in proposal.locator("[type=checkbox]").all()
    )
    for box in proposal.locator("[type=checkbox]").all():
        box.check()
    assert ana.fits()
    with ana.page.expect_navigation():
        proposal.locator("[value=yes]").click()
    card_payments.settle()
    drain_tasks()
    ana.sees("It is yours")
    taken = Order.objects.exclude(after=None).get()
    assert (taken.state, taken.gross_cents) == ("paid", TALK_CENTS)


def _gives_the_guide(ana, visitor, letterbox, card_payments, drain_tasks):
    ana.go("/checkout/guide/?gift=1")
    ana.sees("For whom it is")
    _fills_in(ana, recipient_name="Zoé", recipient_email=ZOE, message="Pour toi.")
    assert ana.fits()
    _pays(ana, card_payments, drain_tasks)
    drain_tasks()
    link = re.search(r"http\S+/gift/\S+", letterbox.text_to(ZOE))[0]
    zoe = visitor()
    zoe.go(link)
    zoe.reads("Pour toi.")
    zoe.fill(name="Zoé", email=ZOE)
    assert zoe.fits()
    zoe.press("Accept the gift")
    zoe.sees("It is yours")
    assert Gift.objects.get().state == "redeemed"


def _subscribes(ana, card_payments, drain_tasks):
    ana.go("/offers/cercle/")
    ana.page.locator("#price a[href*=checkout]").first.click()
    _fills_in(ana)
    _pays(ana, card_payments, drain_tasks)
    ana.sees("It is yours")


def _changes_to_the_year(member, card_payments, drain_tasks):
    member.go("/me/subscription/")
    member.press("Change plan")
    assert member.fits()
    with member.page.expect_navigation():
        member.page.locator("form:has([name=due_cents]) button").click()
    card_payments.settle()
    drain_tasks()
    member.go("/me/subscription/")
    row = Subscription.objects.get()
    assert (row.price.interval, row.amount_cents) == ("year", YEAR_CENTS)
    # Nothing of the month was used: its whole price is taken off the year's.
    newest = Payment.objects.order_by("pk").last()
    assert newest.amount_cents == YEAR_CENTS - MONTH_CENTS


def _pauses_and_goes_on(member, clock):
    until = (clock.now() + timedelta(days=20)).date()
    member.press("Pause", exact=False)
    member.fill(until=until.isoformat())
    assert member.fits()
    member.press("Pause it now")
    assert Subscription.objects.get().state == "paused"
    member.press("Go on now")
    assert Subscription.objects.get().state == "active"


def _takes_another_card(member, card_payments):
    member.press("Change card")
    member.page.wait_for_url(f"{card_payments.api_base}/**")
    member.page.fill("#card", "5555 5555 5555 4444")
    member.page.get_by_role("button").click()
    member.page.wait_for_url("**/me/subscription/")
    member.sees("Your new card is saved.")
    member.reads("4444")


def _ends_and_says_why(member):
    member.press("End")
    assert member.fits()
    member.press("End it")
    member.sees("It has ended")
    assert member.fits()
    member.page.locator("[name=reason]").first.check()
    member.press("Send")
    row = Subscription.objects.get()
    assert (row.state, row.next_charge_at) == ("cancelling", None)


def test_what_is_sold_around_a_checkout(
    shop, visitor, letterbox, card_payments, drain_tasks
):
    ana = visitor()
    _buys_with_a_code_an_addition_and_what_comes_after(ana, card_payments, drain_tasks)
    _gives_the_guide(ana, visitor, letterbox, card_payments, drain_tasks)
    sales = LedgerEntry.objects.filter(kind="sale").values_list(
        "amount_cents", flat=True
    )
    assert sorted(sales) == [TALK_CENTS, 1710, 4410, COURSE_CENTS]


def test_a_member_looks_after_a_subscription(
    shop, visitor, sign_in, card_payments, drain_tasks, clock
):
    _subscribes(visitor(), card_payments, drain_tasks)
    member = sign_in(ANA)
    _changes_to_the_year(member, card_payments, drain_tasks)
    _pauses_and_goes_on(member, clock)
    _takes_another_card(member, card_payments)
    _ends_and_says_why(member)
