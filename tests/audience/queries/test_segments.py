"""Segments in the database: the same people as by a plain evaluation in Python."""

from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from perenne.audience.domain.segments import Condition, Group
from perenne.audience.models import (
    ContactStatus,
    Letter,
    LetterReceipt,
    PersonTag,
    Tag,
)
from perenne.audience.queries import segment_counts
from perenne.audience.queries.segment_counts import Headcount, headcount
from perenne.audience.queries.segments import SegmentWords, contacts_in, expression_in
from perenne.people.models import Person
from tests.conftest import NOW

TAGS, SOURCES, LANGUAGES = ("a", "b", "c"), ("hand", "form:x"), ("fr", "en")
NAMES = ("Ana", "Anna Belle", "Zoé", "")
DOMAINS = ("example.org", "mail.example.org", "else.example")
DAYS_AGO = (0, 3, 30, 400)
_numbers = count(1)


def _holds(condition, person):
    """Evaluate a condition on the plain facts of a person."""
    value = condition.value
    facts = {
        "tag": lambda: int(value) in person["tags"],
        "source": lambda: person["source"] == value,
        "language": lambda: person["language"] == value,
        "name": lambda: _text(condition.op, person["name"].lower(), value.lower()),
        "domain": lambda: _text(condition.op, person["domain"], value.lower()),
        "joined": lambda: _dated(condition, person["joined"]),
        "letters": lambda: person["letters"] >= value,
    }
    if condition.op == "at_most":
        return person["letters"] <= value
    found = facts[condition.on]()
    return not found if condition.op in {"is_not", "lacks"} else found


def _text(op, held, value):
    return held == value if op in {"is", "is_not"} else value in held


def _dated(condition, at):
    if condition.op in {"last_days", "not_last_days"}:
        is_late = at >= NOW - timedelta(days=condition.value)
        return is_late if condition.op == "last_days" else not is_late
    begun = at.astimezone(ZoneInfo("UTC")).date() >= condition.value
    return begun if condition.op == "since" else not begun


def evaluated(node, person):
    if isinstance(node, Condition):
        return _holds(node, person)
    found = [evaluated(part, person) for part in node.of]
    return {"all": all(found), "any": any(found), "none": not any(found)}[node.match]


people = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(NAMES),
            "domain": st.sampled_from(DOMAINS),
            "language": st.sampled_from(LANGUAGES),
            "source": st.sampled_from(SOURCES),
            "tags": st.sets(st.sampled_from(range(len(TAGS)))),
            "days_ago": st.sampled_from(DAYS_AGO),
            "letters": st.integers(0, 2),
        }
    ),
    max_size=6,
)
conditions = st.one_of(
    st.builds(
        Condition,
        st.just("tag"),
        st.sampled_from(["is", "is_not"]),
        st.sampled_from(["0", "1", "2"]),
    ),
    st.builds(
        Condition,
        st.just("source"),
        st.sampled_from(["is", "is_not"]),
        st.sampled_from(SOURCES),
    ),
    st.builds(
        Condition,
        st.just("language"),
        st.sampled_from(["is", "is_not"]),
        st.sampled_from(LANGUAGES),
    ),
    st.builds(
        Condition,
        st.just("name"),
        st.sampled_from(["is", "is_not", "contains", "lacks"]),
        st.sampled_from(["ana", "AN", "belle", "zo"]),
    ),
    st.builds(
        Condition,
        st.just("domain"),
        st.sampled_from(["is", "is_not", "contains", "lacks"]),
        st.sampled_from(["example.org", "Example", "mail"]),
    ),
    st.builds(
        Condition,
        st.just("joined"),
        st.sampled_from(["last_days", "not_last_days"]),
        st.integers(1, 500),
    ),
    st.builds(
        Condition,
        st.just("joined"),
        st.sampled_from(["since", "before"]),
        st.dates(date(2025, 6, 1), date(2026, 10, 1)),
    ),
    st.builds(
        Condition,
        st.just("letters"),
        st.sampled_from(["at_least", "at_most"]),
        st.integers(1, 3),
    ),
)
expressions = st.recursive(
    conditions,
    lambda inner: st.builds(
        Group,
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=6,
).map(lambda node: node if isinstance(node, Group) else Group("all", (node,)))


def _with_tag_keys(node, keys):
    """Return the expression with the tags' keys instead of their numbers."""
    if isinstance(node, Group):
        return Group(node.match, tuple(_with_tag_keys(part, keys) for part in node.of))
    if node.on == "tag":
        return Condition("tag", node.op, str(keys[int(node.value)]))
    return node


class TestAgainstPlainPython(TestCase):
    @given(people, expressions)
    def test_the_query_finds_whom_the_algebra_means(self, facts, expression):
        tags = [
            Tag.objects.get_or_create(name=n, defaults={"created_at": NOW})[0]
            for n in TAGS
        ]
        letters = [
            Letter.objects.create(subject="x", created_at=NOW, updated_at=NOW)
            for _each in range(2)
        ]
        expected = []
        for fact in facts:
            person = _contact(fact, tags, letters)
            fact["joined"] = NOW - timedelta(days=fact["days_ago"])
            if evaluated(expression, fact):
                expected.append(person.pk)
        asked = _with_tag_keys(expression, [tag.pk for tag in tags])
        found = contacts_in(asked, now=NOW).values_list("person_id", flat=True)
        assert sorted(found) == expected


def _contact(fact, tags, letters):
    person = Person.objects.create(
        email=f"p{next(_numbers)}@{fact['domain']}",
        name=fact["name"],
        language=fact["language"],
        created_at=NOW,
    )
    ContactStatus.objects.create(
        person=person,
        purpose="letter",
        status="subscribed",
        basis="consent",
        source=fact["source"],
        joined_at=NOW - timedelta(days=fact["days_ago"]),
        changed_at=NOW,
    )
    for number in fact["tags"]:
        PersonTag.objects.create(tag=tags[number], person=person, at=NOW)
    for letter in letters[: fact["letters"]]:
        LetterReceipt.objects.create(letter=letter, person=person)
    return person


NESTED = {
    "match": "all",
    "of": [
        {"on": "language", "op": "is", "value": "fr"},
        {
            "match": "any",
            "of": [
                {"on": "name", "op": "contains", "value": "an"},
                {
                    "match": "none",
                    "of": [{"on": "letters", "op": "at_least", "value": 1}],
                },
            ],
        },
    ],
}


@pytest.mark.django_db
def test_a_nested_segment_is_one_statement(subscribe_person, now):
    subscribe_person()
    contacts = contacts_in(expression_in(NESTED), now=now)
    with CaptureQueriesContext(connection) as queries:
        assert len(list(contacts)) == 1
    assert len(queries) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "reads in French and (name contains “an” or "
            "not (letters sent to them: 1 or more))",
        ),
        (
            "fr",
            "a pour langue : Français et (nom contenant « an » ou "
            "pas (nombre de lettres reçues : 1 ou plus))",
        ),
    ],
)
def test_a_segment_is_a_sentence_in_both_languages(language, sentence):
    with translation.override(language):
        said = SegmentWords().sentence(expression_in(NESTED))
    assert said.replace("\u00a0", " ").replace("\u202f", " ") == sentence


@pytest.mark.django_db
def test_whoever_withdrew_or_agreed_to_another_purpose_is_in_no_segment(
    subscribe_person, now
):
    from perenne.audience.api import withdraw_consent

    ana = subscribe_person("ana@example.org")
    subscribe_person("bob@example.org", purpose="offers")
    withdraw_consent(ana.pk, actor="owner", now=now)
    everybody = expression_in({})
    assert contacts_in(everybody, now=now).count() == 0
    assert contacts_in(everybody, now=now, purpose="offers").count() == 1


