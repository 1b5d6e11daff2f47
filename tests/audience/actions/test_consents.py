"""Agree and object: the status now, and proofs that cannot be changed (R16-R19, R30)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from perenne.audience import api
from perenne.audience.actions.consents import choose_purposes
from perenne.audience.models import Consent, ContactStatus, Wording
from perenne.core.models import LogEntry
from perenne.mail.api import is_suppressed

pytestmark = pytest.mark.django_db


def _proofs(person):
    return [(p.purpose, p.state, p.basis) for p in api.proofs_of(person.pk)]


def _statuses(person):
    return {s.purpose: s.status for s in api.statuses_of(person.pk)}


def test_record_consent_keeps_status_and_proof_r19(person, now):
    api.record_consent(
        person.pk,
        wording="I agree  to get\nthe letter.",
        source="hand",
        page="https://example.org/fair",
        evidence={"paper": "list 3"},
        actor="owner",
        now=now,
    )
    proof = api.proofs_of(person.pk).get()
    assert _statuses(person) == {"letter": "subscribed"}
    assert (proof.state, proof.basis, proof.at) == ("given", "consent", now)
    assert proof.wording.text == "I agree to get the letter."
    assert len(proof.wording.digest) == 64
    assert (proof.page, proof.evidence) == (
        "https://example.org/fair",
        {"paper": "list 3"},
    )
    assert list(api.confirmed_contacts()) == [person.pk]


def test_a_wording_is_kept_once(subscribe_person):
    subscribe_person("ana@example.org")
    subscribe_person("bob@example.org")
    assert Wording.objects.count() == 1


def test_a_sale_must_be_named_r17(person, now):
    with pytest.raises(api.SaleNotNamed):
        api.record_consent(
            person.pk, basis="sale", wording="-", source="sale", actor="owner", now=now
        )
    assert (Consent.objects.count(), ContactStatus.objects.count()) == (0, 0)
    api.record_consent(
        person.pk,
        basis="sale",
        wording="Told at the order",
        source="sale",
        evidence={"order": "2026-0001"},
        actor="owner",
        now=now,
    )
    assert _proofs(person) == [("letter", "given", "sale")]


def test_consent_to_another_purpose_makes_no_consent_to_the_letter_r16(
    subscribe_person,
):
    person = subscribe_person(purpose="offers")
    assert _statuses(person) == {"letter": "unknown", "offers": "subscribed"}
    assert list(api.confirmed_contacts()) == []
    assert list(api.confirmed_contacts("offers")) == [person.pk]


def test_withdrawal_takes_effect_at_once_and_is_proven_r22(subscribe_person, now):
    person = subscribe_person()
    assert api.withdraw_consent(person.pk, actor="visitor", now=now)
    assert _statuses(person) == {"letter": "withdrawn"}
    assert _proofs(person) == [
        ("letter", "withdrawn", "consent"),
        ("letter", "given", "consent"),
    ]
    assert is_suppressed(person.email)


def test_withdrawal_from_one_purpose_leaves_the_other_ae15(subscribe_person, now):
    person = subscribe_person()
    subscribe_person(purpose="offers")
    api.withdraw_consent(person.pk, purpose="offers", actor="visitor", now=now)
    assert _statuses(person) == {"letter": "subscribed", "offers": "withdrawn"}
    assert not is_suppressed(person.email)


def test_withdrawing_twice_changes_nothing_more(subscribe_person, now):
    person = subscribe_person()
    api.withdraw_consent(person.pk, actor="visitor", now=now)
    before = (Consent.objects.count(), LogEntry.objects.count())
    assert not api.withdraw_consent(person.pk, actor="visitor", now=now)
    assert (Consent.objects.count(), LogEntry.objects.count()) == before


def test_the_owner_cannot_undo_an_objection_r30(subscribe_person, now):
    person = subscribe_person()
    api.withdraw_consent(person.pk, actor="visitor", now=now)
    with pytest.raises(api.HasUnsubscribed):
        subscribe_person()
    assert _statuses(person) == {"letter": "withdrawn"}
    assert Consent.objects.count() == 2


def test_proofs_refuse_update_and_delete_in_the_database_r19(subscribe_person):
    subscribe_person()
    for change in (
        lambda: Consent.objects.update(state="withdrawn"),
        lambda: Consent.objects.all().delete(),
        lambda: Wording.objects.update(text="something else"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert list(Consent.objects.values_list("state", flat=True)) == ["given"]


def test_erasure_keeps_the_bare_proof_only_r33(subscribe_person, now):
    from perenne.audience.actions.personal_data import AudienceData

    person = subscribe_person()
    api.tag_person(person.pk, names=["VIP"], actor="owner", now=now)
    exported = AudienceData().export(person.pk)
    assert exported["tags"] == ["VIP"]
    assert [row["state"] for row in exported["consents"]] == ["given"]
    AudienceData().erase(person.pk, now=now)
    assert AudienceData().export(person.pk) == {
        "consents": [exported["consents"][0] | {"evidence": {}}],
        "purposes": [],
        "tags": [],
        "fields": {},
        "letters": [],
    }


def test_record_consent_is_logged(subscribe_person, person):
    subscribe_person()
    entry = LogEntry.objects.get(verb="audience.consent_recorded")
    assert (entry.actor, entry.object_id) == ("owner", str(person.pk))
    assert entry.data == {"purpose": "letter", "basis": "consent"}


def test_measurement_is_agreed_to_by_itself_and_is_no_letter_r35(person, now):
    def choose(*wanted, at):
        choose_purposes(
            person.pk, wanted=list(wanted), language="fr", page="/preferences/", now=at
        )

    choose("letter", "measure", at=now)
    assert api.is_subscribed(person.pk, "measure") is True
    proof = Consent.objects.get(purpose="measure")
    assert (proof.state, proof.wording.text[:22]) == (
        "confirmed",
        "J’accepte que « Pérenn",
    )
    # Taking it back leaves the letters alone.
    choose("letter", at=now + timedelta(days=1))
    assert api.is_subscribed(person.pk, "measure") is False
    assert (api.is_subscribed(person.pk), is_suppressed(person.email)) == (True, False)
    # Agreeing to it alone lets nobody write.
    choose("measure", at=now + timedelta(days=2))
    assert (api.is_subscribed(person.pk), is_suppressed(person.email)) == (False, True)
