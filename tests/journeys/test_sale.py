"""A launch from the sign-up of a stranger to the refund of a member."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from django.utils.formats import time_format
from playwright.sync_api import expect

from perenne.launches.actions.launches import keep_launches
from perenne.memberships.models import Pass
from perenne.money.models import Invoice, LedgerEntry, Order, Payment

pytestmark = pytest.mark.journey

FILM = Path(__file__).with_name("film.webm")  # forty seconds of one colour
# Tuesday 15 September 2026, 10:30 in Paris. The launch: Thursday 18:00 to Sunday 22:00.
OPENS = datetime(2026, 9, 17, 16, 0, tzinfo=UTC)
CLOSES = datetime(2026, 9, 20, 20, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
MONTH_CENTS, COURSE_CENTS = 2900, 19_000
READY = "film => film.readyState || new Promise(done => film.onloadedmetadata = done)"


def _write_a_course(owner):
    """Two lessons, the first with a film."""
    owner.go("/desk/courses/")
    owner.fill(title="Écrire pour être lu")
    owner.press("Add")
    course = owner.page.url
    for title in ("La première phrase", "La dernière"):
        owner.page.locator("form[action$='/lessons/'] [name=title]").fill(title)
        owner.press("Add a lesson")
        if title == "La première phrase":
            owner.page.set_input_files("input[name=video]", FILM)
        owner.fill(minutes="12")
        _type_the_text(owner.page, f"Secret of {title}.")
        owner.press("Save and publish")  # at once: no word may be lost
        owner.sees("Published: members see this version now.")
        owner.go(course)
    owner.press("Publish the course")


def _type_the_text(page, text):
    editor = page.locator("[contenteditable=true]").first
    editor.click()
    editor.press_sequentially(text)


def _found_a_membership(owner):
    """A tier that includes the course."""
    owner.go("/desk/tiers/")
    owner.fill(name="Le Cercle")
    owner.press("Add")
    owner.page.get_by_label("Écrire pour être lu").check()
    owner.press("Save")


def _offer(owner, *, slug, title, law, grant, prices):
    owner.go("/desk/offers/new/")
    owner.fill(title=title, slug=slug)
    owner.choose(legal_nature=law)
    owner.page.locator("[name=grants]").and_(owner.page.get_by_label(grant)).check()
    owner.press("Save")
    for kind, fields in prices:
        _put_a_price(owner, kind, **fields)


def _put_a_price(owner, kind, **fields):
    title = owner.page.get_by_text(owner.words(kind), exact=True)
    way = owner.page.locator("details[name=way]", has=title)
    way.locator("summary").click()
    for name, value in fields.items():
        field = way.locator(f"[name={name}]")
        field.select_option(value) if name == "interval" else field.fill(value)
    with owner.page.expect_navigation():
        way.get_by_role("button").click()
    owner.sees("The new price holds from now on.")


def _plan_the_launch(owner):
    owner.go("/desk/launches/new/")
    owner.fill(
        name="Automne", opens_at="2026-09-17T18:00", closes_at="2026-09-20T22:00"
    )
    for title in ("Le Cercle", "Écrire pour être lu"):
        owner.page.get_by_label(title).check()
    owner.press("Save")
    owner.sees("The launch is planned.")


@pytest.fixture
def shop(owner):
    """What is sold, put up at the desk, and a launch that opens and closes it."""
    _write_a_course(owner)
    _found_a_membership(owner)
    _offer(
        owner,
        slug="cercle",
        title="Le Cercle",
        law="digital_service",
        grant="Le Cercle",
        prices=[
            ("A subscription", {"amount": "29", "interval": "month"}),
            ("A subscription", {"amount": "290", "interval": "year"}),
        ],
    )
    _offer(
        owner,
        slug="cours",
        title="Écrire pour être lu",
        law="digital_content",
        grant="Écrire pour être lu",
        prices=[("Paid once", {"amount": "190"})],
    )
    _plan_the_launch(owner)


def _sign_up(stranger, letterbox, drain_tasks, clock):
    stranger.go("/subscribe/")
    stranger.fill(email="ana@example.org", name="Ana")
    stranger.page.locator("[name=agree]").check()
    clock.move_on(seconds=5)  # nobody types that fast
    stranger.press("Subscribe")
    stranger.sees("Look into your mailbox")
    drain_tasks()
    link = re.search(r"http\S+/confirm/\S+", letterbox.text_to("ana@example.org"))[0]
    stranger.go(link)
    stranger.sees("One last step")
    stranger.press("Yes, subscribe me")
    stranger.sees("You are subscribed")


def _finds_shut(visitor, instant):
    """The offer and its checkout say why nothing can be bought, with the hour."""
    with translation.override(visitor.language):
        words = time_format(instant.astimezone(PARIS), "TIME_FORMAT")
    visitor.go("/offers/cercle/")
    visitor.reads(words)
    assert visitor.page.locator("main a[href*=checkout]").count() == 0
    assert visitor.go("/checkout/cercle/").status == 409
    visitor.reads(words)
    visitor.sees("Nothing was ordered and nothing was charged.")


def _fill_the_checkout(buyer, *, name, email, method):
    buyer.fill(name=name, email=email)
    buyer.page.locator(f"[name=method][value={method}]").check()
    boxes = buyer.page.locator(".checkout input[type=checkbox]")
    assert not any(box.is_checked() for box in boxes.all())
    for box in boxes.all():
        box.check()
    assert buyer.fits()


def _subscribes_by_card(ana, card_payments, drain_tasks):
    ana.go("/offers/cercle/")
    ana.page.locator("#price a[href*=checkout]").first.click()
    _fill_the_checkout(ana, name="Ana Silva", email="ana@example.org", method="stripe")
    ana.page.locator(".summary .button--primary").click()
    ana.page.wait_for_url(f"{card_payments.api_base}/pay/**")
    for card in ("4000 0000 0000 0002", "4242 4242 4242 4242"):
        ana.page.fill("#card", card)
        ana.page.get_by_role("button").click()
    ana.page.wait_for_url("**/orders/**?back=1")
    ana.sees("Your bank is answering")
    card_payments.settle()
    drain_tasks()
    ana.sees("It is yours")  # the page followed by itself


def _orders_by_transfer(bob):
    bob.go("/offers/cours/")
    bob.page.locator("#price a[href*=checkout]").click()
    _fill_the_checkout(
        bob, name="Bob Martin", email="bob@example.org", method="transfer"
    )
    bob.page.locator(".summary .button--primary").click()
    bob.page.wait_for_url("**/orders/**")
    order = Order.objects.get(email="bob@example.org")
    bob.reads(order.number)
    assert bob.fits()
    return order


def _marks_the_transfer_paid(owner, order):
    owner.go("/desk/orders/")
    owner.page.get_by_role("link", name=order.number).click()
    owner.press("It has arrived")
    owner.sees("The transfer is recorded and access is open.")


def _keeps_second_25(response):
    return "position=25&" in (response.request.post_data or "")


def _watches_the_lesson(ana):
    """The film goes on where it was left; a lesson done stays done."""
    page = ana.page
    page.locator("main a[href*='/la-premiere-phrase/']").first.click()
    page.get_by_text("Secret of La première phrase.").wait_for()
    film = page.locator("video")
    film.evaluate(READY)
    with page.expect_response(_keeps_second_25):
        film.evaluate("film => { film.currentTime = 25 }")
    page.reload()
    expect(film).to_have_js_property("currentTime", 25)
    lesson, media = page.url, film.locator("source").get_attribute("src")
    assert ana.context.request.get(ana.base + media).status == 200
    ana.press("Mark as done and go on")
    page.get_by_text("Secret of La dernière.").wait_for()
    ana.go("/me/courses/")
    assert page.locator("progress").first.get_attribute("value") == "50"
    assert ana.fits()
    return lesson, media


def _gives_back(owner, email):
    order = Order.objects.get(email=email)
    owner.go(f"/desk/orders/?q={email}")
    owner.page.get_by_role("link", name=order.number).click()
    owner.press("Give back")
    owner.fill(reason="Changed her mind.")
    owner.page.locator("[name=end_access]").check()
    owner.press("Give back")
    owner.sees("The refund is under way.")


def _books_are_right():
    """Two payments, two invoices, three ledger rows, two passes."""
    paid = Payment.objects.order_by("pk").values_list("method", "amount_cents")
    assert list(paid) == [("card", MONTH_CENTS), ("transfer", COURSE_CENTS)]
    invoices = Invoice.objects.order_by("pk")
    assert [(row.number, row.customer_name, row.gross_cents) for row in invoices] == [
        ("F-2026-0001", "Ana Silva", MONTH_CENTS),
        ("F-2026-0002", "Bob Martin", COURSE_CENTS),
    ]
    fee = Payment.objects.get(method="card").fee_cents
    rows = LedgerEntry.objects.order_by("sequence")
    assert [(row.kind, row.cause, row.amount_cents) for row in rows] == [
        ("sale", "launch", MONTH_CENTS),
        ("fee", "launch", -fee),
        ("sale", "launch", COURSE_CENTS),
    ]
    assert [
        (row.person.email, row.resource.split(":")[0])
        for row in Pass.objects.order_by("pk")
    ] == [
        ("ana@example.org", "tier"),
        ("bob@example.org", "course"),
    ]


def _launch_counts(owner):
    owner.go("/desk/launches/automne/")
    figures = owner.page.locator(".figure__value").all_inner_texts()
    assert figures[:2] == ["1", "1"]
    owner.reads("219")


def _refund_is_right(letterbox):
    order = Order.objects.get(email="ana@example.org")
    assert order.state == "refunded"
    note = Invoice.objects.get(kind="credit_note")
    assert (note.number, note.gross_cents) == ("A-2026-0001", MONTH_CENTS)
    refunds = LedgerEntry.objects.filter(kind="refund")
    assert [row.amount_cents for row in refunds] == [-MONTH_CENTS]
    assert [row.revoked_at is not None for row in Pass.objects.order_by("pk")] == [
        True,
        False,
    ]
    assert order.number in letterbox.text_to("ana@example.org")


def test_sign_up_launch_checkout_lesson_refund(
    owner,
    shop,
    visitor,
    sign_in,
    letterbox,
    drain_tasks,
    card_payments,
    wait_until,
    clock,
    guard,
):
    guard.expected = {404, 409}
    ana, bob = visitor(), visitor()
    _sign_up(ana, letterbox, drain_tasks, clock)
    _finds_shut(ana, OPENS)

    wait_until(OPENS)
    keep_launches.enqueue()
    drain_tasks()
    _subscribes_by_card(ana, card_payments, drain_tasks)
    order = _orders_by_transfer(bob)

    wait_until(CLOSES)
    _finds_shut(visitor(), CLOSES)
    _marks_the_transfer_paid(owner, order)
    drain_tasks()
    _books_are_right()
    _launch_counts(owner)

    member, buyer = sign_in("ana@example.org"), sign_in("bob@example.org")
    member.go("/me/courses/ecrire-pour-etre-lu/")
    lesson, media = _watches_the_lesson(member)
    buyer.go(lesson)
    buyer.reads("Secret of La première phrase.")

    _gives_back(owner, "ana@example.org")
    drain_tasks()
    card_payments.settle()
    _refund_is_right(letterbox)
    assert member.go(lesson).status == 404
    assert member.context.request.get(member.base + media).status == 404
    assert buyer.go(lesson).status == 200
