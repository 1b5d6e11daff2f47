"""Measure the owner's contact list over many contacts.

    python benchmarks/contact_list.py [--contacts 100000] [--rounds 20] [--postgresql URL]

Fills a database of its own with contacts, one tag on 90 % of them and one on 1 %, then
asks for the list through the whole application: page, a page far down, search, filters,
and for segments with their count.
Prints the median of each and the query plans that scan or sort.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from trial import (
    business,
    collect_static,
    line,
    milliseconds,
    own_database,
    owner_browser,
    utc_now,
)

BUDGET_MS = {100_000: 100.0, 1_000_000: 300.0}
_SOURCES = ("form:letter", "import:ghost", "hand", "form:ceramics")
_WITHDRAWN_EVERY, _RARE_EVERY, _CHUNK = 25, 100, 50_000
_PERSON = [
    "id",
    "email",
    "name",
    "language",
    "time_zone",
    "country",
    "source",
    "note",
    "created_at",
]
_STATUS = ["person", "purpose", "status", "basis", "source", "joined_at", "changed_at"]
_MANY_ROWS = 5_000  # read for a page of fifty
_FIRST = 1001  # beside the persons the set-up adds


def main() -> int:
    """Print a line for each kind of page; fail when one misses the budget."""
    options = _options()
    budget = next(
        (ms for most, ms in sorted(BUDGET_MS.items()) if options.contacts <= most),
        300.0,
    )
    with own_database(options.postgresql):
        business(utc_now())
        collect_static()
        common, rare = _fill(options.contacts)
        kept = [
            line(what, milliseconds(ask, rounds=options.rounds), budget)
            for what, ask in _pages(options.contacts, common, rare)
        ]
    return 0 if all(kept) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--postgresql", default="", help="a server's address")
    return parser.parse_args()


def _pages(count, common, rare):
    from django.test.utils import CaptureQueriesContext

    client = owner_browser()
    asked = {
        "first page": "",
        "a page in the middle": f"after={count // 2}",
        "search, one match": f"q=p{count // 2}",
        "search, one letter": "q=p",
        "search by name": "q=zo",
        "search, part of one address": f"q={count // 2}@exam",
        "search, part of many addresses": "q=99@",
        "search, part of no address": "q=nobody-here",
        "status: subscribed": "status=subscribed",
        "status: unsubscribed": "status=withdrawn",
        "source": "source=hand",
        "source and status": "source=hand&status=withdrawn",
        "tag on 90 %": f"tag={common}",
        "tag on 1 %": f"tag={rare}",
        "tag on 1 %, far down": f"tag={rare}&after={count // 3}",
        "tag on 90 % and unsubscribed": f"tag={common}&status=withdrawn",
        "tag on 1 % and search": f"tag={rare}&q=p",
    }
    for what, query in asked.items():

        def ask(query=query):
            answer = client.get(f"/desk/contacts/?{query}")
            if answer.status_code != 200:
                raise SystemExit(f"{query}: {answer.status_code}")

        from django.db import connection

        with CaptureQueriesContext(connection) as queries:
            ask()
        _print_scans(what, [q["sql"] for q in queries])
        yield what, ask
    yield "person card", lambda: client.get(f"/desk/contacts/{count // 2}/")
    for name, expression in _segments(common, rare).items():
        path = f"/desk/segments/{_keep(name, expression)}/"

        def look(path=path):
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code}")

        print(f"  segment, {name}: {_counted(expression)}")
        yield f"segment, {name}", look


def _segments(common, rare):
    """Return expressions of every kind: common, rare, nested, and one that nobody is in."""
    tag = {"on": "tag", "op": "is"}
    return {
        "everybody": {},
        "tag on 90 %": {"of": [{**tag, "value": str(common)}]},
        "tag on 1 %": {"of": [{**tag, "value": str(rare)}]},
        "without the tag on 90 %": {
            "of": [{"on": "tag", "op": "is_not", "value": str(common)}]
        },
        "part of a name": {"of": [{"on": "name", "op": "contains", "value": "99"}]},
        "nobody": {"of": [{"on": "name", "op": "is", "value": "Nobody Here"}]},
        "nested": {
            "of": [
                {"on": "source", "op": "is", "value": "import:ghost"},
                {
                    "match": "any",
                    "of": [
                        {**tag, "value": str(rare)},
                        {
                            "match": "none",
                            "of": [
                                {**tag, "value": str(common)},
                                {"on": "joined", "op": "last_days", "value": 30},
                            ],
                        },
                    ],
                },
            ]
        },
    }


def _counted(expression):
    from perenne.audience.queries.segment_counts import headcount
    from perenne.audience.queries.segments import contacts_in, expression_in

    found = headcount(contacts_in(expression_in(expression), now=utc_now()))
    return f"{found.people:,}" if found.is_exact else f"about {found.people:,}"


def _keep(name, expression):
    from perenne.audience.actions.segments import keep_segment

    kept = keep_segment(
        None, name=name, expression=expression, actor="system", now=utc_now()
    )
    return kept.pk


def _print_scans(what, queries):
    """Print the parts of query plans that read or sort a whole table of people."""
    from django.db import connection

    plans = {"sqlite": _sqlite_plan, "postgresql": _postgresql_plan}
    for sql in queries:
        if "audience_" in sql or "people_person" in sql:
            with connection.cursor() as cursor:
                for step in plans[connection.vendor](cursor, sql):
                    print(f"  {what}: {step}")


def _sqlite_plan(cursor, sql):
    cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
    for *_numbers, step in cursor.fetchall():
        whole = step.startswith("SCAN") and "audience_tag" not in step
        if (whole and "hop" not in step) or "TEMP B-TREE" in step:
            yield step


def _postgresql_plan(cursor, sql):
    """Look at the rows that were read: a scan of a short table, or of few, is none."""
    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
    waiting = [cursor.fetchone()[0][0]["Plan"]]
    while waiting:
        step = waiting.pop()
        waiting += step.get("Plans", [])
        dropped = step.get("Rows Removed by Filter", 0)
        read = (step["Actual Rows"] + dropped) * step["Actual Loops"]
        if read >= _MANY_ROWS:
            yield f"{step['Node Type']} {step.get('Relation Name', '')}: {read:.0f} rows"


def _fill(count):
    """Add contacts in bulk; return the ids of the common and the rare tag."""
    from django.db import connection, transaction

    from perenne.audience.models import ContactStatus, PersonTag, Tag
    from perenne.core.bulk import insert_rows
    from perenne.people.models import Person

    now = utc_now()
    common, rare = (
        Tag.objects.create(name=name, created_at=now) for name in ("reader", "patron")
    )
    for start in range(_FIRST, _FIRST + count, _CHUNK):
        numbers = range(start, min(start + _CHUNK, _FIRST + count))
        with transaction.atomic():
            insert_rows(
                Person,
                _PERSON,
                [_person(n, now) for n in numbers],
            )
            insert_rows(
                ContactStatus,
                _STATUS,
                [_status(n, now) for n in numbers],
            )
            tags = [(common.pk, n, now) for n in numbers if n % 10]
            tags += [(rare.pk, n, now) for n in numbers if not n % _RARE_EVERY]
            insert_rows(PersonTag, ("tag", "person", "at"), tags)
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute("PRAGMA optimize" if sqlite else "ANALYZE")
    return common.pk, rare.pk


def _person(n, now):
    name = f"{('Ana', 'Zoé', 'Jean', 'Inès')[n % 4]} {n}"
    return (n, f"p{n}@example.org", name, "fr", "", "", {}, "", now)


def _status(n, now):
    status = "withdrawn" if not n % _WITHDRAWN_EVERY else "subscribed"
    joined = now - timedelta(minutes=n)
    return (n, "letter", status, "consent", _SOURCES[n % 4], joined, now)


if __name__ == "__main__":
    sys.exit(main())
