"""Contacts come in from a file: every row answered, nothing twice, nothing half-written."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from perenne.audience.api import confirmed_contacts, withdraw_consent
from perenne.core.models import LogEntry
from perenne.people.models import Person
from perenne.portability.actions.import_runs import import_in_background, run_import
from perenne.portability.actions.imports import (
    FileRefused,
    ImportAlreadyStarted,
    MappingRefused,
    TwoColumnsForOne,
    add_import,
)
from perenne.portability.models import Import, ImportRow
from tests.portability.conftest import SHARED

GHOST = SHARED / "ghost"
MEMBERS = (
    b"email,name,note,subscribed_to_emails,labels,created_at\n"
    b"ana@example.org,Ana,,true,vip,2024-05-01T10:00:00.000Z\n"
    b"ben@example.org,Ben,=SUM(A1),false,,\n"
    b"nobody,Nobody,,true,,\n"
    b"ana@example.org,Ana again,,true,,\n"
)


def counts(imported):
    return (
        imported.rows,
        imported.created,
        imported.updated,
        imported.unchanged,
        imported.refused,
    )


def error_file_of(imported):
    with imported.error_file.open("rb") as stream:
        return stream.read()


def test_each_row_is_taken_or_answered(bring):
    imported = bring(MEMBERS)
    assert counts(imported) == (4, 2, 0, 0, 2)
    assert list(ImportRow.objects.values_list("line", "code", "detail")) == [
        (4, "email_invalid", "nobody"),
        (5, "duplicate", "2"),
    ]
    assert sorted(Person.objects.values_list("email", "name")) == [
        ("ana@example.org", "Ana"),
        ("ben@example.org", "Ben"),
    ]
    assert [p.email for p in Person.objects.filter(pk__in=confirmed_contacts())] == [
        "ana@example.org"
    ]


def test_importing_again_adds_nothing(bring):
    bring(MEMBERS)
    before = list(Person.objects.order_by("pk").values())
    assert counts(bring(MEMBERS)) == (4, 0, 0, 2, 2)
    assert list(Person.objects.order_by("pk").values()) == before


def test_a_dry_run_counts_and_writes_nothing(bring):
    assert counts(bring(MEMBERS, dry_run=True)) == (4, 2, 0, 0, 2)
    assert Person.objects.count() == 0
    assert not LogEntry.objects.filter(verb__startswith="audience.").exists()


def test_who_withdrew_stays_withdrawn_r19(bring, now):
    bring(MEMBERS)
    ana = Person.objects.get(email="ana@example.org")
    withdraw_consent(ana.pk, now=now, actor="person")
    bring(MEMBERS)
    assert not Person.objects.filter(pk__in=confirmed_contacts()).exists()


def test_the_error_file_has_the_columns_of_the_input_and_no_formula_op11(bring):
    imported = bring(b"email;name\nx;=1+1\n")
    text = io.StringIO(error_file_of(imported).decode("utf-8-sig"))
    rows = list(csv.reader(text, delimiter=";"))
    assert rows[0][:2] == ["email", "name"]
    assert rows[1][:2] == ["x", "'=1+1"]


def test_a_mended_error_file_goes_back_in(bring):
    first = bring(MEMBERS)
    text = error_file_of(first).replace(b"nobody", b"cleo@example.org")
    assert counts(bring(text))[:2] == (2, 1)
    assert Person.objects.filter(email="cleo@example.org").exists()


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b",,,\n"])
def test_a_file_that_is_no_table_leaves_nothing_behind(db, now, data):
    with pytest.raises(FileRefused):
        add_import(io.BytesIO(data), file_name="x.csv", now=now, actor="owner")
    assert not Import.objects.exists()


def test_an_import_starts_once(bring, begin):
    imported = bring(MEMBERS)
    with pytest.raises(ImportAlreadyStarted):
        begin(imported)


def test_a_mapping_needs_one_address_and_places_that_there_are(take_in, begin):
    imported = take_in(b"a,b\n1,2\n")
    with pytest.raises(MappingRefused):
        begin(imported)
    with pytest.raises(MappingRefused):
        begin(imported, mapping={"a": "email", "b": "somewhere"})
    with pytest.raises(TwoColumnsForOne):
        begin(imported, mapping={"a": "email", "b": "email"})
    imported.refresh_from_db()
    assert imported.state == Import.State.UPLOADED


def test_the_task_may_run_twice(bring):
    imported = bring(MEMBERS)
    before = counts(imported)
    import_in_background.func(imported.pk, "owner")
    imported.refresh_from_db()
    assert counts(imported) == before == (4, 2, 0, 0, 2)
    assert Person.objects.count() == 2


def test_an_import_that_breaks_off_says_so_and_can_go_on(take_in, begin):
    imported = begin(take_in(MEMBERS))
    kept = imported.layout
    broken = [kept["tables"][0] | {"encoding": "no such encoding"}]
    Import.objects.update(layout=kept | {"tables": broken})
    with pytest.raises(LookupError):
        import_in_background.func(imported.pk, "owner")
    imported.refresh_from_db()
    assert (imported.state, imported.problem) == (Import.State.FAILED, "unreadable")
    Import.objects.update(layout=kept)
    import_in_background.func(imported.pk, "owner")
    imported.refresh_from_db()
    assert (imported.state, counts(imported)) == (Import.State.DONE, (4, 2, 0, 0, 2))


def test_the_command_answers_in_json(db, tmp_path, capsys):
    path = tmp_path / "members.csv"
    path.write_bytes(MEMBERS)
    call_command("import_contacts", str(path), basis="consent", json=True)
    answer = json.loads(capsys.readouterr().out)
    error_file = answer.pop("error_file")
    assert Path(error_file).is_file()
    assert {
        key: answer[key] for key in ("rows", "created", "updated", "unchanged")
    } == {
        "rows": 4,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
    }
    assert [row["line"] for row in answer["refused"]] == [4, 5]


def test_the_command_refuses_an_empty_file_with_one(db, tmp_path, capsys):
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    with pytest.raises(CommandError) as refused:
        call_command("import_contacts", str(path), basis="consent", json=True)
    assert refused.value.returncode == 1
    assert json.loads(capsys.readouterr().out)["rows"] == 0


@pytest.mark.skipif(not GHOST.is_dir(), reason="the shared sample files are not here")
def test_every_ghost_sample_is_taken_or_refused_whole(bring):
    for path in sorted(GHOST.rglob("*.csv")):
        if path.stat().st_size == 0:
            continue
        imported = bring(path.read_bytes())
        assert imported.state == Import.State.DONE
        assert imported.rows == sum(counts(imported)[1:]), path.name


def test_the_owner_walks_from_upload_to_result(owner_client, tmp_path):
    upload = SimpleUploadedFile("members.csv", MEMBERS, "text/csv")
    answer = owner_client.post(reverse("desk_portability_imports"), {"file": upload})
    imported = Import.objects.get()
    page = reverse("desk_portability_import", args=[imported.pk])
    assert answer.url == page
    assert b"ana@example.org" in owner_client.get(page).content
    form = {"silent": "subscribed"} | {
        f"column_{at}": imported.mapping[column]
        for at, column in enumerate(imported.layout["columns"])
    }

    missing_basis = owner_client.post(page, form | {"import": ""})
    assert missing_basis.status_code == 422
    imported.refresh_from_db()
    assert imported.state == Import.State.UPLOADED

    owner_client.post(page, form | {"basis": "consent", "import": ""})
    imported.refresh_from_db()
    assert (imported.state, imported.basis) == (Import.State.QUEUED, "consent")
    assert owner_client.get(page).status_code == 200
    run_import(imported.pk, actor="owner")
    assert b"nobody" in owner_client.get(page).content
    errors = owner_client.get(
        reverse("desk_portability_import_errors", args=[imported.pk])
    )
    assert b"nobody" in b"".join(errors.streaming_content)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    owner_client, bring, django_assert_max_num_queries, count
):
    for number in range(count):
        bring(b"email\nperson%d@example.org\n" % number)
    with django_assert_max_num_queries(12):
        owner_client.get(reverse("desk_portability_imports"))
