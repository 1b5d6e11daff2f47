"""How many people a choice holds: counted when that is quick, told "about" when not."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.db.models import Max, Min

from perenne.audience.models import ContactStatus
from perenne.people.api import Person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

_ALWAYS_COUNTED = 20_000
_PATIENCE_MS = 80
_SAMPLE = 3_000
_SHOWN = 10
_STEPS_BETWEEN_LOOKS = 20_000
# Steps of the golden ratio spread evenly and follow no pattern that the ids may have.
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many people.

    people    counted, or estimated to two digits
    is_exact  False: estimated from a sample of 3,000
    most      when the sample held nobody: there are fewer than that (19 times in 20)
    sampled   keys of some persons of the sample who are among them
    """

    people: int
    is_exact: bool = True
    most: int | None = None
    sampled: tuple[int, ...] = ()


def headcount(rows: QuerySet[ContactStatus]) -> Headcount:
    """Return how many contacts the rows are, in a bounded time.

    Up to 20,000 contacts are always counted. With more, counting may take 0.08 s; after
    that a sample is asked, so that the answer does not grow with what is stored.
    """
    ends = ContactStatus.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ends["first"] or 0, ends["last"] or 0
    if last - first <= _ALWAYS_COUNTED:
        return Headcount(rows.count())
    try:
        with _patience():
            return Headcount(rows.count())
    except OperationalError:
        return _estimated(rows, first=first, span=last - first + 1)


@contextmanager
def _patience() -> Iterator[None]:
    """Let the database give up after a while, with OperationalError."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            (usual,) = cursor.fetchone()
            _give_up_after(cursor, f"{_PATIENCE_MS}ms")
            yield
            _give_up_after(cursor, usual)
        return
    until = monotonic() + _PATIENCE_MS / 1000
    connection.ensure_connection()
    raw = connection.connection
    raw.set_progress_handler(lambda: monotonic() > until, _STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def _give_up_after(cursor: Any, time: str) -> None:
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [time])


def _estimated(rows: QuerySet[ContactStatus], *, first: int, span: int) -> Headcount:
    """Return the estimate from the share among ids spread over all of them."""
    asked = {first + int((step * _GOLDEN) % 1 * span) for step in range(_SAMPLE)}
    held = list(rows.filter(pk__in=asked).values_list("person_id", flat=True))
    if not held:
        # The rule of three: none in n means less than 3/n, with 95 % confidence.
        return Headcount(0, is_exact=False, most=_two_digits(3 * span // len(asked)))
    people = _two_digits(len(held) * span // len(asked))
    return Headcount(people, is_exact=False, sampled=tuple(held[:_SHOWN]))


def sample_of(rows: QuerySet[ContactStatus], counted: Headcount) -> list[Person]:
    """Return some of the people: those known last, or of the sample when it was one."""
    if not counted.is_exact:
        return list(Person.objects.filter(pk__in=counted.sampled).order_by("pk"))
    if not counted.people:
        return []
    newest = rows.select_related("person").order_by("-pk")[:_SHOWN]
    return [row.person for row in newest]


def _two_digits(number: int) -> int:
    """Round to two digits: 893,412 is about 890,000."""
    power = max(len(str(number)) - 2, 0)
    return round(number, -power)
