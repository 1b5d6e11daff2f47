"""Reads about persons and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.utils.translation import gettext_lazy, override, pgettext

from perenne.core.compiled import Compiled, columns_of, instance_of
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.core.queries import log_of
from perenne.core.templatetags.perenne import log_words
from perenne.core.tokens import token_hash
from perenne.people.domain.addresses import InvalidAddress, normal_address
from perenne.people.domain.dealings import Happening, Standing, person_dealings
from perenne.people.domain.personal_data import personal_data
from perenne.people.domain.roles import Role
from perenne.people.domain.timelines import merged
from perenne.people.models import (
    OwnerLink,
    Person,
    PersonalDataRequest,
    PersonNote,
    User,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import Model, QuerySet

    from perenne.people.domain.timelines import Place


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody who helps at the desk."""

    user_id: int
    email: str
    name: str
    role: Role


def person_by_email(email: str) -> Person | None:
    """Return the person with that address, however it is typed, or None."""
    try:
        return Person.objects.filter(email=normal_address(email)).first()
    except InvalidAddress:
        return None


def person_by_id(person_id: int) -> Person | None:
    """Return the person with that id, or None."""
    return Person.objects.filter(pk=person_id).first()


def persons_by_ids(person_ids: Collection[int]) -> QuerySet[Person]:
    """Return those persons."""
    return Person.objects.filter(pk__in=person_ids)


def person_of_user(user_id: int | None) -> Person | None:
    """Return the person behind a signed-in account, or None."""
    rows = [] if user_id is None else _OF_USER.rows(user_id=user_id)
    return instance_of(Person, rows[0]) if rows else None


_OF_USER = Compiled(
    lambda user_id: Person.objects.filter(user_id=user_id).values_list(
        *columns_of(Person)
    ),
    user_id=-7_001,
)


def persons_matching(text: str) -> QuerySet[Person]:
    """Return persons whose address or name begins with the text, by two indexes."""
    persons = Person.objects.filter(erased_at=None)
    wanted = text.strip()
    if not wanted:
        return persons
    return persons.filter(beginning("email", wanted.lower()) | name_beginning(wanted))


def find_persons(text: str, *, most: int) -> list[Person]:
    """Return persons whose address or name begins with the text or whose address holds it.

    At most `most` of each, in one query.
    """
    starts = persons_matching(text).values("pk")[:most]
    parts = _with_part_of_address(text.strip().lower()).values("pk")[:most]
    keys = Person.objects.filter(pk__in=starts).values("pk")
    keys = keys.union(Person.objects.filter(pk__in=parts).values("pk"))
    return list(Person.objects.filter(pk__in=keys, erased_at=None))


def _with_part_of_address(part: str) -> QuerySet[Person]:
    """Return persons with the part in their address, erased ones too.

    PostgreSQL looks it up in the index of trigrams. SQLite reads the index of addresses,
    and that alone: a tenth of a second for a million.
    """
    if connection.vendor == "postgresql":
        return Person.objects.filter(email__contains=part)
    place = StrIndex("email", Value(part))
    return Person.objects.alias(place=place).filter(place__gt=0)


def name_beginning(text: str, *, path: str = "") -> Q:
    """Return the condition that a name begins with the text, whatever its capitals.

    SQLite lowers A to Z only, so an accented first letter is tried both ways.
    path  lookup path to the person from the queried model ("person__")
    """
    lower = text.lower()
    found = beginning(f"{path}search_name", lower)
    upper = lower[:1].upper() + lower[1:]
    if lower[:1].isascii() or connection.vendor != "sqlite":
        return found
    return found | beginning(f"{path}search_name", upper)


def beginning(field: str, text: str) -> Q:
    """Return the condition that a column begins with the text, as its index can answer.

    SQLite's LIKE ignores capitals and with them the index: a range is asked for instead.
    """
    if connection.vendor != "sqlite":
        return Q(**{f"{field}__startswith": text})
    return Q(**{f"{field}__gte": text, f"{field}__lt": f"{text}\U0010ffff"})


