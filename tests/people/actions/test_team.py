"""The team: what each role may do, who is let in, changed and let go (OP9)."""

import pytest
from django.contrib.auth.models import Permission

from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.mail.models import Message
from perenne.people.actions.team import (
    AlreadyInTheTeam,
    IsTheOwner,
    add_to_team,
    change_role,
    keep_roles,
    leave_team,
)
from perenne.people.domain.roles import DUTIES, Role
from perenne.people.models import User
from perenne.people.queries import team

HELPER = "sam@example.org"


@pytest.fixture
def join(business, owner, now):
    def add(email=HELPER, role=Role.ASSISTANT):
        return add_to_team(
            email=email, name="Sam", role=role, language="fr", actor="owner", now=now
        )

    return add


def _may(user, permission):
    return User.objects.get(pk=user.pk).has_perm(permission)


def test_assistant_helps_and_gives_no_money_back(join):
    helper = join()
    assert [
        _may(helper, permission)
        for permission in (
            "wagtailadmin.access_admin",
            "audience.change_letter",
            "money.view_order",
            "money.add_refund",
            "money.view_ledgerentry",
            "money.change_offer",
            "core.change_business",
            "people.change_user",
            "bilan.view_streamactivity",
        )
    ] == [True, True, True, False, False, False, False, False, False]


def test_accountant_reads_the_books_and_changes_nothing(join):
    helper = join(role=Role.ACCOUNTANT)
    held = User.objects.get(pk=helper.pk).get_all_permissions()
    assert "money.view_ledgerentry" in held
    changing = {p for p in held if not p.split(".")[1].startswith("view_")}
    assert changing == {"wagtailadmin.access_admin"}
    assert {p for p in held if p.startswith(("audience.", "people.", "mail."))} == set()


def test_every_rule_of_a_role_names_permissions_that_exist(db):
    known = set(Permission.objects.values_list("content_type__app_label", "codename"))
    for role in Role:
        for app, rules in DUTIES[role].given.items():
            for rule in rules:
                stem = rule.rstrip("*")
                assert any(
                    label == app and codename.startswith(stem)
                    for label, codename in known
                ), (role, app, rule)


def test_newcomer_gets_a_mail_in_their_language(join):
    join()
    mail = Message.objects.get()
    assert (mail.deliveries.get().address, mail.subject) == (
        HELPER,
        "Vous faites partie de l’équipe de Atelier Boréal",
    )
    assert "Assistant ou assistante" in mail.text
    assert LogEntry.objects.filter(verb="people.team_joined").count() == 1


def test_someone_in_the_team_is_not_added_again(join):
    join()
    with pytest.raises(AlreadyInTheTeam):
        join(role=Role.ACCOUNTANT)
    assert [member.role for member in team()] == [Role.ASSISTANT]
    assert Message.objects.count() == 1


def test_owner_takes_no_role(join, owner):
    with pytest.raises(IsTheOwner):
        join(email=owner.email)
    assert (team(), Message.objects.count()) == ([], 0)


def test_role_changes_and_ends(join, now):
    helper = join()
    change_role(helper.pk, role=Role.ACCOUNTANT, actor="owner", now=now)
    assert [member.role for member in team()] == [Role.ACCOUNTANT]
    assert not _may(helper, "audience.change_letter")
    leave_team(helper.pk, actor="owner", now=now)
    assert team() == []
    assert not _may(helper, "wagtailadmin.access_admin")
    with pytest.raises(NotFound):
        leave_team(helper.pk, actor="owner", now=now)


def test_owner_and_members_cannot_be_taken_out(join, owner, person, now):
    join()
    with pytest.raises(NotFound):
        leave_team(owner.pk, actor="owner", now=now)
    with pytest.raises(NotFound):
        change_role(owner.pk, role=Role.ASSISTANT, actor="owner", now=now)
    assert User.objects.get(pk=owner.pk).is_superuser is True


def test_roles_follow_the_program(join):
    """A right that a role lost in a new version is gone once the roles are kept again."""
    helper = join()
    group = helper.groups.get()
    group.permissions.add(Permission.objects.get(codename="add_refund"))
    assert _may(helper, "money.add_refund")
    keep_roles()
    assert not _may(helper, "money.add_refund")
