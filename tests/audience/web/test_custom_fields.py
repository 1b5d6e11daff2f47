"""The owner's pages for fields of their own."""

import pytest
from django.urls import reverse

from perenne.audience.actions.custom_fields import add_custom_field, set_custom_values
from perenne.audience.models import CustomField, CustomValue

pytestmark = pytest.mark.django_db
LIST = reverse("desk_audience_fields")
NEW = reverse("desk_audience_field_new")


@pytest.fixture
def field(now):
    return add_custom_field(
        name="Level", kind="choice", choices=["Gold", "Silver"], actor="owner", now=now
    )


def test_the_owner_adds_renames_and_deletes_a_field(owner_client):
    answer = owner_client.post(
        NEW, {"name": "Level", "kind": "choice", "choices": "Gold\nSilver"}
    )
    assert answer.url == LIST
    field = CustomField.objects.get()
    page = reverse("desk_audience_field", args=[field.pk])
    owner_client.post(page, {"name": "Rank", "choices": "Gold"})
    field.refresh_from_db()
    assert (field.name, field.choices) == ("Rank", ["Gold"])
    assert owner_client.post(f"{page}?do=drop").url == LIST
    assert not CustomField.objects.exists()


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    owner_client, field
):
    answer = owner_client.post(NEW, {"name": "LEVEL", "kind": "text"})
    form = answer.context["form"]
    assert (answer.status_code, form["name"].value(), list(form.errors)) == (
        422,
        "LEVEL",
        ["name"],
    )


def test_values_are_changed_for_a_person_and_stand_on_their_card(
    owner_client, subscribe_person, field
):
    person = subscribe_person()
    page = reverse("desk_audience_person_fields", args=[person.pk])
    card = reverse("desk_audience_contact", args=[person.pk])
    assert owner_client.post(page, {f"field_{field.pk}": "Silver"}).url == card
    assert owner_client.get(card).context["fields"] == [(field, "Silver")]
    refused = owner_client.post(page, {f"field_{field.pk}": "Bronze"})
    assert (refused.status_code, CustomValue.objects.get().text) == (422, "Silver")


def test_a_wrong_number_is_answered_beside_its_field(owner_client, person, now):
    score = add_custom_field(name="Score", kind="number", actor="owner", now=now)
    page = reverse("desk_audience_person_fields", args=[person.pk])
    answer = owner_client.post(page, {f"field_{score.pk}": "many"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (
        422,
        [f"field_{score.pk}"],
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    owner_client, person, now, django_assert_max_num_queries, count
):
    for number in range(count):
        field = add_custom_field(name=f"F{number}", kind="text", actor="owner", now=now)
        set_custom_values(person.pk, {field.pk: "x"}, actor="owner", now=now)
    with django_assert_max_num_queries(10):
        answer = owner_client.get(LIST)
    assert [held for _field, held in answer.context["rows"]] == [1] * count
