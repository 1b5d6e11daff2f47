"""The public exits and the owner's screens for them."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client

from perenne.mail.models import Message
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.exits.exits import answer_declaration
from perenne.money.models import Declaration, DeclarationCase, Refund

ENGLISH, FRENCH = {"accept-language": "en"}, {"accept-language": "fr"}
EXITS = ["/cancel-contract/", "/withdraw/"]


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def fill(client, business):
    """Return what the form of an exit holds, filled in: fill("/withdraw/")."""

    def fill(path, **fields):
        form = client.get(path, headers=ENGLISH).context["form"]
        return {
            "key": form["key"].value(),
            "name": "Ana Silva",
            "email": "Ana@Example.org",
            "reference": "K7M-2QX-9RT",
            **fields,
        }

    return fill


def test_three_interactions_lead_from_any_page_to_the_notification_r61(
    client, business, subscribe
):
    held = subscribe()
    home = client.get("/withdraw/", headers=FRENCH).text
    footer = home[home.index("<footer") :]
    assert '<a href="/cancel-contract/">Résilier votre contrat</a>' in footer
    first = client.get("/cancel-contract/", headers=FRENCH)  # 1: the link
    typed = {"name": "Ana", "email": "ana@example.org"}
    typed["key"] = first.context["form"]["key"].value()
    recap = client.post("/cancel-contract/", typed, headers=FRENCH)  # 2: continue
    assert Declaration.objects.count() == 0
    button = r'<button [^>]*name="step" value="notify">([^<]+)</button>'
    assert re.findall(button, recap.text) == ["Notification de la résiliation"]
    assert re.findall(r'<input type="hidden"[^>]* aria-', recap.text) == []
    done = client.post("/cancel-contract/", typed | {"step": "notify"})  # 3: notify
    assert done.url == "/cancel-contract/done/"
    answer_declaration(Declaration.objects.get().pk, now=held.started_at)
    held.refresh_from_db()
    assert held.state == "cancelling"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/cancel-contract/", ["key", "name", "email", "reference", "wanted_on"]),
        ("/withdraw/", ["key", "name", "reference", "email"]),
    ],
)
def test_the_forms_ask_only_what_the_law_lists_r52_r59(client, business, path, fields):
    form = client.get(path).context["form"]
    assert list(form.fields) == [*fields, "website"]


def test_a_withdrawal_needs_a_second_distinct_action_r52(client, fill):
    data = fill("/withdraw/")
    recap = client.post("/withdraw/", data, headers=FRENCH)
    assert "Confirmer la rétractation</button>" in recap.text
    assert Declaration.objects.count() == 0
    assert client.post("/withdraw/", data | {"step": "notify"}).status_code == 302
    row = Declaration.objects.get()
    assert (row.kind, row.email, row.reference) == (
        "withdrawal",
        "ana@example.org",
        "K7M-2QX-9RT",
    )
    assert row.case.state == "received"


@pytest.mark.parametrize("path", EXITS)
def test_the_recap_can_be_corrected_and_keeps_what_was_typed_r59(client, fill, path):
    data = fill(path) | {"step": "correct"}
    form = client.post(path, data, headers=ENGLISH)
    assert 'value="K7M-2QX-9RT"' in form.text
    assert 'value="notify"' not in form.text
    assert Declaration.objects.count() == 0


@pytest.mark.parametrize("path", EXITS)
def test_the_page_never_tells_whether_a_contract_exists_r53(
    client, fill, subscribe, path
):
    held = subscribe()
    answers = []
    for email in ("ana@example.org", "eve@example.org"):
        data = fill(path, email=email, reference=held.order.number)
        recap = client.post(path, data, headers=ENGLISH).text.replace(email, "")
        done = client.post(path, data | {"step": "notify"}, headers=ENGLISH)
        page = client.get(done.url, headers=ENGLISH).text
        answers.append((recap.replace(data["key"], ""), done.url, page))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("path", EXITS)
def test_sent_twice_it_is_stored_once_r53(client, fill, path):
    data = fill(path) | {"step": "notify"}
    assert client.post(path, data).url == client.post(path, data).url
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize("path", EXITS)
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"email": "nothing"}, "This does not look like an e-mail address."),
        ({"name": ""}, "This field is required."),
        ({"website": "spam"}, "Please leave this field empty."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(client, fill, path, fields, error):
    data = fill(path, **fields) | {"step": "notify"}
    answer = client.post(path, data, headers=ENGLISH)
    assert (answer.status_code, error in answer.text) == (422, True)
    assert Declaration.objects.count() == 0


def test_a_machine_is_slowed_down(client, fill):
    data = fill("/withdraw/") | {"step": "notify"}
    codes = [
        client.post("/withdraw/", data | {"name": f"Ana {number}"}).status_code
        for number in range(6)
    ]
    assert codes == [302] * 5 + [429]
    assert Declaration.objects.count() == 5


def test_neither_account_nor_cookie_is_needed_r51_r58(business, fill, client):
    data = fill("/withdraw/") | {"step": "notify"}
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post("/withdraw/", data).status_code == 302


def test_the_order_mail_carries_both_exits_r51(course, make_order, pay, now):
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    text = Message.objects.get(ref=f"order-confirmed:{order.pk}").text
    assert "Withdraw from the contract here\n" in text
    assert f"/withdraw/?ref={order.number}\n" in text


def test_a_link_fills_in_the_reference(client, business):
    page = client.get("/withdraw/?ref=K7M-2QX-9RT")
    assert page.context["form"]["reference"].value() == "K7M-2QX-9RT"


def test_a_members_subscription_page_has_both_exits_r51_r58(member_client, business):
    page = member_client.get("/me/subscription/", headers=FRENCH).text
    main = page[page.index("<main") : page.index("</main")]
    assert '<a href="/cancel-contract/">Résilier votre contrat</a>' in main
    assert '<a href="/withdraw/">Renoncer au contrat ici</a>' in main


@pytest.fixture
def withdrawn(client, fill, course, make_order, pay, now):
    """A withdrawal from a paid course, answered."""
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    data = fill("/withdraw/", reference=order.number) | {"step": "notify"}
    client.post("/withdraw/", data)
    answer_declaration(Declaration.objects.get().pk, now=now)
    return DeclarationCase.objects.get()


def test_the_owner_sees_the_deadline_and_the_proposal_and_decides_r54_r56(
    withdrawn, client, owner
):
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    listed = client.get("/desk/declarations/?state=open", headers=ENGLISH)
    assert withdrawn.order.number in listed.text
    assert "29 Sep 2026" in listed.text
    page = client.get(f"/desk/declarations/{withdrawn.pk}/", headers=ENGLISH)
    assert "Nothing: immediate access was expressly asked for" in page.text
    assert "must be given back by Sept. 29, 2026" in page.text
    form = page.context["refund_form"]
    data = {"key": form["key"].value(), "amount": "49", "reason": "Withdrawal"}
    give = f"/desk/declarations/{withdrawn.pk}/refund/"
    refused = client.post(give, data | {"amount": "50"}, headers=ENGLISH)
    assert refused.context["refund_form"].errors == {
        "amount": ["This is more than what is left of the payment."]
    }
    assert client.post(give, data).status_code == 302
    assert client.post(give, data, headers=ENGLISH).status_code == 409
    withdrawn.refresh_from_db()
    assert (withdrawn.state, Refund.objects.count()) == ("refunded", 1)


def test_the_owner_settles_with_a_reason(withdrawn, client, owner):
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/desk/declarations/{withdrawn.pk}/settle/"
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Right was waived"}).status_code == 302
    withdrawn.refresh_from_db()
    assert (withdrawn.state, withdrawn.reason) == ("settled", "Right was waived")
    assert withdrawn.refund_by == date(2026, 9, 29)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_declarations_costs_the_same_however_long(
    count, owner_client, fill, django_assert_max_num_queries
):
    for number in range(count):
        data = fill("/withdraw/", email=f"p{number}@example.org") | {"step": "notify"}
        owner_client.post("/withdraw/", data)
    with django_assert_max_num_queries(12):
        owner_client.get("/desk/declarations/", headers=ENGLISH)


def test_without_declarations_the_desk_says_what_will_stand_there(owner_client):
    text = owner_client.get("/desk/declarations/", headers=ENGLISH).text
    assert 'class="empty"' in text
