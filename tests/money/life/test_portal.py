"""My subscription: one sentence, and everything in two clicks (MB15, R61)."""

import re
from datetime import timedelta

import pytest

from perenne.core import clock
from perenne.core.tokens import new_token
from perenne.money.actions.renewals.renewals import charge_subscription
from perenne.money.models import (
    BillingDetails,
    Coupon,
    Invoice,
    MethodPage,
    Parting,
    Payment,
    PlanChange,
    SubscriptionRules,
)
from perenne.money.queries.subscriptions.plans import plans_for
from perenne.people.api import open_account

DAY = timedelta(days=1)
FAILS_LATER = "4000000000000341"
PAGE = "/me/subscription/"


@pytest.fixture
def member(subscribe, member_client, settings):
    member_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return subscribe()


def text_of(client, path=PAGE):
    html = client.get(path).content.decode()
    main = html.partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def links_of(client, path):
    html = client.get(path).content.decode()
    return set(re.findall(r'(?:href|action)="([^"]+)"', html))


def test_one_sentence_says_what_when_and_what_for_mb15(member, member_client):
    text = text_of(member_client)
    assert "You pay €9.00 per month, next on Oct. 15, 2026." in text
    assert "You get Room 1" in text


def test_every_button_is_on_the_page_mb15(member, member_client):
    there = links_of(member_client, PAGE)
    wanted = {
        f"{PAGE}{member.pk}/{verb}/"
        for verb in ("plan", "pause", "card", "billing", "stop")
    }
    assert wanted | {"/me/invoices/", "/cancel-contract/"} <= there


def test_ending_takes_two_clicks_and_nothing_stands_before_it_r61(
    member, member_client
):
    page = f"{PAGE}{member.pk}/stop/"
    assert page in links_of(member_client, PAGE)
    member_client.get(page)
    answer = member_client.post(page)
    member.refresh_from_db()
    assert (member.state, member.ended_reason) == ("cancelling", "voluntary")
    assert answer.url == f"{PAGE}{member.pk}/why/"


@pytest.mark.parametrize("start", ["/", "/offers/club/", "/blog/", "/login/"])
def test_a_termination_is_three_interactions_from_any_public_page_r61(
    client, member, start
):
    client.logout()
    interactions = 0
    link = next(u for u in links_of(client, start) if u.startswith("/cancel-contract/"))
    form = client.get(link)
    interactions += 1
    key = re.search(r'name="key" value="([^"]+)"', form.content.decode())[1]
    typed = {
        "key": key,
        "name": "Ana",
        "email": "ana@example.org",
        "reference": "",
        "wanted_on": "",
        "website": "",
    }
    recap = client.post(link, typed)
    interactions += 1
    assert recap.status_code == 200
    done = client.post(link, typed | {"step": "notify"})
    interactions += 1
    assert done.status_code == 302
    assert interactions <= 3


def test_why_is_asked_afterwards_and_may_be_skipped_mb11(member, member_client):
    member_client.post(f"{PAGE}{member.pk}/stop/")
    assert Parting.objects.count() == 0
    assert PAGE in links_of(member_client, f"{PAGE}{member.pk}/why/")
    member_client.post(
        f"{PAGE}{member.pk}/why/", {"reason": "too_dear", "text": "Too much."}
    )
    said = Parting.objects.get()
    assert (said.reason, said.text, said.subscription_id) == (
        "too_dear",
        "Too much.",
        member.pk,
    )


def test_what_could_be_done_instead_stands_below_the_button_mb12(
    member, member_client, now
):
    coupon = Coupon.objects.create(
        code="STAY", percent_bp=5000, periods=2, created_at=now
    )
    SubscriptionRules.objects.create(pk=1, retry_days=[1, 3, 5], stay_coupon=coupon)
    html = member_client.get(f"{PAGE}{member.pk}/stop/").content.decode()
    end, instead = html.index("End it"), html.index("Or, instead")
    assert end < instead
    assert "Stay for 50 % less on your next 2 payments" in text_of(
        member_client, f"{PAGE}{member.pk}/stop/"
    )
    member_client.post(f"{PAGE}{member.pk}/stay/")
    member.refresh_from_db()
    assert (member.coupon_id, member.coupon_periods) == (coupon.pk, 2)
    for cents in (450, 450, 900):
        charge_subscription(member.pk, now=member.current_period_end)
        member.refresh_from_db()
        assert Payment.objects.latest("pk").amount_cents == cents
    member_client.post(f"{PAGE}{member.pk}/stay/")  # once in a life
    member.refresh_from_db()
    coupon.refresh_from_db()
    assert (member.coupon_periods, coupon.uses) == (0, 1)


