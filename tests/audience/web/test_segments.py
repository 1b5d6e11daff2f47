"""The builder of segments: without JavaScript, piece by piece."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from perenne.audience import api
from perenne.audience.models import Segment
from perenne.core.models import LogEntry

pytestmark = pytest.mark.django_db
NEW = "/desk/segments/new/"


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


@pytest.fixture
def vip(subscribe_person, now):
    """Two subscribers, one of them with the tag VIP: return its key."""
    ana = subscribe_person("ana@example.org", name="Ana")
    subscribe_person("bob@example.org", name="Bob")
    api.tag_person(ana.pk, names=["VIP"], actor="owner", now=now)
    return str(api.tags_of(ana.pk).get().pk)


def _fields(answer):
    """Return the fields of the builder as a browser would send them."""
    html = answer.content.decode().split('id="builder"')[1].split("</form>")[0]
    fields = {}
    for name, options in re.findall(
        r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        fields[name] = (chosen or first)[1]
    typed = re.findall(r'name="(p[-\d]*-value)" value="([^"]*)"', html)
    return fields | dict(typed)


def test_a_segment_is_built_one_button_at_a_time(desk, vip):
    start = {"name": "Best", "p-match": "all"}
    fields = start | _fields(desk.post(NEW, {**start, "do": "add:"}))
    fields = start | _fields(desk.post(NEW, fields | {"p-0-on": "tag", "do": "show"}))
    assert fields == start | {"p-0-on": "tag", "p-0-op": "is", "p-0-value": ""}
    fields["p-0-value"] = vip
    fields = start | _fields(desk.post(NEW, fields | {"do": "group:"}))
    fields |= {"p-1-match": "none", "p-1-0-on": "name"}
    fields = start | _fields(desk.post(NEW, fields | {"do": "show"}))
    fields |= {"p-1-0-op": "contains", "p-1-0-value": "bo"}
    shown = desk.post(NEW, fields | {"do": "show"})
    assert shown.context["counted"].people == 1
    assert [person.name for person in shown.context["sample"]] == ["Ana"]
    assert shown.context["sentence"] == "has the tag VIP and not (name contains “bo”)"
    assert Segment.objects.count() == 0
    kept = desk.post(NEW, fields | {"do": "save"})
    segment = Segment.objects.get()
    assert kept.url == f"/desk/segments/{segment.pk}/"
    assert segment.expression == {
        "version": 2,
        "match": "all",
        "of": [
            {"on": "tag", "op": "is", "value": vip},
            {
                "match": "none",
                "of": [{"on": "name", "op": "contains", "value": "bo"}],
            },
        ],
    }
    assert LogEntry.objects.filter(verb="audience.segment_kept").count() == 1
    assert start | _fields(desk.get(kept.url)) == fields


@pytest.mark.parametrize(
    ("order", "left"),
    [
        ("remove:0", ["name", "letters"]),
        ("remove:1.0", ["tag", "letters"]),
        ("remove:1", ["tag"]),
        ("remove:7", ["tag", "name", "letters"]),
        ("remove:", ["tag", "name", "letters"]),
        ("remove:0.0.0", ["tag", "name", "letters"]),
        ("add:1", ["tag", "name", "letters", ""]),
        ("add:0.3", ["tag", "name", "letters"]),
        ("nonsense:1", ["tag", "name", "letters"]),
    ],
)
def test_a_button_changes_only_its_place(desk, order, left):
    fields = {
        "p-match": "all",
        "p-0-on": "tag",
        "p-1-match": "any",
        "p-1-0-on": "name",
        "p-1-1-on": "letters",
        "do": order,
    }
    found = _fields(desk.post(NEW, fields))
    assert [value for name, value in found.items() if name.endswith("-on")] == left


def test_what_is_missing_is_told_at_its_place_and_nothing_is_lost(desk):
    fields = {
        "name": "Half",
        "p-match": "any",
        "p-0-on": "joined",
        "p-0-op": "before",
        "p-0-value": "",
        "p-1-match": "all",
        "do": "save",
    }
    answer = desk.post(NEW, fields)
    root = answer.context["root"]
    assert answer.status_code == 422
    with translation.override("en"):
        assert [str(part.problem) for part in root.of] == [
            "Give a day.",
            "Add a condition to this group, or remove it.",
        ]
    assert _fields(answer) == {
        key: value for key, value in fields.items() if key.startswith("p")
    }
    assert Segment.objects.count() == 0
    # While one is still building, nothing is called wrong.
    building = desk.post(NEW, fields | {"do": "show"})
    assert [str(part.problem) for part in building.context["root"].of] == ["", ""]
    assert (building.status_code, "counted" in building.context) == (200, False)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_segment_needs_a_name_of_its_own(desk, name, now):
    assert desk.post(NEW, {"name": name, "do": "save"}).status_code == 422
    desk.post(NEW, {"name": "All", "do": "save"})
    assert desk.post(NEW, {"name": "all", "do": "save"}).status_code == 422
    assert Segment.objects.count() == 1


def test_a_segment_kept_by_an_earlier_version_is_shown_in_the_builder(desk, vip, now):
    segment = Segment.objects.create(
        name="Old",
        created_at=now,
        expression={
            "match": "any",
            "conditions": [
                {"on": "tag", "is": True, "value": int(vip)},
                {"on": "joined_before", "is": True, "value": "2020-01-01"},
            ],
        },
    )
    answer = desk.get(f"/desk/segments/{segment.pk}/")
    assert answer.context["counted"].people == 1
    assert _fields(answer) == {
        "p-match": "any",
        "p-0-on": "tag",
        "p-0-op": "is",
        "p-0-value": vip,
        "p-1-on": "joined",
        "p-1-op": "before",
        "p-1-value": "2020-01-01",
    }


def test_a_segment_that_asks_for_something_gone_says_so(desk, now):
    gone = {"of": [{"on": "gone", "op": "is", "value": "1"}]}
    segment = Segment.objects.create(name="Gone", created_at=now, expression=gone)
    assert [row[1] for row in desk.get("/desk/segments/").context["rows"]] == [
        "This segment asks for something that is not there any more."
    ]
    answer = desk.get(f"/desk/segments/{segment.pk}/")
    assert (answer.status_code, answer.context["incomplete"]) == (200, True)


def test_the_list_asks_as_much_for_three_segments_as_for_one(desk, vip, now):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            desk.get("/desk/segments/")
        return len(caught)

    expression = {"of": [{"on": "tag", "op": "is", "value": vip}]}
    Segment.objects.create(name="1", created_at=now, expression=expression)
    desk.get("/desk/segments/")
    one = queries()
    for name in "23":
        Segment.objects.create(name=name, created_at=now, expression=expression)
    assert queries() == one
    assert one <= 12


def test_a_segment_that_is_not_there_is_not_found(desk):
    assert desk.get("/desk/segments/999999/").status_code == 404
    assert desk.post("/desk/segments/999999/", {"do": "save"}).status_code == 404
