"""Let people into the team, change what they may do, and let them go (OP9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.mail.api import queue_template
from perenne.people.actions.accounts import open_account
from perenne.people.actions.persons import find_or_add_person
from perenne.people.domain.roles import DUTIES, Role
from perenne.people.models import User
from perenne.people.queries import group_name, person_of_user, role_labels, role_of

if TYPE_CHECKING:
    from datetime import datetime


class IsTheOwner(Refusal):
    """The owner has every right and no role; nothing was changed."""

    sentence = _("This is the owner's address. The owner can do everything already.")
    field = "email"


class AlreadyInTheTeam(Refusal):
    """The address has a role; nothing was changed."""

    sentence = _("This person is in the team already. Change their role in the list.")
    field = "email"


def keep_roles() -> None:
    """Give each role exactly the permissions that this version of the program says."""
    rows = Permission.objects.values_list("pk", "content_type__app_label", "codename")
    permissions = list(rows)
    for role in Role:
        group, _created = Group.objects.get_or_create(name=group_name(role))
        group.permissions.set(
            pk
            for pk, app, codename in permissions
            if DUTIES[role].include(app, codename)
        )


@transaction.atomic
def add_to_team(
    *, email: str, name: str, role: Role, language: str, actor: str, now: datetime
) -> User:
    """Give somebody a role and tell them by mail how to come in.

    Raises  IsTheOwner, AlreadyInTheTeam, InvalidAddress: nothing was changed
    """
    person = find_or_add_person(
        email=email, name=name, language=language, actor=actor, now=now
    )
    user = open_account(person, now=now)
    if user.is_superuser:
        raise IsTheOwner
    if role_of(user) is not None:
        raise AlreadyInTheTeam
    _put(user, role)
    log.record("people.team_joined", actor=actor, obj=user, at=now, role=role)
    queue_template(
        ref=f"people:team:{user.pk}:{now.isoformat()}",
        to=person.email,
        template="people/mail/team_joined",
        context={
            "name": person.name,
            "business_name": getattr(current_business(), "name", ""),
            "role": role_labels(person.language)[role],
            "login_url": settings.SITE_URL + reverse("account_login"),
        },
        language=person.language,
        now=now,
    )
    return user


@transaction.atomic
def change_role(user_id: int, *, role: Role, actor: str, now: datetime) -> None:
    """Give a member of the team another role; the same role changes nothing.

    Raises  NotFound: nobody of the team
    """
    user = _of_the_team(user_id)
    if role_of(user) is role:
        return
    _put(user, role)
    log.record("people.team_role_changed", actor=actor, obj=user, at=now, role=role)


@transaction.atomic
def leave_team(user_id: int, *, actor: str, now: datetime) -> None:
    """Take a role back: the account stays, as that of any member.

    Raises  NotFound: nobody of the team
    """
    user = _of_the_team(user_id)
    user.groups.clear()
    log.record("people.team_left", actor=actor, obj=user, at=now)


def _of_the_team(user_id: int) -> User:
    user = User.objects.filter(pk=user_id, is_superuser=False).first()
    if user is None or role_of(user) is None or person_of_user(user.pk) is None:
        raise NotFound
    return user


def _put(user: User, role: Role) -> None:
    keep_roles()
    user.groups.set(Group.objects.filter(name=group_name(role)))
