"""What came back, and who must not be written to, on the owner's screens."""

import pytest

from perenne.mail.actions.bounces import Origin, record_report
from perenne.mail.api import forget_address, is_suppressed, suppress
from perenne.mail.domain.bounces.report import Kind, Report, Result
from perenne.mail.models import Bounce, Delivery, Suppression

pytestmark = pytest.mark.django_db
BOUNCES, LIST = "/desk/mail/bounces/", "/desk/mail/suppressions/"


@pytest.fixture
def came_back(make_letter, business, now):
    letter = make_letter(["a@x.example", "b@x.example", "c@x.example"])
    Delivery.objects.filter(message_id=letter).update(status="sent", sent_at=now)
    kinds = {
        "a@x.example": Kind.HARD,
        "b@x.example": Kind.SOFT,
        "c@x.example": Kind.SOFT,
    }
    for number, (address, kind) in enumerate(kinds.items()):
        origin = Origin("hook:brevo", str(number), is_trusted=True)
        result = Result(address, kind, diagnostic="550 no")
        record_report(Report((result,)), origin=origin, now=now)
    return letter


def rows(client, address):
    page = client.get(address).content.decode()
    return page.split("<tbody>")[1].split("</tbody>")[0].count("<tr>")


def test_what_came_back_is_listed_and_searched(came_back, owner_client):
    found = [
        rows(owner_client, f"{BOUNCES}{query}")
        for query in ("", "?kind=hard", "?q=b@x.example", "?q=x.exam")
    ]
    assert found == [3, 1, 1, 3]


def test_the_list_costs_the_same_for_one_row_and_three(
    came_back, owner_client, django_assert_num_queries
):
    counts = []
    for query in ("?kind=hard", ""):
        with django_assert_num_queries(8, exact=False) as seen:
            owner_client.get(f"{BOUNCES}{query}")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_an_address_is_put_on_the_list_and_found(owner_client, business, now):
    owner_client.post(LIST, {"address": "d@x.example"})
    assert (
        is_suppressed("D@x.example"),
        rows(owner_client, f"{LIST}?q=d@x.example"),
    ) == (True, 1)


def test_a_wrong_address_stays_in_its_field(owner_client, business):
    page = owner_client.post(LIST, {"address": "nobody"}).content.decode()
    assert (page.count('value="nobody"'), Suppression.objects.count()) == (1, 0)


def test_a_dead_address_may_be_taken_off_but_no_ones_own_choice(
    owner_client, business, now
):
    for reason in ("bounced", "complained"):
        suppress(f"{reason}@x.example", reason=reason, now=now, actor="system")
    for row in Suppression.objects.all():
        owner_client.post(f"{LIST}{row.pk}/lift/")
    assert list(Suppression.objects.values_list("reason", flat=True)) == ["complained"]


def test_a_row_that_is_not_there_is_not_lifted(owner_client, business):
    assert owner_client.post(f"{LIST}77/lift/").status_code == 404


def test_an_erased_person_stays_suppressed_and_is_named_nowhere_r30(came_back, now):
    forget_address("a@x.example", now=now)
    assert is_suppressed("a@x.example")
    assert Suppression.objects.get().address == ""
    row = Bounce.objects.get(kind="hard")
    assert (row.address, row.diagnostic) == ("", "")
