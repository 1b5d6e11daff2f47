"""Open the accounts that sign in: the owner's, and those of members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.core import log
from perenne.people.actions.persons import find_or_add_person
from perenne.people.domain.addresses import normal_address
from perenne.people.models import Person, User

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def open_account(person: Person, *, now: datetime) -> User:
    """Return the account a person signs in with, made at first need."""
    if person.user_id is not None:
        return User.objects.get(pk=person.user_id)
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(person.email, date_joined=now)
    Person.objects.filter(pk=person.pk, user=None).update(user=user)
    person.user = user
    log.record("people.account_opened", actor="system", obj=person, at=now)
    return user


@transaction.atomic
def add_owner(
    *, email: str, name: str, now: datetime, language: str = "fr", time_zone: str = ""
) -> User:
    """Create the owner's account and person at first run.

    Raises  InvalidAddress: nothing was changed
    """
    first, _, last = name.strip().partition(" ")
    user = User.objects.create_superuser(
        normal_address(email), first_name=first, last_name=last, date_joined=now
    )
    person = find_or_add_person(
        email=email,
        name=name,
        now=now,
        actor="owner",
        language=language,
        time_zone=time_zone,
    )
    Person.objects.filter(pk=person.pk).update(user=user)
    log.record("people.owner_added", actor="owner", obj=user, at=now)
    return user
