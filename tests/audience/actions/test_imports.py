"""Contacts taken over from another tool (R19, R30)."""

from datetime import UTC, datetime

import pytest

from perenne.audience import api
from perenne.audience.models import Consent, ContactStatus, PersonTag, Tag
from perenne.mail.api import suppress
from perenne.people.api import person_by_email

pytestmark = pytest.mark.django_db
JOINED = datetime(2024, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def take_over(now):
    def run(*rows, basis="consent", source="ghost"):
        return api.import_contacts(
            iter(rows), basis=basis, source=source, actor="owner", now=now
        )

    return run


def contact(email="ana@example.org", **fields):
    return api.ImportedContact(email=email, **({"subscribed": True} | fields))


def _status(email):
    return ContactStatus.objects.get(person_id=person_by_email(email).pk).status


def _as_tuple(counts):
    return (counts.created, counts.updated, counts.unchanged, counts.suppressed)


def test_import_writes_person_status_proof_and_tags_r19(take_over, now):
    counts = take_over(
        contact(
            name="Ana Silva",
            created_at=JOINED,
            tags=("VIP",),
            labels=("Early bird",),
            note="Met in Lyon",
            extra={"plan": "comp"},
            evidence={"line": 2, "optin_ip": "192.0.2.7"},
        )
    )
    person = person_by_email("ana@example.org")
    row = ContactStatus.objects.get()
    proof = Consent.objects.get()
    assert _as_tuple(counts) == (1, 0, 0, 0)
    assert (person.name, person.note) == ("Ana Silva", "Met in Lyon")
    assert person.source == {"import": "ghost", "extra": {"plan": "comp"}}
    assert (row.status, row.source, row.joined_at) == (
        "subscribed",
        "import:ghost",
        JOINED,
    )
    assert (proof.state, proof.basis, proof.at) == ("given", "consent", now)
    assert proof.evidence == {
        "source": "import:ghost",
        "line": 2,
        "optin_ip": "192.0.2.7",
    }
    assert sorted(PersonTag.objects.values_list("tag__name", flat=True)) == [
        "Early bird",
        "VIP",
    ]


def test_importing_again_adds_nothing_and_says_unchanged(take_over):
    rows = [
        contact(f"p{n}@example.org", name=f"P {n}", tags=("x",), subscribed=s)
        for n, s in enumerate([True, False, None])
    ]
    assert _as_tuple(take_over(*rows)) == (3, 0, 0, 0)
    before = (Consent.objects.count(), PersonTag.objects.count())
    assert _as_tuple(take_over(*rows)) == (0, 0, 3, 0)
    assert (Consent.objects.count(), PersonTag.objects.count()) == before == (2, 3)


def test_an_unknown_status_never_becomes_subscribed(take_over):
    take_over(contact(subscribed=None))
    assert _status("ana@example.org") == "unknown"
    assert Consent.objects.count() == 0


def test_a_suppressed_address_stays_out_r30(take_over, now):
    suppress("ana@example.org", reason="bounced", now=now, actor="system")
    assert _as_tuple(take_over(contact())) == (1, 0, 0, 1)
    assert _status("ana@example.org") == "unknown"
    assert _as_tuple(take_over(contact())) == (0, 0, 1, 1)


def test_who_withdrew_here_stays_withdrawn(take_over, subscribe_person, now):
    person = subscribe_person()
    api.withdraw_consent(person.pk, actor="visitor", now=now)
    assert _as_tuple(take_over(contact())) == (0, 0, 1, 1)
    assert _status("ana@example.org") == "withdrawn"


def test_a_file_that_says_no_withdraws_what_a_file_gave(take_over):
    take_over(contact())
    assert _as_tuple(take_over(contact(subscribed=False))) == (0, 1, 0, 0)
    assert _status("ana@example.org") == "withdrawn"
    assert list(Consent.objects.order_by("pk").values_list("state", flat=True)) == [
        "given",
        "withdrawn",
    ]


def test_an_address_given_twice_is_applied_in_order(take_over):
    counts = take_over(contact(), contact("bob@example.org"), contact(name="Ana"))
    assert _as_tuple(counts) == (2, 1, 0, 0)
    assert person_by_email("ana@example.org").name == "Ana"


def test_a_known_person_becomes_a_contact_and_keeps_the_name(take_over, make_person):
    make_person("ana@example.org", name="Ana Silva")
    assert _as_tuple(take_over(contact(name="A. S."))) == (0, 1, 0, 0)
    assert person_by_email("ana@example.org").name == "Ana Silva"


def test_tags_differing_in_capitals_are_one(take_over):
    take_over(contact(tags=("VIP",), labels=("vip", " ")))
    assert list(Tag.objects.values_list("name", flat=True)) == ["VIP"]


def test_a_batch_costs_the_same_queries_for_1_and_300_rows(
    take_over, django_assert_max_num_queries
):
    with django_assert_max_num_queries(26):
        take_over(contact(tags=("x",)))
    with django_assert_max_num_queries(26):
        take_over(
            *(contact(f"p{n}@example.org", name="P", tags=("x",)) for n in range(300))
        )