@pytest.mark.django_db
def test_many_contacts_are_estimated_when_counting_takes_too_long(
    subscribe_person, now
):
    """Every second id is a contact in the segment: about half of the span."""
    persons = [subscribe_person(f"p{n}@example.org").pk for n in range(60)]
    tag = Tag.objects.create(name="even", created_at=now)
    for person in persons[::2]:
        PersonTag.objects.create(tag=tag, person_id=person, at=now)
    asked = expression_in({"of": [{"on": "tag", "op": "is", "value": str(tag.pk)}]})
    rows = contacts_in(asked, now=now)
    assert headcount(rows) == Headcount(30)
    first = ContactStatus.objects.order_by("pk").first().pk
    about = segment_counts._estimated(rows, first=first, span=60)
    assert (about.people, about.is_exact, about.most) == (30, False, None)
    some = [person.pk for person in segment_counts.sample_of(rows, about)]
    assert (len(some), set(some) <= set(persons[::2])) == (10, True)
    nobody = contacts_in(
        expression_in({"of": [{"on": "tag", "op": "is", "value": "0"}]}), now=now
    )
    assert segment_counts._estimated(nobody, first=first, span=600_000) == Headcount(
        0, is_exact=False, most=600
    )


@pytest.mark.django_db(transaction=True)
def test_counting_is_given_up_after_a_while(subscribe_person, monkeypatch, now):
    from django.db import OperationalError

    subscribe_person()
    monkeypatch.setattr(segment_counts, "_PATIENCE_MS", 30)
    slow = {
        "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n "
        "WHERE x < 100000000) SELECT COUNT(*) FROM n",
        "postgresql": "SELECT pg_sleep(5)",
    }[connection.vendor]
    begun = datetime.now(ZoneInfo("UTC"))
    with (
        pytest.raises(OperationalError),
        segment_counts._patience(),
        connection.cursor() as cursor,
    ):
        cursor.execute(slow)
    assert datetime.now(ZoneInfo("UTC")) - begun < timedelta(seconds=2)
    # The database works on as before.
    assert ContactStatus.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values", "op", "value", "found"),
    [
        ("text", ("Potter", "Baker"), "contains", "ot", [0]),
        ("text", ("Potter", "Baker"), "is_not", "baker", [0, 2]),
        ("number", ("5.5", "7"), "up_to", 5, []),
        ("number", ("5.5", "7"), "up_to", 6, [0]),
        ("number", ("5.5", "7"), "from", 6, [1]),
        ("date", ("2026-01-31", "2026-02-01"), "since", date(2026, 2, 1), [1]),
        ("date", ("2026-01-31", "2026-02-01"), "before", date(2026, 2, 1), [0]),
        ("yes_no", ("yes", "no"), "is", "yes", [0]),
        ("choice", ("Red", "Blue"), "is_not", "Red", [1, 2]),
    ],
)
def test_a_field_of_the_owners_is_a_condition_ae5(
    business, subscribe_person, now, kind, values, op, value, found
):
    """The third person has no value: "not" holds for them, a comparison does not."""
    from perenne.audience.api import add_custom_field, set_custom_values

    field = add_custom_field(
        name="100 % theirs",
        kind=kind,
        choices=["Red", "Blue"] if kind == "choice" else [],
        actor="owner",
        now=now,
    )
    people = [subscribe_person(f"p{n}@example.org").pk for n in range(3)]
    for person, text in zip(people, values, strict=False):
        set_custom_values(person, {field.pk: text}, actor="owner", now=now)
    expression = Group("all", (Condition(f"field:{field.pk}", op, value),))
    rows = contacts_in(expression, now=now).values_list("person_id", flat=True)
    assert sorted(rows) == [people[index] for index in found]
    with translation.override("en"):
        assert "100 % theirs" in SegmentWords().sentence(expression)
