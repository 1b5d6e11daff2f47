"""Reads about contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Exists, OuterRef

from perenne.audience.models import Consent, ContactStatus, PersonTag, Purpose, Tag
from perenne.core.errors import NotFound
from perenne.core.web.pages import KeysetPage, keyset_page
from perenne.people.api import find_persons, person_by_id

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from perenne.people.api import Person

_MOST_FOUND = 50
_MOST_SEARCHED = 500


def contact_counts(purpose: str = Purpose.LETTER) -> dict[str, int]:
    """Return contacts by status for a purpose, each status present, from one index."""
    counts = dict.fromkeys(ContactStatus.Status.values, 0)
    rows = ContactStatus.objects.filter(purpose=purpose).values_list("status")
    return counts | dict(rows.annotate(n=Count("id")).order_by())


def proofs_of(person_id: int) -> QuerySet[Consent]:
    """Return a person's proofs of consent, newest first."""
    return (
        Consent.objects.filter(person_id=person_id)
        .select_related("wording")
        .order_by("-pk")
    )


def statuses_of(person_id: int) -> QuerySet[ContactStatus]:
    """Return where a person stands, by purpose."""
    return ContactStatus.objects.filter(person_id=person_id).order_by("purpose")


def is_subscribed(person_id: int, purpose: str = Purpose.LETTER) -> bool:
    """Tell whether a person may be written to for a purpose."""
    return ContactStatus.objects.filter(
        person_id=person_id, purpose=purpose, status=ContactStatus.Status.SUBSCRIBED
    ).exists()


def tags_of(person_id: int) -> QuerySet[Tag]:
    """Return the tags on a person, by name."""
    held = PersonTag.objects.filter(person_id=person_id).values("tag_id")
    return Tag.objects.filter(pk__in=held).order_by("name")


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """What the contact list is narrowed to; "" and None mean everything."""

    search: str = ""
    status: str = ""
    tag_id: int | None = None
    source: str = ""


def contacts_page(
    wanted: ContactFilter, *, after: str = "", before: str = ""
) -> KeysetPage[ContactStatus]:
    """Return one page of contacts, newest first, read in the order of an index.

    With a tag, newest means the person added last. A search looks at the first 500
    persons found and answers with 50, unpaged.
    """
    rows = _narrowed(wanted)
    if text := wanted.search.strip():
        return KeysetPage(_found(rows, text, tag_id=wanted.tag_id), None, None)
    if wanted.tag_id is not None:
        return _tagged_page(rows, wanted.tag_id, after=after, before=before)
    return keyset_page(rows.select_related("person"), after=after, before=before)


def _narrowed(wanted: ContactFilter) -> QuerySet[ContactStatus]:
    rows = ContactStatus.objects.filter(purpose=Purpose.LETTER)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.source:
        rows = rows.filter(source=wanted.source)
    return rows


def _tagged_page(
    rows: QuerySet[ContactStatus], tag_id: int, *, after: str, before: str
) -> KeysetPage[ContactStatus]:
    """Return one page of those with a tag, whether it is on a few people or on most.

    Walks the index (tag, person) from its end and looks each contact up, so that neither
    the tag's people nor the contacts are read or sorted as a whole.
    """
    contact = rows.filter(person_id=OuterRef("person_id"))
    held = PersonTag.objects.filter(Exists(contact), tag_id=tag_id)
    page = keyset_page(held, after=after, before=before, key="person_id")
    persons = [row.person_id for row in page.rows]
    found = rows.filter(person_id__in=persons).select_related("person")
    by_person = {row.person_id: row for row in found}
    listed = [by_person[person] for person in persons if person in by_person]
    return KeysetPage(listed, page.next_key, page.newer_key)


def _found(
    rows: QuerySet[ContactStatus], text: str, *, tag_id: int | None
) -> list[ContactStatus]:
    """Return the contacts among the first persons found, by address.

    The persons are not joined: PostgreSQL would read all of them for five hundred.
    """
    persons = {row.pk: row for row in find_persons(text, most=_MOST_SEARCHED)}
    found = rows.filter(person_id__in=list(persons))
    if tag_id is not None:
        held = PersonTag.objects.filter(tag_id=tag_id, person_id=OuterRef("person_id"))
        found = found.filter(Exists(held))
    for row in (listed := list(found)):
        row.person = persons[row.person_id]
    return sorted(listed, key=lambda row: row.person.email)[:_MOST_FOUND]


def tag_names_of(person_ids: list[int]) -> dict[int, list[str]]:
    """Return the tags of some persons by person, in one query."""
    names: dict[int, list[str]] = {person_id: [] for person_id in person_ids}
    rows = PersonTag.objects.filter(person_id__in=person_ids).order_by("tag__name")
    for person_id, name in rows.values_list("person_id", "tag__name"):
        names[person_id].append(name)
    return names


def all_tags() -> QuerySet[Tag]:
    """Return every tag by name."""
    return Tag.objects.order_by("name")


_SOURCES = """
    WITH RECURSIVE hop(source) AS (
        SELECT MIN(source) FROM audience_contactstatus
        WHERE purpose = %(purpose)s AND source > ''
        UNION ALL
        SELECT (
            SELECT MIN(source) FROM audience_contactstatus
            WHERE purpose = %(purpose)s AND source > hop.source
        )
        FROM hop WHERE hop.source IS NOT NULL
    )
    SELECT source FROM hop WHERE source IS NOT NULL LIMIT %(most)s
"""


def sources() -> list[str]:
    """Return where contacts came from, the first 50, hopping through the index at once."""
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, {"purpose": Purpose.LETTER, "most": _MOST_FOUND})
        return [source for (source,) in cursor.fetchall()]


def person_or_404(person_id: int) -> Person:
    """Return a person for their card.

    Raises  NotFound: there is none, or they were erased
    """
    person = person_by_id(person_id)
    if person is None or person.erased_at is not None:
        raise NotFound(person=person_id)
    return person
