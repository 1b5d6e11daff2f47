"""The register of VAT numbers: yes, no, and no answer (R124)."""

from dataclasses import replace

import pytest

from perenne.core.actions import change_business
from perenne.money.actions.vat.places import locate_buyer
from perenne.money.domain.vat.places import VatCheck
from perenne.money.domain.vat.vat import Checked
from perenne.money.gateways.vies.client import Answer, RegisterSilent, Vies

BELGIAN, OTHER = "BE0428759497", "DE136695976"


@pytest.fixture
def firm(business, buyer):
    return replace(
        buyer,
        buyer_type="business",
        company="Silva BV",
        country="BE",
        vat_number=BELGIAN,
    )


def test_the_register_says_yes_or_no(register):
    register.add(BELGIAN, name="Silva BV")
    asking = Vies(register.address)
    assert asking.ask(BELGIAN, requester="FR44732829320") == Answer(
        True, "WAPI00000001", "Silva BV"
    )
    assert asking.ask(OTHER, requester="") == Answer(False)
    assert register.questions == [
        {
            "countryCode": "BE",
            "vatNumber": "0428759497",
            "requesterMemberStateCode": "FR",
            "requesterNumber": "44732829320",
        },
        {"countryCode": "DE", "vatNumber": "136695976"},
    ]


@pytest.mark.parametrize("code", ["MS_UNAVAILABLE", "MS_MAX_CONCURRENT_REQ"])
def test_a_failure_is_silence(register, code):
    register.add(BELGIAN)
    register.fails = code
    with pytest.raises(RegisterSilent) as silent:
        Vies(register.address).ask(BELGIAN, requester="")
    assert silent.value.code == code


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "/nowhere"])
def test_nobody_there_is_silence(register, address):
    there = address if address[:4] == "http" else f"{register.address}{address}"
    with pytest.raises(RegisterSilent):
        Vies(there).ask(BELGIAN, requester="")


def test_whom_the_register_does_not_know_may_ask_without_a_proof(register):
    register.add(BELGIAN)
    register.unknown_requesters = {"FR44732829320"}
    answer = Vies(register.address).ask(BELGIAN, requester="FR44732829320")
    assert answer == Answer(True)


def test_the_answer_is_kept_with_its_proof(register, firm, now):
    change_business(actor="owner", now=now, vat_number="FR44732829320")
    register.add(BELGIAN, name="Silva BV")
    place = locate_buyer(firm, now=now)
    assert place.vat_check == VatCheck(
        Checked.VALID, now.isoformat(), "WAPI00000001", "Silva BV"
    )
    again = locate_buyer(firm, now=now)
    assert again.vat_check == place.vat_check
    assert len(register.questions) == 1


def test_silence_is_neither_yes_nor_no_and_is_asked_again(register, firm, now):
    register.fails = "MS_UNAVAILABLE"
    assert locate_buyer(firm, now=now).vat_check.state == Checked.UNAVAILABLE
    register.fails = ""
    assert locate_buyer(firm, now=now).vat_check.state == Checked.INVALID
    assert len(register.questions) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"buyer_type": "consumer"},
        {"country": "FR", "vat_number": "FR40303265045"},
        {"country": "US", "vat_number": "12-3456789"},
        {"vat_number": ""},
        {"vat_number": "BE0428759498"},
    ],
)
def test_nobody_is_asked_without_need(register, firm, now, change):
    locate_buyer(replace(firm, **change), now=now)
    assert register.questions == []


def test_turned_off_every_number_stays_unconfirmed(register, firm, now, settings):
    settings.VIES_URL = ""
    assert locate_buyer(firm, now=now).vat_check == VatCheck(
        Checked.UNAVAILABLE, now.isoformat()
    )
    assert register.questions == []
