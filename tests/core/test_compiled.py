"""A compiled query answers as Django's own does, and is built once."""

from datetime import UTC, datetime, timedelta

import pytest

from perenne.core.compiled import Compiled
from perenne.core.models import LogEntry

EARLY = datetime(1901, 1, 1, tzinfo=UTC)


def _entries(*, verb, at, least):
    rows = LogEntry.objects.filter(verb=verb, at__lte=at, pk__gt=least)
    return rows.order_by("-at").values_list("pk", "at", "data", "actor")[:2]


@pytest.fixture
def entries(db, now):
    return [
        LogEntry.objects.create(
            actor=f"person {n}",
            verb="it.happened",
            at=now + timedelta(n),
            data={"n": n},
        )
        for n in range(4)
    ]


def test_rows_are_those_of_the_query_for_other_values_each_time(entries, now):
    compiled = Compiled(_entries, verb="-no-verb-", at=EARLY, least=-7_001)
    for values in (
        {"verb": "it.happened", "at": now + timedelta(2), "least": 0},
        {"verb": "it.happened", "at": now, "least": 0},
        {"verb": "it.happened", "at": now + timedelta(9), "least": entries[2].pk},
        {"verb": "it did'nt %s", "at": now, "least": 0},
    ):
        assert compiled.rows(**values) == list(_entries(**values))
    assert compiled.rows(verb="it.happened", at=now, least=0)[0][1:] == (
        now,
        {"n": 0},
        "person 0",
    )


def test_it_is_built_once_and_asks_one_query(entries, now, django_assert_num_queries):
    built = []

    def build(**values):
        built.append(values)
        return _entries(**values)

    compiled = Compiled(build, verb="-no-verb-", at=EARLY, least=-7_001)
    with django_assert_num_queries(3):
        for day in range(3):
            compiled.rows(verb="it.happened", at=now + timedelta(day), least=0)
    assert len(built) == 1


def test_a_value_that_stands_nowhere_is_a_mistake(db, now):
    compiled = Compiled(
        lambda verb, other: LogEntry.objects.filter(verb=verb).values_list("pk"),
        verb="-no-verb-",
        other=-7_001,
    )
    with pytest.raises(LookupError, match="other"):
        compiled.rows(verb="it.happened", other=1)
