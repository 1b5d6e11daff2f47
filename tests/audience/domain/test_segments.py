"""The algebra of segments: what can be read, what cannot and where."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.audience.domain.segments import (
    OPERATORS,
    Asked,
    Condition,
    Group,
    SegmentInvalid,
    asked_of,
    read_expression,
    write_expression,
)

KINDS = {"tag": "choice", "name": "text", "joined": "date", "letters": "number"}
NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")

_words = st.text(min_size=1, max_size=20).map(str.strip).filter(bool)
_values = {
    "words": _words,
    "day": st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    "days": st.integers(1, 5000),
    "count": st.integers(1, 5000),
}
conditions = st.sampled_from(sorted(KINDS)).flatmap(
    lambda on: st.sampled_from(sorted(OPERATORS[KINDS[on]])).flatmap(
        lambda op: st.builds(
            Condition, st.just(on), st.just(op), _values[OPERATORS[KINDS[on]][op]]
        )
    )
)
_parts = st.recursive(
    conditions,
    lambda inner: st.builds(
        Group,
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=8,
)


def _depth(node):
    if isinstance(node, Condition):
        return 0
    return 1 + max((_depth(part) for part in node.of), default=0)


expressions = st.builds(
    Group,
    st.sampled_from(["all", "any", "none"]),
    st.lists(_parts, min_size=1, max_size=3).map(tuple),
).filter(lambda group: _depth(group) <= 5)


@given(expressions)
def test_what_is_written_is_read_back(expression):
    assert read_expression(write_expression(expression), KINDS) == expression


def test_nothing_means_everybody():
    assert read_expression({}, KINDS) == Group()
    assert read_expression({"match": "any", "of": []}, KINDS) == Group()


def test_a_segment_of_version_one_means_what_it_meant():
    kept = {
        "match": "any",
        "conditions": [
            {"on": "tag", "is": False, "value": 3},
            {"on": "joined_before", "is": True, "value": "2026-01-01"},
            {"on": "joined_before", "is": False, "value": "2026-02-01"},
            {"on": "joined_after", "is": False, "value": "2026-03-01"},
        ],
    }
    assert read_expression(kept, KINDS) == Group(
        "any",
        (
            Condition("tag", "is_not", "3"),
            Condition("joined", "before", date(2026, 1, 1)),
            Condition("joined", "since", date(2026, 2, 1)),
            Condition("joined", "before", date(2026, 3, 1)),
        ),
    )


def _problems(data):
    with pytest.raises(SegmentInvalid) as caught:
        read_expression(data, KINDS)
    return [(problem.path, problem.what) for problem in caught.value.problems]


@pytest.mark.parametrize("data", [[], "all", 3, None, {"of": {}}])
def test_what_is_no_expression_is_refused(data):
    assert _problems(data) == [((), "form")]


def test_every_problem_is_told_at_its_place():
    data = {
        "match": "some",
        "of": [
            {"on": "tag", "op": "is", "value": ""},
            {"on": "colour", "op": "is", "value": "red"},
            {
                "match": "any",
                "of": [
                    {"on": "joined", "op": "before", "value": "yesterday"},
                    {"on": "joined", "op": "last_days", "value": "0"},
                    {"on": "letters", "op": "at_least", "value": 0},
                    {"on": "letters", "op": "at_most", "value": "many"},
                    {"on": "letters", "op": "is", "value": 2},
                    {"match": "all", "of": []},
                    3,
                ],
            },
        ],
    }
    assert _problems(data) == [
        ((), "match"),
        ((0,), "value"),
        ((1,), "unknown"),
        ((2, 0), "day"),
        ((2, 1), "number"),
        ((2, 2), "number"),
        ((2, 3), "number"),
        ((2, 4), "operator"),
        ((2, 5), "empty"),
        ((2, 6), "form"),
    ]


def test_groups_are_nested_five_deep_and_conditions_are_fifty():
    one = {"on": "letters", "op": "at_most", "value": 1}
    data = one
    for _level in range(6):
        data = {"match": "all", "of": [data]}
    assert _problems(data) == [((0, 0, 0, 0, 0), "deep")]
    assert _problems({"of": [one] * 51}) == [((), "many")]
    assert len(read_expression({"of": [one] * 50}, KINDS).of) == 50


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["match", "of", "on", "op", "value", "conditions"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(data):
    read = None
    with suppress(SegmentInvalid):
        read = read_expression(data, KINDS)
    if read is not None:
        assert read_expression(write_expression(read), KINDS) == read


@pytest.mark.parametrize(
    ("condition", "asked", "wanted"),
    [
        (Condition("tag", "is", "3"), ("is", "3"), True),
        (Condition("tag", "is_not", "3"), ("is", "3"), False),
        (Condition("name", "lacks", "a"), ("contains", "a"), False),
        (Condition("letters", "at_most", 2), ("at_least", 3), False),
        (Condition("letters", "at_least", 2), ("at_least", 2), True),
        (
            Condition("joined", "since", date(2026, 3, 29)),
            ("since", datetime(2026, 3, 28, 23, tzinfo=UTC)),
            True,
        ),
        (
            Condition("joined", "before", date(2026, 3, 30)),
            ("before", datetime(2026, 3, 29, 22, tzinfo=UTC)),
            True,
        ),
        (
            Condition("joined", "last_days", 5),
            ("since", datetime(2026, 9, 10, 8, 30, tzinfo=UTC)),
            True,
        ),
        (
            Condition("joined", "not_last_days", 5),
            ("before", datetime(2026, 9, 10, 8, 30, tzinfo=UTC)),
            True,
        ),
    ],
)
def test_a_condition_asks_in_the_affirmative(condition, asked, wanted):
    answer = asked_of(condition, now=NOW, zone=PARIS)
    assert answer == (Asked(*asked, NOW), wanted)