def _tables_with_persons() -> list[tuple[type[Model], str]]:
    """Return every table that points to a person, with the name of the field."""
    return [
        (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Person
    ]


def persons_with_traces(
    person_ids: Collection[int], *, but_in: Collection[str] = ()
) -> set[int]:
    """Return those of the persons whom any table or the log tells something about.

    One query per table with a person in it, whichever app owns it.
    but_in  tables not looked at: "audience.persontag"
    """
    found = set(
        Person.objects.filter(pk__in=person_ids)
        .exclude(user=None, erased_at=None)
        .values_list("pk", flat=True)
    )
    for model, name in _tables_with_persons():
        if model._meta.label_lower in but_in:
            continue
        rows = model._default_manager.filter(**{f"{name}_id__in": person_ids})
        found.update(rows.values_list(f"{name}_id", flat=True))
    logged = LogEntry.objects.filter(
        object_type=Person._meta.label_lower, object_id__in=map(str, person_ids)
    )
    found.update(int(pk) for pk in logged.values_list("object_id", flat=True))
    return found


def owner_account() -> User | None:
    """Return the owner's account, or None before the first-run set-up."""
    return User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()


def owner_link_is_valid(token: str, *, now: datetime) -> bool:
    """Tell whether the one-time link would still work."""
    return OwnerLink.objects.filter(
        token_hash=token_hash(token), used_at=None, expires_at__gt=now
    ).exists()


def group_name(role: Role) -> str:
    """Return the name of the group that carries a role's permissions."""
    return f"role:{role}"


def role_labels(language: str | None = None) -> dict[Role, str]:
    """Return each role's name, in a language or the active one."""
    if language is not None:
        with override(language):
            return role_labels()
    return {
        Role.ASSISTANT: pgettext("role", "Assistant"),
        Role.ACCOUNTANT: pgettext("role", "Accountant"),
    }


def role_of(user: User) -> Role | None:
    """Return the role an account has in the team, None for the owner and for members."""
    names = set(user.groups.values_list("name", flat=True))
    return next((role for role in Role if group_name(role) in names), None)


def team() -> list[TeamMember]:
    """Return who is in the team, in the order of their addresses."""
    roles = {group_name(role): role for role in Role}
    rows = Person.objects.filter(user__groups__name__in=roles).order_by("email")
    return [
        TeamMember(user_id, email, name, roles[group])
        for user_id, email, name, group in rows.values_list(
            "user_id", "email", "name", "user__groups__name"
        )
        if group in roles
    ]


def notes_of(person_id: int) -> QuerySet[PersonNote]:
    """Return what the owner wrote down about a person, newest first."""
    return PersonNote.objects.filter(person_id=person_id).order_by("-pk")


def personal_data_of(person_id: int) -> list[tuple[str, Any, dict[str, Any]]]:
    """Return all that is held about a person: (key, title, JSON values) by app (R33).

    The person themselves first: apps register from the top of the house down.
    """
    return [
        (key, handler.title, handler.export(person_id))
        for key, handler in reversed(list(personal_data))
    ]


def requests_matching(state: str = "", text: str = "") -> QuerySet[PersonalDataRequest]:
    """Return erasure requests with their person, the one due first on top."""
    rows = PersonalDataRequest.objects.select_related("person")
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(person__in=persons_matching(text))
    return rows.order_by("due_on", "pk")


def request_by_id(request_id: int) -> PersonalDataRequest:
    """Return an erasure request with its person.

    Raises  NotFound
    """
    row = (
        PersonalDataRequest.objects.select_related("person")
        .filter(pk=request_id)
        .first()
    )
    if row is None:
        raise NotFound(request=request_id)
    return row


def open_request_of(person_id: int) -> PersonalDataRequest | None:
    """Return the erasure request that a person waits for, or None."""
    return PersonalDataRequest.objects.filter(
        person_id=person_id, state=PersonalDataRequest.State.OPEN
    ).first()


def requests_to_run(now: datetime) -> list[int]:
    """Return the erasure requests that are to be done by themselves now."""
    rows = PersonalDataRequest.objects.filter(
        state=PersonalDataRequest.State.OPEN, runs_at__lte=now
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:200])


def works_here(person: Person) -> bool:
    """Tell whether the person is the owner or in the team."""
    return person.pk in working_here([person.pk])


def working_here(person_ids: Sequence[int]) -> set[int]:
    """Return which of some persons are the owner or in the team."""
    staff = Q(user__is_superuser=True) | Q(user__groups__name__startswith="role:")
    rows = Person.objects.filter(staff, pk__in=person_ids)
    return set(rows.values_list("pk", flat=True))


class NotesAndLog:
    """What the owner wrote down, and what the log says about the person."""

    title = gettext_lazy("Notes and changes")

    def standing(self, person_id: int, *, now: datetime) -> list[Standing]:
        """Return nothing: the card shows the notes themselves."""
        return []

    def happened(
        self, person_id: int, *, until: datetime, most: int
    ) -> list[Happening]:
        """Return the log rows about the person."""
        rows = log_of(Person(pk=person_id)).filter(at__lte=until)[:most]
        return [Happening(row.at, log_words(row)) for row in rows]

    def last_contacts(self, person_ids: Sequence[int]) -> dict[int, datetime]:
        """Return when each person signed in last."""
        rows = Person.objects.filter(pk__in=person_ids, user__last_login__isnull=False)
        logins = rows.values_list("pk", "user__last_login")
        return {pk: at for pk, at in logins if at is not None}


def standing_of(
    person_id: int, *, now: datetime
) -> list[tuple[Any, Sequence[Standing]]]:
    """Return what holds between us and a person, as (title, rows) where there are any."""
    found = [
        (dealings.title, dealings.standing(person_id, now=now))
        for _key, dealings in person_dealings
    ]
    return [(title, rows) for title, rows in found if rows]


def timeline_of(
    person_id: int, *, kind: str, place: Place, size: int = 30
) -> tuple[list[tuple[Any, Happening]], Place | None]:
    """Return a page of what happened as (title, happening), and where the next begins.

    kind  the key of one app's dealings, "" for all of them
    """
    asked = {key: one for key, one in person_dealings if kind in {"", key}}
    most = size + place.skip + 1
    lines = {
        key: one.happened(person_id, until=place.at, most=most)
        for key, one in asked.items()
    }
    page, following = merged(lines, place=place, size=size)
    return [(asked[key].title, row) for key, row in page], following


def last_contacts(person_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when each person last turned to us, by any app; without those who never did."""
    latest: dict[int, datetime] = {}
    for _key, dealings in person_dealings:
        for person_id, at in dealings.last_contacts(person_ids).items():
            latest[person_id] = max(at, latest.get(person_id, at))
    return latest
