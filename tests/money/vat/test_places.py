"""How a buyer's country is known, and VAT numbers before anybody is asked."""

from datetime import date

import pytest

from perenne.money.domain.vat.places import Evidence, Place, VatCheck, place_from
from perenne.money.domain.vat.vat import Checked
from perenne.money.domain.vat.vat_ids import InvalidVatId, vat_id
from perenne.money.queries.vat.vat import zones_on

ZONES = zones_on(date(2026, 9, 15))
AT, LATER = "2026-09-15T08:30:00+00:00", "2026-09-15T08:40:00+00:00"
ADDRESS = Evidence("billing_address", "DE", AT)


def _place(*evidence, country="DE", **fields):
    return Place(country, evidence=evidence, **fields)


def test_a_third_party_that_agrees_proves_the_country():
    assert not _place(ADDRESS).is_proven
    assert _place(ADDRESS, Evidence("card", "DE", LATER)).is_proven
    assert not _place(ADDRESS, Evidence("card", "AT", LATER)).is_proven


def test_a_sign_of_another_state_contradicts_until_the_buyer_confirms():
    card = Evidence("card", "AT", LATER)
    asked = _place(ADDRESS, card)
    assert asked.contradictions(ZONES) == [card]
    answered = asked.with_evidence(Evidence("confirmed", "DE", LATER))
    assert answered.contradictions(ZONES) == []
    other = Evidence("card", "FR", "2026-09-16T08:30:00+00:00")
    assert answered.with_evidence(other).contradictions(ZONES) == [other]


def test_territories_and_their_state_do_not_contradict():
    signs = (Evidence("billing_address", "RE", AT), Evidence("card", "FR", LATER))
    assert _place(*signs, country="RE").contradictions(ZONES) == []


def test_a_number_the_register_knows_settles_the_country():
    check = VatCheck(Checked.VALID, AT)
    place = _place(ADDRESS, Evidence("card", "AT", LATER), vat_check=check)
    assert place.contradictions(ZONES) == []


def test_the_same_sign_is_kept_once():
    assert _place(ADDRESS).with_evidence(
        Evidence("billing_address", "DE", LATER)
    ) == _place(ADDRESS)


def test_a_place_is_kept_and_read_back_whole():
    place = Place(
        "DE",
        is_business=True,
        vat_id="DE136695976",
        vat_check=VatCheck(Checked.VALID, AT, "WAPIAAAA", "Beispiel GmbH"),
        evidence=(ADDRESS, Evidence("card", "DE", LATER)),
    )
    assert place_from(place.to_json(), country="FR", is_business=True) == place
    assert place_from({}, country="IT", is_business=False) == Place("IT")


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("DE 136 695 976", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("el 094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("FR 40 303 265 045", "FR", "FR40303265045"),
        ("FR40303265045", "MC", "FR40303265045"),
        ("BE 0428.759.497", "BE", "BE0428759497"),
    ],
)
def test_a_vat_number_is_written_in_one_form(typed, country, number):
    assert vat_id(typed, country) == number


@pytest.mark.parametrize(
    ("typed", "country"),
    [("DE136695978", "DE"), ("DE136695976", "FR"), ("", "DE"), ("US12345", "US")],
)
def test_what_cannot_be_a_vat_number_is_refused(typed, country):
    with pytest.raises(InvalidVatId):
        vat_id(typed, country)
