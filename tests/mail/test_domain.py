"""The sending domain: asked of a real DNS server, said in plain words (AE19, R26-R28)."""

from __future__ import annotations

import pytest
from dns_server import DnsServer

from perenne.mail.actions.domain_check import check_domain
from perenne.mail.actions.signing import prepare_keys, signer_for
from perenne.mail.api import domain_problems
from perenne.mail.domain.dns_checks import (
    NoAnswer,
    answered,
    check_dmarc,
    check_mx,
    check_ptr,
    check_spf,
    count_lookups,
    spf_for,
)
from perenne.mail.gateways import dns as dns_gateway
from perenne.mail.models import DomainCheck, SendingKey

DOMAIN = "boreal.example"


class Table:
    """A Dns that answers from dictionaries."""

    def __init__(self, texts=(), mx=(), hosts=(), names=()):
        self._texts, self._mx = dict(texts), dict(mx)
        self._hosts, self._names = dict(hosts), dict(names)

    def texts(self, name):
        return self._texts.get(name, [])

    def mail_servers(self, name):
        return self._mx.get(name, [])

    def addresses(self, name):
        return self._hosts.get(name, [])

    def names_of(self, address):
        return self._names.get(address, [])


@pytest.mark.parametrize(
    ("records", "code", "value"),
    [
        ([], "spf_missing", "v=spf1 include:spf.brevo.com ~all"),
        (["v=spf1 include:spf.brevo.com ~all"], "spf_good", ""),
        (["google-site-verification=x", "V=SPF1 include:spf.brevo.com -all"], "spf_good", ""),
        (["v=spf1 mx ~all"], "spf_without_server", "v=spf1 include:spf.brevo.com mx ~all"),
        (["v=spf1 mx ~all", "v=spf1 a -all"], "spf_twice", "v=spf1 mx a ~all"),
        (["v=spf1 +all"], "spf_open", "v=spf1 include:spf.brevo.com ~all"),
    ],
)  # fmt: skip
def test_spf_is_one_closed_record_that_names_the_service(records, code, value):
    found = check_spf(Table({DOMAIN: records}), DOMAIN, server="smtp-relay.brevo.com")
    assert (found.code, found.value) == (code, value)


def test_spf_may_cost_ten_lookups_r28():
    chain = {
        f"{n}.example": [f"v=spf1 include:{n + 1}.example -all"] for n in range(12)
    }
    assert check_spf(Table(chain), "2.example", server="x").code == "spf_good"
    assert check_spf(Table(chain), "1.example", server="x").code == "spf_too_long"
    loop = {
        "a.example": ["v=spf1 include:a.example mx ptr exists:%{i}.x ip4:1.2.3.4 -all"]
    }
    assert count_lookups(Table(loop), "a.example") == 4


def test_spf_proposes_ones_own_server():
    assert spf_for("mail.boreal.example") == "v=spf1 a:mail.boreal.example ~all"


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({}, "dmarc_missing"),
        ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none"]}, "dmarc_good"),
        ({f"_dmarc.{DOMAIN}": ["v=DMARC1; rua=mailto:a@x.example"]}, "dmarc_broken"),
        ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "dmarc_twice"),
    ],
)  # fmt: skip
def test_dmarc_names_a_policy_once(texts, code):
    found = check_dmarc(Table(texts), DOMAIN, reports_to="me@boreal.example")
    assert found.code == code


