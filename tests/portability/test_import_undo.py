"""Undo takes back what an import did, only that, and leaves every proof."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from perenne.audience.actions.custom_fields import set_custom_values
from perenne.audience.api import record_consent, tag_person, withdraw_consent
from perenne.audience.models import (
    Consent,
    ContactStatus,
    CustomField,
    CustomValue,
    PersonTag,
    Tag,
)
from perenne.core import clock
from perenne.core.models import LogEntry
from perenne.mail.api import is_suppressed
from perenne.people.models import Person
from perenne.portability.actions.import_undos import (
    NothingToUndo,
    run_undo,
    start_undo,
    undo_in_background,
)
from perenne.portability.models import Import, ImportBatch

pytestmark = pytest.mark.django_db
DATA = (
    b"email,name,Trade,tags,status\n"
    b"ana@example.org,Ana,Potter,VIP,subscribed\n"
    b"ben@example.org,Ben,Baker,,\n"
    b"cleo@example.org,Cleo,,VIP,bounced\n"
)
MAPPING = {"Trade": "new:text"}


@pytest.fixture
def later(now):
    """A minute after the import, until the test ends."""
    instant = now + timedelta(minutes=1)
    with clock.frozen(instant):
        yield instant


@pytest.fixture
def undo():
    def run(imported):
        start_undo(imported, now=clock.now(), actor="owner")
        return run_undo(imported.pk, actor="owner")

    return run


def persons():
    return sorted(
        Person.objects.filter(erased_at=None).values_list("email", "name", "note")
    )


def test_what_the_import_added_goes_and_its_proofs_stay(bring, undo, now):
    imported = bring(DATA, mapping=MAPPING)
    with clock.frozen(now + timedelta(minutes=1)):
        undone = undo(imported)
    assert undone.state == Import.State.UNDONE
    assert persons() == []
    tables = (ContactStatus, PersonTag, Tag, CustomValue, CustomField)
    assert [table.objects.count() for table in tables] == [0, 0, 0, 0, 0]
    proofs = Consent.objects.order_by("pk").values_list("state", "evidence")
    assert list(proofs) == [
        ("given", {}),
        ("withdrawn", {"undone_import": imported.pk}),
    ]
    kept = Person.objects.get()
    assert (kept.name, kept.erased_at, "ana" in kept.email) == (
        "",
        now + timedelta(minutes=1),
        False,
    )
    assert is_suppressed("cleo@example.org")
    assert LogEntry.objects.filter(verb="portability.import_undone").count() == 1


def test_the_same_file_comes_in_anew_after_an_undo(bring, undo, later):
    undo(bring(DATA, mapping=MAPPING))
    again = bring(DATA, mapping=MAPPING)
    assert (again.created, again.unchanged) == (3, 0)
    assert [email for email, _name, _note in persons()] == [
        "ana@example.org",
        "ben@example.org",
        "cleo@example.org",
    ]


def test_an_undo_twice_or_of_a_check_undoes_nothing(bring, undo):
    dry = bring(DATA, dry_run=True)
    with pytest.raises(NothingToUndo):
        undo(dry)
    imported = bring(DATA)
    undo(imported)
    before = list(Consent.objects.order_by("pk").values())
    with pytest.raises(NothingToUndo):
        undo(imported)
    undo_in_background.func(imported.pk, "owner")
    assert list(Consent.objects.order_by("pk").values()) == before


def test_an_undo_that_was_killed_goes_on(bring, now):
    rows = b"email\n" + b"".join(b"p%d@example.org\n" % n for n in range(1500))
    imported = bring(rows)
    start_undo(imported, now=now, actor="owner")
    last = ImportBatch.objects.order_by("-number").first()
    ImportBatch.objects.filter(pk=last.pk).update(undone_at=now)
    run_undo(imported.pk, actor="owner")
    assert Person.objects.filter(erased_at=None).count() == 500


def test_what_was_known_before_becomes_as_before(bring, undo, make_person, now):
    earlier = now - timedelta(days=1)
    make_person("ana@example.org")
    ben = make_person("ben@example.org", name="Benoît")
    record_consent(
        ben.pk, wording="On paper", source="hand", actor="owner", now=earlier
    )
    tag_person(ben.pk, names=["Old"], actor="owner", now=earlier)
    data = (
        b"email,name,note,tags,status\n"
        b"ana@example.org,Ana,Met in Lyon,VIP,subscribed\n"
        b"ben@example.org,Ben,,Old;New,unsubscribed\n"
    )
    imported = bring(data)
    assert imported.updated == 2
    with clock.frozen(now + timedelta(minutes=1)):
        undo(imported)
    assert persons() == [
        ("ana@example.org", "", ""),
        ("ben@example.org", "Benoît", ""),
    ]
    status = ContactStatus.objects.get(person=ben)
    assert (status.status, status.basis) == ("subscribed", "consent")
    states = Consent.objects.filter(person=ben).order_by("pk")
    assert list(states.values_list("state", flat=True)) == [
        "given",
        "withdrawn",
        "given",
    ]
    assert list(PersonTag.objects.values_list("tag__name", flat=True)) == ["Old"]


def test_what_changed_since_stays(bring, undo, later, now):
    with clock.frozen(now):
        imported = bring(DATA, mapping=MAPPING)
    ana, ben, cleo = Person.objects.order_by("email")
    field = CustomField.objects.get()
    set_custom_values(ana.pk, {field.pk: "Weaver"}, actor="owner", now=later)
    tag_person(ben.pk, names=["Friend"], actor="owner", now=later)
    Person.objects.filter(pk=cleo.pk).update(name="Cléo")
    undo(imported)
    assert persons() == [
        ("ana@example.org", "Ana", ""),
        ("ben@example.org", "Ben", ""),
    ]
    assert list(CustomValue.objects.values_list("text", flat=True)) == ["Weaver"]
    assert list(PersonTag.objects.values_list("tag__name", flat=True)) == ["Friend"]
    assert CustomField.objects.count() == 1
    statuses = ContactStatus.objects.order_by("person__email")
    assert list(statuses.values_list("status", flat=True)) == ["unknown", "unknown"]


def test_who_unsubscribed_since_stays_so_and_on_the_list(bring, undo, later, now):
    with clock.frozen(now):
        imported = bring(DATA)
    ana = Person.objects.get(email="ana@example.org")
    withdraw_consent(ana.pk, actor="person", now=later)
    undo(imported)
    assert ContactStatus.objects.get(person=ana).status == "withdrawn"
    assert is_suppressed("ana@example.org")


def test_the_owner_undoes_an_import_at_the_desk(owner_client, bring):
    imported = bring(DATA)
    page = reverse("desk_portability_import", args=[imported.pk])
    assert owner_client.get(page).context["may_undo"] is True
    owner_client.post(f"{page}?do=undo")
    imported.refresh_from_db()
    assert imported.state == Import.State.UNDOING
    assert owner_client.get(page).status_code == 200
    run_undo(imported.pk, actor="owner")
    assert owner_client.get(page).context["may_undo"] is False
    owner_client.post(f"{page}?do=undo")
    imported.refresh_from_db()
    assert imported.state == Import.State.UNDONE


def test_the_command_undoes_once_and_says_so(bring, capsys):
    imported = bring(DATA)
    call_command("import_undo", str(imported.pk), json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer == {"import": imported.pk, "state": "undone"}
    for number in (imported.pk, imported.pk + 1):
        with pytest.raises(CommandError) as refused:
            call_command("import_undo", str(number))
        assert refused.value.returncode == 1