def test_pause_go_on_end_and_keep_by_the_buttons(member, member_client, now):
    page = f"{PAGE}{member.pk}"
    member_client.post(f"{page}/pause/", {"until": "2026-11-01"})
    member.refresh_from_db()
    assert member.state == "paused"
    assert "Paused until Nov. 1, 2026" in text_of(member_client)
    member_client.post(f"{page}/resume/")
    member_client.post(f"{page}/stop/")
    assert "Nothing more will be charged" in text_of(member_client)
    member_client.post(f"{page}/keep/")
    member.refresh_from_db()
    assert member.state == "active"


def test_a_pause_beyond_the_longest_keeps_what_was_typed(member, member_client):
    answer = member_client.post(f"{PAGE}{member.pk}/pause/", {"until": "2028-01-01"})
    assert answer.status_code == 422
    assert 'value="2028-01-01"' in answer.content.decode()


def test_a_change_of_plan_is_shown_to_the_cent_then_made(member, member_client, now):
    yearly = next(p for p in plans_for(member, now) if p.interval == "year")
    at = now + 15 * DAY
    with clock.frozen(at):
        text = text_of(member_client, f"{PAGE}{member.pk}/plan/")
        assert "Days you have paid for and not used −€4.50" in text
        assert "To pay now €85.50" in text
        member_client.post(
            f"{PAGE}{member.pk}/plan/",
            {"key": new_token(), "price": yearly.pk, "due_cents": 8550},
        )
    member.refresh_from_db()
    assert member.price_id == yearly.pk
    assert Payment.objects.latest("pk").amount_cents == 8550
    invoice = Invoice.objects.latest("pk")
    assert invoice.gross_cents == 8550
    assert invoice.body["lines"][0]["discount_cents"] == 450


def test_a_planned_change_can_be_taken_back_on_the_page(member, member_client, now):
    yearly = next(p for p in plans_for(member, now) if p.interval == "year")
    page = f"{PAGE}{member.pk}/plan/"
    member_client.post(page, {"key": new_token(), "price": yearly.pk})
    assert "From Oct. 15, 2026 on: The club, €90.00." in text_of(member_client)
    member_client.post(f"{page}drop/")
    assert PlanChange.objects.get().state == "dropped"


def test_another_card_is_saved_and_a_late_charge_tried_at_once_mb15(
    subscribe, member_client, account
):
    row = subscribe(FAILS_LATER)
    due = row.current_period_end
    charge_subscription(row.pk, now=due)
    with clock.frozen(due + DAY / 2):
        page = member_client.post(f"{PAGE}{row.pk}/card/")
        held = MethodPage.objects.get()
        assert page.url == held.page_url
        account.complete_checkout(held.page_ref, card="5555555555554444")
        member_client.get(f"{PAGE}{row.pk}/card/done/")
        row.refresh_from_db()
        assert (row.method_last4, row.next_charge_at) == ("4444", due + DAY / 2)
        charge_subscription(row.pk, now=due + DAY / 2)
    row.refresh_from_db()
    assert (row.state, row.current_period_start) == ("active", due)


def test_the_next_invoice_shows_the_new_address_and_the_old_ones_stay_mb15(
    member, member_client
):
    member_client.post(
        f"{PAGE}{member.pk}/billing/",
        {
            "buyer_type": "business",
            "name": "Ana Silva",
            "company": "Silva SARL",
            "siren": "303265045",
            "vat_number": "FR40303265045",
            "street": "3 quai Rambaud",
            "postcode": "69002",
            "city": "Lyon",
            "country": "FR",
        },
    )
    assert BillingDetails.objects.get().company == "Silva SARL"
    first = Invoice.objects.get()
    charge_subscription(member.pk, now=member.current_period_end)
    second = Invoice.objects.latest("pk")
    assert (first.customer_name, second.customer_name) == ("Ana Silva", "Silva SARL")


def test_a_business_must_say_where_it_is(member, member_client):
    answer = member_client.post(
        f"{PAGE}{member.pk}/billing/",
        {"buyer_type": "business", "name": "Ana", "country": "FR"},
    )
    assert (answer.status_code, BillingDetails.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "path", ["stop/", "why/", "pause/", "plan/", "billing/", "card/done/"]
)
def test_nobody_elses_subscription_can_be_seen(member, client, make_person, now, path):
    other = open_account(make_person("eve@example.org"), now=now)
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{PAGE}{member.pk}/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["stop/", "keep/", "stay/", "resume/", "plan/drop/", "card/", "pause/"]
)
def test_nobody_elses_subscription_can_be_changed(
    member, client, make_person, now, path
):
    other = open_account(make_person("eve@example.org"), now=now)
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"{PAGE}{member.pk}/{path}").status_code == 404
    member.refresh_from_db()
    assert member.state == "active"
