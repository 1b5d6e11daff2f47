"""Fields of the owner's own, and what they say about people (AE5)."""

import pytest

from perenne.audience.actions.custom_fields import (
    ChoiceInUse,
    ChoicesMissing,
    FieldNameTaken,
    FieldUnnamed,
    ValueRefused,
    add_custom_field,
    drop_custom_field,
    keep_custom_field,
    set_custom_values,
)
from perenne.audience.models import CustomField, CustomValue
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.people.api import personal_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(now):
    def run(name="Trade", kind="text", choices=()):
        return add_custom_field(
            name=name, kind=kind, choices=choices, actor="owner", now=now
        )

    return run


@pytest.fixture
def put(now):
    def run(person, values):
        set_custom_values(person.pk, values, actor="owner", now=now)

    return run


def kept():
    rows = CustomValue.objects.order_by("field_id")
    return list(rows.values_list("field__name", "text"))


def test_a_field_is_added_with_its_choices_and_logged(add):
    field = add(" Level ", "choice", ["Gold", "gold ", "", "Silver"])
    assert (field.name, field.kind, field.choices) == (
        "Level",
        "choice",
        ["Gold", "Silver"],
    )
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.actor) == ("audience.custom_field_added", "owner")


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"name": " "}, FieldUnnamed),
        ({"name": "x" * 61}, FieldUnnamed),
        ({"name": "trade"}, FieldNameTaken),
        ({"name": "Level", "kind": "choice"}, ChoicesMissing),
    ],
)
def test_a_refused_field_leaves_nothing(add, wanted, refusal):
    add()
    with pytest.raises(refusal):
        add(**wanted)
    assert list(CustomField.objects.values_list("name", flat=True)) == ["Trade"]


def test_values_are_set_changed_and_emptied_each_logged_once(add, put, person):
    trade, score = add(), add("Score", "number")
    put(person, {trade.pk: "Potter", score.pk: "1,5"})
    put(person, {trade.pk: "Potter", score.pk: "1.5"})
    assert kept() == [("Trade", "Potter"), ("Score", "1.5")]
    put(person, {trade.pk: ""})
    assert kept() == [("Score", "1.5")]
    entries = LogEntry.objects.filter(verb="audience.custom_values_set")
    assert [entry.data["fields"] for entry in entries.order_by("pk")] == [
        [trade.pk, score.pk],
        [trade.pk],
    ]


def test_one_wrong_value_refuses_them_all(add, put, person):
    trade, score = add(), add("Score", "number")
    with pytest.raises(ValueRefused) as refused:
        put(person, {trade.pk: "Potter", score.pk: "many"})
    assert (refused.value.field, kept()) == (f"field_{score.pk}", [])


def test_a_field_or_person_that_is_not_there_is_not_found(add, put, person, now):
    trade = add()
    with pytest.raises(NotFound):
        put(person, {trade.pk + 1: "x"})
    with pytest.raises(NotFound):
        set_custom_values(person.pk + 1, {trade.pk: "x"}, actor="owner", now=now)
    assert kept() == []


def test_a_choice_that_people_have_stays(add, put, person, now):
    field = add("Level", "choice", ["Gold", "Silver"])
    put(person, {field.pk: "gold"})
    with pytest.raises(ChoiceInUse):
        keep_custom_field(
            field.pk, name="Level", choices=["Silver"], actor="owner", now=now
        )
    keep_custom_field(
        field.pk, name="Rank", choices=["Gold", "Iron"], actor="owner", now=now
    )
    field.refresh_from_db()
    assert (field.name, field.choices) == ("Rank", ["Gold", "Iron"])


def test_a_dropped_field_takes_its_values_along(add, put, person, now):
    trade, score = add(), add("Score", "number")
    put(person, {trade.pk: "Potter", score.pk: "3"})
    drop_custom_field(trade.pk, actor="owner", now=now)
    drop_custom_field(trade.pk, actor="owner", now=now)
    assert kept() == [("Score", "3")]
    verbs = LogEntry.objects.filter(verb="audience.custom_field_dropped")
    assert [entry.data for entry in verbs] == [{"values": 1}]


def test_values_are_handed_over_and_erased_r33(add, put, person, now):
    put(person, {add().pk: "Potter"})
    handler = personal_data.get("audience")
    assert handler.export(person.pk)["fields"] == {"Trade": "Potter"}
    handler.erase(person.pk, now=now)
    assert kept() == []