def test_dmarc_of_the_organisation_counts():
    table = Table({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject"]})
    assert check_dmarc(table, f"letters.{DOMAIN}", reports_to="").state == "good"


@pytest.mark.parametrize(
    ("mx", "hosts", "expected"),
    [
        ({DOMAIN: ["mx.example"]}, {}, ("good", "mx_good")),
        ({DOMAIN: ["."]}, {}, ("bad", "mx_null")),
        ({}, {DOMAIN: ["203.0.113.1"]}, ("warn", "mx_missing")),
        ({}, {}, ("bad", "mx_missing")),
    ],
)
def test_somebody_takes_the_answers(mx, hosts, expected):
    found = check_mx(Table(mx=mx, hosts=hosts), DOMAIN)
    assert (found.state, found.code) == expected


@pytest.mark.parametrize(
    ("hosts", "names", "code"),
    [
        ({}, {}, "ptr_no_address"),
        ({"m.example": ["8.8.4.4"]}, {}, "ptr_missing"),
        ({"m.example": ["8.8.4.4"]}, {"8.8.4.4": ["m.example"]}, "ptr_good"),
        ({"m.example": ["8.8.4.4"]}, {"8.8.4.4": ["pool.isp.example"]}, "ptr_other"),
        ({"m.example": ["10.0.0.1"]}, {}, "ptr_private"),
    ],
)
def test_the_servers_name_and_address_lead_to_each_other(hosts, names, code):
    assert check_ptr(Table(hosts=hosts, names=names), "m.example").code == code


def test_silence_is_neither_good_nor_bad():
    def ask():
        raise NoAnswer("x.example")

    (found,) = answered("spf", ask)
    assert (found.key, found.state, found.code) == ("spf", "unknown", "no_answer")


# --- with a real server -------------------------------------------------------------------------
@pytest.fixture
def dns_server(settings, business, monkeypatch):
    settings.MAIL_FROM = f"Atelier Boréal <letter@{DOMAIN}>"
    settings.SMTP_URL = "smtp://smtp-relay.brevo.com:587?tls=starttls"
    monkeypatch.setattr(dns_gateway, "_SECONDS", 0.5)
    server = DnsServer(
        {
            (DOMAIN, "TXT"): ["v=spf1 include:spf.brevo.com ~all"],
            (DOMAIN, "MX"): ["10 mx.boreal.example."],
            ("spf.brevo.com", "TXT"): ["v=spf1 ip4:8.8.4.0/24 ~all"],
            (f"_dmarc.{DOMAIN}", "TXT"): ["v=DMARC1; p=none"],
            ("smtp-relay.brevo.com", "A"): ["8.8.4.4"],
            ("4.4.8.8.in-addr.arpa", "PTR"): ["smtp-relay.brevo.com."],
        }
    )
    settings.DNS_RESOLVER = server.address
    yield server
    server.stop()


def codes(check):
    return [each["code"] for each in check.findings]


@pytest.mark.django_db
def test_a_domain_is_checked_and_the_answer_kept(dns_server, now):
    check = check_domain(actor="owner", now=now)
    assert codes(check) == [
        "spf_good",
        "dkim_by_server",
        "dmarc_good",
        "mx_good",
        "ptr_good",
    ]
    assert (check.is_good, domain_problems()) == (True, [])
    dns_server.records[(DOMAIN, "TXT")] = []
    check_domain(actor="owner", now=now)
    assert (DomainCheck.objects.count(), domain_problems()) == (1, ["SPF"])


@pytest.mark.django_db
def test_a_key_signs_as_soon_as_its_record_is_found(dns_server, now):
    prepare_keys(DOMAIN, actor="owner", now=now)
    assert codes(check_domain(actor="owner", now=now))[1:3] == ["dkim_missing"] * 2
    assert signer_for(f"a@{DOMAIN}") is None
    for key in SendingKey.objects.all():
        record = f"v=DKIM1; k={key.algorithm}; p={key.public}"
        dns_server.records[(str(key), "TXT")] = [record]
    assert codes(check_domain(actor="owner", now=now))[1:3] == ["dkim_good"] * 2
    assert len(signer_for(f"a@{DOMAIN}")._keys) == 2


@pytest.mark.django_db
def test_a_silent_server_says_nothing_against_the_domain(dns_server, now):
    dns_server.records[(DOMAIN, "TXT")] = None
    check = check_domain(actor="owner", now=now)
    assert (codes(check)[0], check.is_good) == ("no_answer", True)


@pytest.mark.django_db
def test_without_a_sender_nothing_is_asked(settings, now):
    settings.MAIL_FROM = ""
    assert check_domain(actor="owner", now=now) is None


PAGE = "/desk/mail/domain/"


@pytest.mark.django_db
def test_the_page_gives_the_records_to_copy(dns_server, owner_client):
    assert owner_client.get(PAGE).content.decode().count('class="empty"') == 1
    dns_server.records[(DOMAIN, "TXT")] = []
    page = owner_client.post(f"{PAGE}check/", follow=True).content.decode()
    assert page.count('data-copy="v=spf1 include:spf.brevo.com ~all"') == 1
    assert page.count("badge--bad") == 1


@pytest.mark.django_db
def test_the_owner_makes_keys_and_leaves_signing_again(dns_server, owner_client):
    page = owner_client.post(f"{PAGE}keys/", follow=True).content.decode()
    assert page.count("_domainkey.boreal.example</code>") == 2
    owner_client.post(f"{PAGE}keys/", {"move": "stop"})
    assert set(SendingKey.objects.values_list("state", flat=True)) == {"retired"}


@pytest.mark.django_db
def test_the_page_waits_for_a_sender(settings, business, owner_client):
    settings.MAIL_FROM = ""
    type(business).objects.update(email="")
    assert owner_client.get(PAGE).content.decode().count("domain/check/") == 0
