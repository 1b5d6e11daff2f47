"""Cookies: silence is refusal, refusing is as easy as accepting, proof is kept (R1–R7)."""

import pytest
from django.db import IntegrityError, transaction

from perenne.website.domain.choices import Choice, read_choice
from perenne.website.models import CookieChoice

PAGE = "/privacy/choices/"


@pytest.mark.parametrize(
    ("cookie", "choice"),
    [
        ("1.abc123.embeds", Choice("abc123", frozenset({"embeds"}))),
        ("1.abc123.", Choice("abc123", frozenset())),
        ("1.abc123.embeds-ads", Choice("abc123", frozenset({"embeds"}))),
        ("0.abc123.embeds", None),
        ("1..embeds", None),
        ("1.a'b.embeds", None),
        ("", None),
    ],
)
def test_a_cookie_is_a_choice_or_nothing(cookie, choice):
    assert read_choice(cookie) == choice


def test_a_visit_sets_no_cookie_and_loads_nothing_from_elsewhere_r1(client, site):
    for page in ("/", "/blog/", "/legal/notice/", PAGE):
        answer = client.get(page)
        assert (answer.status_code, list(answer.cookies)) == (200, [])
        assert 'src="http' not in answer.text


@pytest.mark.parametrize(
    ("form", "accepted", "method"),
    [
        ({"method": "accept"}, ["embeds"], "accept"),
        ({"method": "refuse", "purpose": ["embeds"]}, [], "refuse"),
        ({"method": "chosen", "purpose": ["embeds"]}, ["embeds"], "chosen"),
        ({"method": "chosen", "purpose": ["unknown"]}, [], "chosen"),
        ({}, [], "chosen"),
    ],
)
def test_a_choice_is_kept_with_its_proof_r6(client, site, form, accepted, method):
    answer = client.post(PAGE, form | {"next": "/blog/"})
    assert answer.url == "/blog/"
    proof = CookieChoice.objects.get()
    assert (proof.accepted, proof.method) == (accepted, method)
    assert len(proof.wording_hash) == 64
    held = read_choice(client.cookies["privacy"].value)
    assert (held.choice_id, sorted(held.accepted)) == (proof.choice_id, accepted)


def test_accepting_and_refusing_last_equally_long_r7(client, site):
    ages = []
    for method in ("accept", "refuse"):
        client.post(PAGE, {"method": method})
        ages.append(client.cookies["privacy"]["max-age"])
    assert ages[0] == ages[1] == int(6 * 30.4 * 86400)


def test_a_withdrawal_is_found_beside_its_consent_r5(client, site):
    client.post(PAGE, {"method": "accept"})
    client.post(PAGE, {"method": "refuse"})
    proofs = CookieChoice.objects.order_by("pk")
    assert list(proofs.values_list("accepted", flat=True)) == [["embeds"], []]
    assert proofs.values("choice_id").order_by().distinct().count() == 1


def test_the_proof_cannot_be_changed_r6(client, site):
    client.post(PAGE, {"method": "accept"})
    with pytest.raises(IntegrityError), transaction.atomic():
        CookieChoice.objects.update(accepted=[])


def test_the_way_back_stays_on_this_site(client, site):
    assert client.post(PAGE, {"next": "https://evil.example/"}).url == "/"


def test_every_public_page_leads_to_the_choice_r5(client, site):
    for page in ("/", "/blog/", "/legal/privacy/"):
        assert f'href="{PAGE}"' in client.get(page).text
