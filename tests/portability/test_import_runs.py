"""What a whole import does: states, suppression, fields, memory of choices, going on."""

import json

import pytest
from django.core.management import CommandError, call_command

from perenne.audience.actions.custom_fields import add_custom_field
from perenne.audience.models import (
    Consent,
    ContactStatus,
    CustomField,
    CustomValue,
    PersonTag,
)
from perenne.core.models import LogEntry
from perenne.mail.api import suppress, suppressed_among
from perenne.people.models import Person
from perenne.portability.actions import import_runs
from perenne.portability.actions.import_runs import run_import
from perenne.portability.actions.imports import (
    ImportAlreadyStarted,
    go_on_with_import,
    reread_import,
)
from perenne.portability.actions.seen import SeenAddresses
from perenne.portability.domain.files import Choices
from perenne.portability.models import Import, ImportBatch, ImportRow
from tests.portability.conftest import SHARED
from tests.portability.test_formats import KIT, packed, real_files

pytestmark = pytest.mark.django_db
HEAD = "Email Address,First Name,Company,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,TAGS\n"
AUDIENCE = {
    "subscribed_x": (
        f"{HEAD}ana@example.org,Ana,Atelier,3,2024-01-02 10:00:00,192.0.2.7,"
        '"""VIP"""\nleft@example.org,,,,,,\nsup@example.org,,,,,,\n'
    ),
    "unsubscribed_x": f"{HEAD}left@example.org,,,,,,\n",
    "cleaned_x": f"{HEAD}gone@example.org,,,,,,\n",
}


def statuses():
    rows = ContactStatus.objects.values_list("person__email", "status")
    return {email.partition("@")[0]: status for email, status in rows}


def counts(imported):
    return {
        name: getattr(imported, name)
        for name in ("rows", "created", "updated", "unchanged", "refused")
    }


