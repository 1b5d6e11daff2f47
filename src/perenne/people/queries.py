"""Reads about persons and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection
from django.db.models import Q
from django.utils.translation import override, pgettext

from perenne.core.compiled import Compiled, columns_of, instance_of
from perenne.core.models import LogEntry
from perenne.core.tokens import token_hash
from perenne.people.domain.addresses import InvalidAddress, normal_address
from perenne.people.domain.roles import Role
from perenne.people.models import OwnerLink, Person, User

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import Model, QuerySet


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
