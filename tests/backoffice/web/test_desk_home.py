"""The desk's home, its menu and the settings of the business."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import translation

from perenne.audience.actions.letters import start_letter, write_letter
from perenne.audience.actions.sending import send_letter
from perenne.audience.api import ImportedContact, import_contacts
from perenne.backoffice.domain.first_steps import Facts, first_steps
from perenne.backoffice.queries import desk_overview
from perenne.backoffice.web.today import lines_of_today
from perenne.core.models import Business
from perenne.money.actions.exits.exits import declare
from perenne.money.api import Pressing, issue_invoice
from perenne.people.models import User
from perenne.streams.api import default_stream, ensure_default_streams


class _Offer:
    def __init__(self, closes_at):
        self.closes_at = closes_at

    def __str__(self):
        return "Spring"


@pytest.fixture
def helper(db):
    """Someone who may enter the desk and nothing more."""
    user = User.objects.create_user("helper@example.org")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def test_the_first_days_show_the_steps_ticked_by_facts(owner_client):
    answer = owner_client.get("/desk/")
    done = [step["done"] for step in answer.context["steps"]]
    assert (answer.status_code, done) == (200, [True, False, False, False, False])


@pytest.mark.parametrize(
    ("facts", "done"),
    [
        (Facts(False, 0, 0, 0, 0), [False] * 5),
        (Facts(True, 3, 1, 2, 9), [True] * 5),
        (Facts(True, 3, 0, 0, 1), [True, True, False, False, True]),
    ],
)
def test_each_step_is_ticked_by_its_own_fact(facts, done):
    assert [step.done for step in first_steps(facts)] == done


def test_a_workday_without_hours_is_offered_not_nagged(owner_client):
    overview = owner_client.get("/desk/").context["overview"]
    assert overview.unlogged_on.isoformat() == "2026-09-14"
    assert (overview.logged_days, overview.known_days) == (0, 10)


def test_what_cannot_wait_stands_before_what_closes_soon(business, now):
    overview = desk_overview(business, now=now)
    money = Pressing(
        declarations=1,
        refund_by=now.date(),
        late_invoices=3,
        held_invoices=1,
        late_members=2,
    )
    busy = replace(overview, money=money, closing_soon=[_Offer(now)])
    with translation.override("en"):
        lines = [line.text for line in lines_of_today(busy)]
    assert lines == [
        "1 withdrawal or termination to handle, money due back by Sept. 15, 2026",
        "1 invoice waits for details of your business",
        "3 invoices are unpaid after their date",
        "2 members whose payment was declined",
        "“Spring” closes on Sept. 15, 2026, 8:30 a.m.",
        "No hours on Monday 14 September",
    ]


def test_late_invoices_and_declarations_are_counted(business, now):
    ensure_default_streams(language="fr", now=now)
    stream = default_stream("one_to_one")
    for number, due in enumerate([now.date() - timedelta(days=1), now.date()]):
        issue_invoice(
            ref=f"bill:{number}",
            customer={"name": "Librairie du Pont", "city": "Lyon", "country": "FR"},
            lines=[{"description": "Atelier", "unit_price_cents": 9000}],
            stream_id=stream.pk,
            currency="EUR",
            sold_on=now.date() - timedelta(days=9),
            paid=False,
            due_on=due,
            actor="owner",
            now=now,
        )
    declare(
        "withdrawal",
        key="form-1",
        name="Ana",
        email="ana@example.org",
        reference="",
        wanted_on=None,
        language="fr",
        now=now,
    )
    assert desk_overview(business, now=now).money == Pressing(
        declarations=1, late_invoices=1
    )


def test_readers_and_the_first_letter_are_facts(business, now):
    import_contacts(
        [
            ImportedContact(email="ana@example.org", subscribed=True),
            ImportedContact(email="ben@example.org", subscribed=False),
        ],
        basis="consent",
        source="ghost",
        actor="owner",
        now=now,
    )
    letter = start_letter(subject="Bonjour", actor="owner", now=now)
    write_letter(
        letter.pk,
        subject="Bonjour",
        preheader="",
        text="",
        blocks=[{"kind": "text", "text": "Bonjour"}],
        segment_id=None,
        actor="owner",
        now=now,
    )
    send_letter(letter.pk, actor="owner", now=now)
    overview = desk_overview(business, now=now)
    assert overview.readers == 1
    done = [step.key for step in overview.steps if step.done]
    assert done == ["identity", "audience", "letter"]


def test_the_desk_home_costs_the_same_whatever_is_stored(
    owner_client, django_assert_max_num_queries
):
    owner_client.get("/desk/")
    with django_assert_max_num_queries(30):
        owner_client.get("/desk/")


def test_the_timer_is_at_hand_for_whoever_may_log_work(owner_client, client, helper):
    assert "/desk/hours/timer/start/" in owner_client.get("/desk/").content.decode()
    helper.user_permissions.add(Permission.objects.get(codename="view_business"))
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")
    home = client.get("/desk/")
    assert home.status_code == 200
    assert "/desk/hours/timer/" not in home.content.decode()


def test_a_helper_without_permission_sees_neither_home_nor_our_menu(client, helper):
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/desk/").status_code == 403
    page = client.get("/desk/account/").content.decode()
    assert "/desk/business/" not in page


def test_the_owner_has_every_group_that_has_a_page(owner_client):
    page = owner_client.get("/desk/").content.decode()
    assert '"name": "desk_business"' in page
    assert '"name": "desk_streams_hours"' in page
    assert '"name": "help"' not in page


def test_the_business_changes_from_today_on(owner_client, business):
    page = owner_client.get("/desk/business/")
    typed = {
        name: value
        for name, value in page.context["form"].initial.items()
        if value is not None and name != "logo"
    }
    answer = owner_client.post("/desk/business/", typed | {"name": "Boréal & fils"})
    assert answer.status_code == 302
    names = list(Business.objects.order_by("valid_from").values_list("name", flat=True))
    assert names == ["Atelier Boréal", "Boréal & fils"]
