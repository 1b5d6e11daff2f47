"""The public pages: subscribe, confirm, unsubscribe, choose (R16, R20, R22, R24, AE22)."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from perenne.audience import api
from perenne.audience.models import Confirmation, Consent, ContactStatus, SignupForm
from perenne.audience.web.forms import stamp_of
from perenne.core import clock
from perenne.mail.api import is_suppressed
from perenne.mail.models import Message
from perenne.people.api import person_by_email
from perenne.people.models import Person

pytestmark = pytest.mark.django_db
HOSTILE = [
    "<script>alert(1)</script>",
    "Robert'); DROP TABLE people_person;--",
    "{{ 7*7 }} {% now 'Y' %}",
    "=cmd|' /C calc'!A0",
    "\u202etxet desrever",
    "𝒯𝑒𝓈𝓉 👩‍👩‍👧",
    "a" * 100,
    "ﷺ ٠١٢٣ ̴̸",
]


@pytest.fixture(autouse=True)
def _no_limits_left_over(business):
    cache.clear()


@pytest.fixture
def ask(client, now):
    def post(email="ana@example.org", *, path="/subscribe/", age=30, **fields):
        stamp = stamp_of({"page": path}, now=now - timedelta(seconds=age))
        data = {"email": email, "name": "Ana", "agree": "on", "stamp": stamp}
        return client.post(path, data | fields, headers={"accept-language": "en"})

    return post


def _link(kind="confirm"):
    text = Message.objects.order_by("-pk").first().text
    return re.search(rf"https?://[^/]+(/{kind}/\S+/)", text)[1]


def test_page_shows_an_unticked_box_r16(client):
    answer = client.get("/subscribe/", headers={"accept-language": "fr"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "J’accepte de recevoir par e-mail la lettre de « Atelier Boréal »" in page
    assert 'type="checkbox"' in page
    assert "checked" not in page
    assert set(answer.cookies) <= {"csrftoken"}


def test_sign_up_keeps_nothing_but_the_request_until_it_is_confirmed_r20(ask):
    answer = ask()
    assert (answer.status_code, answer.url) == (302, "/subscribe/sent/")
    assert Person.objects.count() == ContactStatus.objects.count() == 0
    waiting = Confirmation.objects.get()
    assert (waiting.email, waiting.name, waiting.language) == (
        "ana@example.org",
        "Ana",
        "en",
    )
    mail = Message.objects.get()
    assert mail.subject == "Confirm your subscription to Atelier Boréal"
    assert waiting.token_hash not in mail.text


def test_get_of_the_link_confirms_nothing_and_post_does_r20(ask, client, now):
    ask()
    link = _link()
    assert client.get(link).status_code == 200
    assert ContactStatus.objects.count() == 0
    assert client.post(link).status_code == 200
    person = person_by_email("ana@example.org")
    assert api.is_subscribed(person.pk)
    proofs = [(p.state, p.page, p.at) for p in api.proofs_of(person.pk)]
    page = "http://testserver/subscribe/"
    assert proofs == [("confirmed", page, now), ("given", page, now)]
    assert "by e-mail" in api.proofs_of(person.pk)[0].wording.text


def test_confirming_twice_changes_nothing_more(ask, client):
    ask()
    link = _link()
    client.post(link)
    answer = client.post(link)
    assert (answer.status_code, Consent.objects.count()) == (200, 2)


def test_an_expired_link_offers_a_new_one_r20(ask, client, now):
    ask()
    link = _link()
    with clock.frozen(now + timedelta(days=8)):
        assert client.post(link).status_code == 410
        assert ContactStatus.objects.count() == 0
        client.post(link, {"again": "1"})
        assert _link() != link
        assert client.post(_link()).status_code == 200
    assert api.is_subscribed(person_by_email("ana@example.org").pk)


def test_the_answer_is_the_same_for_a_known_address(ask, subscribe_person):
    subscribe_person("bob@example.org")
    known, unknown = ask("bob@example.org"), ask("new@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert sorted(Message.objects.values_list("subject", flat=True)) == [
        "Confirm your subscription to Atelier Boréal",
        "You are already subscribed to Atelier Boréal",
    ]


def test_the_same_address_gets_one_mail_in_ten_minutes_ae22(ask):
    ask()
    ask()
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"website": "https://spam.example"}, {"website": " x "}]
)
def test_the_trap_stores_nothing_and_answers_the_same_ae22(ask, fields):
    assert ask(**fields).url == "/subscribe/sent/"
    assert Confirmation.objects.count() == 0


@pytest.mark.parametrize("age", [0, 1, 25 * 3600])
def test_too_fast_and_too_old_are_asked_again_and_keep_the_typing_ae22(ask, age):
    answer = ask(age=age)
    assert answer.status_code == 422
    assert "Please send the form once more." in answer.content.decode()
    assert 'value="ana@example.org"' in answer.content.decode()
    assert Confirmation.objects.count() == 0


@pytest.mark.parametrize("stamp", ["", "x", "a:b:c"])
def test_a_forged_stamp_is_refused(ask, stamp):
    assert ask(stamp=stamp).status_code == 422


def test_without_the_tick_nothing_is_stored_r16(ask):
    assert ask(agree="").status_code == 422
    assert Confirmation.objects.count() == 0


def test_too_many_from_one_place_are_refused_ae22(ask):
    answers = [ask(f"p{n}@example.org").status_code for n in range(21)]
    assert answers == [302] * 20 + [429]
    assert Confirmation.objects.count() == 20


def test_first_touch_is_carried_by_the_form_ae23(client, ask, now):
    page = client.get(
        "/subscribe/?utm_source=fair&utm_campaign=spring",
        headers={"referer": "https://search.example/"},
    ).content.decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
    with clock.frozen(now + timedelta(seconds=9)):
        ask(stamp=stamp)
        Client().post(_link())
    assert person_by_email("ana@example.org").source == {
        "utm_source": "fair",
        "utm_campaign": "spring",
        "referrer": "https://search.example/",
        "page": "/subscribe/",
    }


def test_an_owners_form_gives_its_tags_once_confirmed(ask, client, now):
    from perenne.audience.actions.tags import tag_named

    form = SignupForm.objects.create(slug="fair", title="Fair", created_at=now)
    form.tags.add(tag_named("Fair 2026", now=now))
    ask(path="/subscribe/fair/")
    client.post(_link())
    person = person_by_email("ana@example.org")
    row = ContactStatus.objects.get(person=person)
    assert row.source == "form:fair"
    assert list(api.tags_of(person.pk).values_list("name", flat=True)) == ["Fair 2026"]


@pytest.mark.parametrize("path", ["/subscribe/nope/", "/confirm/nope/"])
def test_what_does_not_exist_is_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_kept_or_refused_and_never_break_the_page(ask, client, name):
    answer = ask(name=name)
    assert answer.status_code in {302, 422}
    if answer.status_code == 302:
        client.post(_link())
        assert person_by_email("ana@example.org").name == name.strip()


def _unsubscribe_path(person, letter=0):
    return f"/unsubscribe/{api.unsubscribe_token(person.pk, letter)}/"


def test_get_does_not_unsubscribe_r24(client, subscribe_person):
    person = subscribe_person()
    assert client.get(_unsubscribe_path(person)).status_code == 200
    assert api.is_subscribed(person.pk)


def test_one_click_needs_no_cookie_and_no_csrf_and_may_be_repeated_r24(
    subscribe_person,
):
    person = subscribe_person()
    provider = Client(enforce_csrf_checks=True)
    for _turn in range(2):
        answer = provider.post(
            _unsubscribe_path(person, 7), {"List-Unsubscribe": "One-Click"}
        )
        assert answer.status_code == 200
        assert dict(answer.cookies) == {}
    assert not api.is_subscribed(person.pk)
    assert is_suppressed(person.email)
    proof = api.proofs_of(person.pk)[0]
    assert (proof.state, proof.evidence) == (
        "withdrawn",
        {"letter": 7, "one_click": True},
    )
    assert Consent.objects.count() == 2


def test_one_click_urlencoded_works_too_r24(subscribe_person):
    person = subscribe_person()
    Client(enforce_csrf_checks=True).post(
        _unsubscribe_path(person),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert not api.is_subscribed(person.pk)


def test_the_button_unsubscribes_without_a_reason_r22(client, subscribe_person):
    person = subscribe_person()
    answer = client.post(_unsubscribe_path(person))
    assert answer.status_code == 200
    assert not api.is_subscribed(person.pk)


@pytest.mark.parametrize("spoil", ["AAAA", "x", "é", "%00"])
def test_a_forged_token_finds_nobody_r23(client, subscribe_person, spoil):
    token = api.unsubscribe_token(subscribe_person().pk)
    for path in (f"/unsubscribe/{spoil}/", f"/unsubscribe/{token[:-2]}{spoil}/"):
        assert client.post(path).status_code == 404
    assert ContactStatus.objects.get().status == "subscribed"


def test_who_unsubscribed_can_come_back_by_double_opt_in(
    ask, client, subscribe_person, now
):
    person = subscribe_person()
    api.withdraw_consent(person.pk, actor="visitor", now=now)
    ask()
    assert not api.is_subscribed(person.pk)
    client.post(_link())
    assert api.is_subscribed(person.pk)
    assert not is_suppressed(person.email)


def test_preferences_show_and_keep_each_purpose_ae15(client, subscribe_person):
    person = subscribe_person()
    path = f"/preferences/{api.unsubscribe_token(person.pk)}/"
    assert client.get(path).content.decode().count("checked") == 1
    client.post(path, {"purpose": ["letter", "offers", "nonsense"]})
    assert {s.purpose: s.status for s in api.statuses_of(person.pk)} == {
        "letter": "subscribed",
        "offers": "subscribed",
    }
    client.post(path, {"purpose": ["letter", "offers"], "none": "1"})
    assert {s.status for s in api.statuses_of(person.pk)} == {"withdrawn"}
    assert is_suppressed(person.email)


def test_unconfirmed_requests_are_forgotten_r20(ask, now):
    from perenne.audience.actions.signups import purge_unconfirmed

    ask()
    assert purge_unconfirmed(now=now + timedelta(days=36)) == 0
    assert purge_unconfirmed(now=now + timedelta(days=38)) == 1
    assert Confirmation.objects.count() == 0