def test_a_mailchimp_audience_comes_in_with_its_states_proofs_and_fields(bring, now):
    suppress("sup@example.org", reason="manual", now=now, actor="owner")
    imported = bring(packed(**AUDIENCE), name="audience.zip", tags=["Mailchimp"])
    assert statuses() == {
        "ana": "subscribed",
        "left": "withdrawn",
        "gone": "unknown",
        "sup": "unknown",
    }
    assert suppressed_among(["gone@example.org", "left@example.org"]) == {
        "gone@example.org"
    }
    assert counts(imported) == {
        "rows": 5,
        "created": 4,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert imported.summary == {
        "states": {"bounced": 1, "unsubscribed": 1, "subscribed": 2},
        "words": {},
    }
    row = ImportRow.objects.get()
    assert (row.part, row.line, row.code, row.detail) == (
        "subscribed_x.csv",
        3,
        "duplicate",
        "2 (unsubscribed_x.csv)",
    )
    proof = Consent.objects.get(person__email="ana@example.org")
    assert proof.evidence == {
        "source": "import:mailchimp",
        "import": imported.pk,
        "line": 2,
        "table": "subscribed_x.csv",
        "OPTIN_IP": "192.0.2.7",
    }
    assert list(CustomValue.objects.values_list("field__name", "text")) == [
        ("Company", "Atelier")
    ]
    tags = PersonTag.objects.filter(person__email="ana@example.org")
    assert sorted(tags.values_list("tag__name", flat=True)) == ["Mailchimp", "VIP"]


def test_the_error_file_of_a_zip_keeps_the_state_of_each_row_r19(bring):
    parts = AUDIENCE | {"unsubscribed_x": f"{HEAD}nobody,,,,,,\n"}
    first = bring(packed(**parts), name="audience.zip")
    with first.error_file.open("rb") as stream:
        mended = stream.read().replace(b"nobody", b"late@example.org")
    assert b"unsubscribed" in mended
    again = bring(mended, name="errors.csv")
    assert counts(again) == {
        "rows": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "refused": 0,
    }
    assert statuses()["late"] == "withdrawn"


def test_words_of_state_that_nobody_knows_are_counted_and_subscribe_nobody(bring):
    imported = bring(b"email,status\na@b.fr,vip\nc@d.fr,vip\ne@f.fr,active\n")
    assert imported.summary == {
        "states": {"unknown": 2, "subscribed": 1},
        "words": {"vip": 2},
    }
    assert statuses() == {"a": "unknown", "c": "unknown", "e": "subscribed"}


def test_people_for_whom_the_file_says_nothing_are_as_the_owner_vouches(bring):
    bring(b"email\na@b.fr\n", silent="unknown")
    bring(HEAD.encode() + b"c@d.fr,,,,,,\n", name="members.csv")
    bring(HEAD.encode() + b"e@f.fr,,,,,,\n", name="members.csv", silent="subscribed")
    assert statuses() == {"a": "unknown", "c": "unknown", "e": "subscribed"}


def test_custom_fields_are_read_by_their_kind_row_by_row(bring, now):
    level = add_custom_field(
        name="Level", kind="choice", choices=["Gold"], actor="owner", now=now
    )
    data = (
        b"email;Level;Spent;Since\n"
        b"a@b.fr;gold;1 234,50;31/12/2024\n"
        b"c@d.fr;Bronze;1;\ne@f.fr;;many;\ng@h.fr;;;31/13/2024\n"
    )
    imported = bring(
        data,
        mapping={
            "Level": f"field:{level.pk}",
            "Spent": "new:number",
            "Since": "new:date",
        },
    )
    assert sorted(CustomValue.objects.values_list("field__name", "text")) == [
        ("Level", "Gold"),
        ("Since", "2024-12-31"),
        ("Spent", "1234.5"),
    ]
    refused = ImportRow.objects.values_list("line", "code", "column", "detail")
    assert list(refused) == [
        (3, "not_choice", "Level", "Bronze"),
        (4, "not_number", "Spent", "many"),
        (5, "not_date", "Since", "31/13/2024"),
    ]
    made = CustomField.objects.exclude(pk=level.pk).order_by("pk")
    assert imported.options["new_fields"] == [field.pk for field in made]


def test_a_value_that_is_there_already_is_kept(bring):
    bring(b"email,Trade\na@b.fr,Potter\n", mapping={"Trade": "new:text"})
    again = bring(b"email,Trade\na@b.fr,Baker\n")
    assert again.mapping["Trade"].startswith("field:")
    assert counts(again)["unchanged"] == 1
    assert CustomValue.objects.get().text == "Potter"


def test_a_dry_run_makes_no_field_and_keeps_no_suppression(bring):
    dry = bring(packed(**AUDIENCE), name="audience.zip", dry_run=True)
    assert counts(dry)["created"] == 4
    assert (CustomField.objects.count(), ImportBatch.objects.count()) == (0, 0)
    assert suppressed_among(["gone@example.org"]) == set()


def test_the_mapping_is_remembered_for_the_same_columns(bring, take_in):
    bring(b"email,x,y\na@b.fr,1,2\n", mapping={"x": "note", "y": "new:text"})
    field = CustomField.objects.get()
    assert take_in(b"email,x,y\nc@d.fr,1,2\n").mapping == {
        "email": "email",
        "x": "note",
        "y": f"field:{field.pk}",
    }
    field.delete()
    assert take_in(b"email,x,y\nc@d.fr,1,2\n").mapping["y"] == ""
    assert take_in(b"email,x,z\nc@d.fr,1,2\n").mapping["x"] == ""


def test_a_file_can_be_read_in_another_way_before_it_begins(take_in, begin, now):
    imported = take_in("email,nom\na@b.fr,Zoé\n".encode("cp1252"))
    reread_import(
        imported,
        choices=Choices(encoding="mac_roman", decimal_sign=",", day_first=False),
        now=now,
        actor="owner",
    )
    assert (imported.layout["tables"][0]["encoding"], imported.layout["day_first"]) == (
        "mac_roman",
        False,
    )
    run_import(begin(imported).pk, actor="owner")
    with pytest.raises(ImportAlreadyStarted):
        reread_import(imported, choices=Choices(), now=now, actor="owner")


ROWS = "email,name\n" + "".join(f"p{n}@example.org,P {n}\n" for n in range(2500))


def test_an_import_that_is_killed_goes_on_and_does_nothing_twice(
    take_in, begin, now, monkeypatch
):
    """A crash after the second batch; the first two thousand rows are in."""
    imported = begin(take_in((ROWS + "p1@example.org,Again\n").encode()))

    def die(run):
        if run.counts["rows"] >= 2000:
            raise KeyboardInterrupt

    monkeypatch.setattr(import_runs, "_show_progress", die)
    with pytest.raises(KeyboardInterrupt):
        run_import(imported.pk, actor="owner")
    assert Person.objects.count() == 2000
    monkeypatch.undo()
    Import.objects.update(state=Import.State.FAILED)
    go_on_with_import(imported, now=now, actor="owner")
    done = run_import(imported.pk, actor="owner")
    assert counts(done) == {
        "rows": 2501,
        "created": 2500,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert (Person.objects.count(), Consent.objects.count()) == (2500, 2500)
    row = ImportRow.objects.get()
    assert (row.line, row.code, row.detail) == (2502, "duplicate", "3")


def test_two_workers_on_one_import_do_each_batch_once(take_in, begin):
    imported = begin(take_in(b"email\na@b.fr\n"))
    file = import_runs.file_from(imported.layout, imported.mapping)
    first = import_runs._Run(imported, file, "owner")
    second = import_runs._Run(imported, file, "owner")
    plans = [import_runs._plan(first, table) for table in file.tables]
    with imported.file.open("rb") as stream, SeenAddresses() as seen:
        ((lines, _position),) = import_runs._read(stream, first, plans, seen=seen)
    assert import_runs._import(first, 0, lines) is True
    assert import_runs._import(second, 0, lines) is False
    assert (Consent.objects.count(), ImportBatch.objects.count()) == (1, 1)


HOSTILE = (
    b"email,email,name,note,created_at\n"
    b"a@b.fr,x,=cmd|' /C calc'!A0,@SUM(1+9) \xc3\xa9,\n"
    b"short@b.fr\n"
    b"long@b.fr,,,,,surplus\n"
    b"bytes@b.fr,,Zo\xff\xc3,,\n"
    b"late@b.fr,,,,2099-01-01\n"
    b"null@b.fr,,a\x00b,,\n"
    b"a@b.fr,,,,\n"
    b'torn@b.fr,,"never closed,,\n'
)


def test_every_hostile_row_is_answered_with_line_and_reason(bring):
    imported = bring(HOSTILE)
    answers = ImportRow.objects.order_by("line").values_list("line", "code")
    assert list(answers) == [
        (4, "too_many_cells"),
        (5, "bytes"),
        (6, "date_future"),
        (7, "bytes"),
        (8, "duplicate"),
        (9, "unreadable"),
    ]
    assert imported.layout["columns"] == ["email", "email 2", *HOSTILE_REST]
    ana = Person.objects.get(email="a@b.fr")
    assert (ana.name, ana.note) == ("=cmd|' /C calc'!A0", "@SUM(1+9) é")
    with imported.error_file.open("rb") as stream:
        mended = stream.read()
    assert b"late@b.fr" in mended
    assert b"\n=" not in mended


HOSTILE_REST = ["name", "note", "created_at"]


@real_files
def test_naughty_strings_come_in_as_they_are_or_are_answered(bring):
    strings = json.loads((SHARED / "hostile" / "blns.json").read_text("utf-8"))
    cells = [s.replace('"', '""') for s in strings if s.strip()]
    data = "email,name,note\n" + "".join(
        f'n{n}@example.org,"{cell[:150]}","{cell}"\n' for n, cell in enumerate(cells)
    )
    imported = bring(data.encode("utf-8", "surrogatepass"))
    assert imported.state == Import.State.DONE
    assert imported.rows == len(cells)
    assert imported.created + imported.refused == len(cells)
    assert imported.refused <= 5
    with imported.file.open("rb") as stream:
        assert stream.read() == data.encode("utf-8", "surrogatepass")


def test_the_command_maps_tags_and_tells_how_it_read_the_file(db, tmp_path, capsys):
    path = tmp_path / "liste.csv"
    path.write_bytes("adresse;qui;métier\na@b.fr;Zoé;Potière\n".encode("cp1252"))
    call_command(
        "import_contacts",
        str(path),
        basis="consent",
        map=["qui=name", "adresse=email", "métier=new:text"],
        tag=["Marché"],
    )
    out = capsys.readouterr().out
    assert "cp1252, columns separated by ';'" in out
    assert "To undo it: bin/perenne import undo" in out
    person = Person.objects.get()
    assert (person.email, person.name) == ("a@b.fr", "Zoé")
    assert CustomValue.objects.get().text == "Potière"
    assert PersonTag.objects.get().tag.name == "Marché"


@pytest.mark.parametrize(
    "wrong",
    [
        {"map": ["nowhere=email"]},
        {"map": ["email=somewhere"]},
        {"map": ["email"]},
        {"delimiter": "x"},
    ],
)
def test_the_command_answers_a_wrong_option_with_two(db, tmp_path, wrong):
    path = tmp_path / "x.csv"
    path.write_bytes(b"email\na@b.fr\n")
    with pytest.raises(CommandError) as refused:
        call_command("import_contacts", str(path), basis="consent", **wrong)
    assert refused.value.returncode == 2


def test_the_command_goes_on_with_a_file_that_was_killed(
    db, tmp_path, capsys, monkeypatch
):
    path = tmp_path / "x.csv"
    path.write_text(ROWS)

    def die(run):
        raise KeyboardInterrupt

    monkeypatch.setattr(import_runs, "_show_progress", die)
    with pytest.raises(KeyboardInterrupt):
        call_command("import_contacts", str(path), basis="consent")
    monkeypatch.undo()
    call_command("import_contacts", str(path), basis="consent", json=True)
    answer = json.loads(capsys.readouterr().out)
    assert (answer["rows"], answer["created"], answer["unchanged"]) == (2500, 2500, 0)
    assert Import.objects.count() == 1


def test_kit_says_which_states_there_were(bring):
    imported = bring(KIT.encode())
    assert imported.summary["states"] == {
        "subscribed": 2,
        "unknown": 1,
        "unsubscribed": 1,
        "bounced": 1,
        "complained": 1,
    }
    verbs = LogEntry.objects.filter(verb="mail.address_suppressed")
    assert sorted(entry.data["reason"] for entry in verbs) == ["bounced", "complained"]
