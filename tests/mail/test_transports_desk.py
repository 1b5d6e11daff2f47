import pytest
from django.urls import reverse

from perenne.core.models import LogEntry
from perenne.mail.actions.transports import default_transport
from perenne.mail.models import Delivery, DomainLimit, Transport

LIST = "/desk/mail/transports/"
DEFAULT = LIST + "default/"
FORM = {
    "is_active": "on",
    "carries": "letters",
    "rank": 2,
    "connections": 2,
    "engines": 1,
    "rate_per_minute": 60,
    "daily_cap": 1000,
    "warm_up_first_day": 50,
    "warm_up_from": "",
    "warm_up_growth_percent": 30,
}


def test_limits_are_saved_and_logged(owner_client, now):
    assert owner_client.post(DEFAULT, FORM).headers["Location"] == LIST
    row = Transport.objects.get()
    assert (row.carries, row.rank, row.rate_per_minute, row.warm_up_from) == (
        "letters",
        2,
        60,
        now.date(),
    )
    assert LogEntry.objects.filter(verb="mail.limits_changed").count() == 1


def test_wrong_limits_change_nothing(owner_client):
    page = owner_client.post(DEFAULT, FORM | {"connections": 0})
    assert page.status_code == 200
    assert Transport.objects.get().connections == 4


def test_all_ways_out_are_listed_with_what_they_do(owner_client, settings, now):
    settings.SMTP_URL = "smtp://u:secret@mail.boreal.example"
    settings.MAIL_URLS = {"brevo": "brevo://secret", "odd": "pigeon://home"}
    Transport.objects.create(name="old")
    Transport.objects.create(name="odd")
    page = owner_client.get(LIST)
    found = {each.row.name: each.state for each in page.context["transports"]}
    assert found == {"default": "ready", "brevo": "off", "odd": "wrong", "old": "gone"}
    assert "secret" not in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    owner_client, business, settings, count, django_assert_num_queries
):
    settings.MAIL_URLS = {f"w{n}": "smtp://mail.boreal.example" for n in range(count)}
    for name in settings.MAIL_URLS:
        row = Transport.objects.create(name=name)
        DomainLimit.objects.create(transport=row, domain="gmail.com", rate_per_minute=1)
    owner_client.get(LIST)
    with django_assert_num_queries(12):
        assert owner_client.get(LIST).status_code == 200


def test_a_domain_is_limited_and_freed(owner_client, mail_server):
    limit = {"domain": "@Gmail.com ", "rate_per_minute": 60, "connections": 0}
    owner_client.post(DEFAULT + "limit/", limit)
    row = DomainLimit.objects.get()
    assert (row.domain, row.rate_per_minute) == ("gmail.com", 60)
    again = owner_client.post(DEFAULT + "limit/", limit)
    assert again.context["limit_form"].errors.keys() == {"domain"}
    owner_client.post(f"{LIST}limits/{row.pk}/free/")
    assert not DomainLimit.objects.exists()


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        ({"domain": "not a domain", "rate_per_minute": 1, "connections": 0}, "domain"),
        (
            {"domain": "gmail.com", "rate_per_minute": 0, "connections": 0},
            "rate_per_minute",
        ),
    ],
)
def test_a_wrong_limit_is_told_beside_its_field(owner_client, limit, field):
    page = owner_client.post(DEFAULT + "limit/", limit)
    assert page.context["limit_form"].errors.keys() == {field}
    assert not DomainLimit.objects.exists()


def test_a_test_leaves_at_once_and_shows_the_answer(owner_client, mail_server):
    owner_client.post(DEFAULT + "test/")
    [(to, _content)] = mail_server.mails
    assert to == "camille@boreal.example"
    assert not Delivery.objects.exists()
    assert "250 2.0.0 queued" in owner_client.get(DEFAULT).content.decode()
    assert LogEntry.objects.get(verb="mail.transport_tested").data["code"] == 250


def test_a_test_that_cannot_leave_says_why(owner_client, mail_server, settings):
    mail_server.content_answers["camille@boreal.example"] = "554 5.7.1 not you"
    owner_client.post(DEFAULT + "test/")
    assert "554 5.7.1 not you" in owner_client.get(DEFAULT).content.decode()
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    owner_client.post(DEFAULT + "test/")
    assert LogEntry.objects.filter(verb="mail.transport_tested").count() == 2


def test_a_way_out_that_rests_is_woken(owner_client, mail_server, now):
    transport = default_transport()
    Transport.objects.filter(pk=transport.pk).update(
        problem="451 no", problem_at=now, retry_at=now.replace(hour=23)
    )
    page = owner_client.get(LIST)
    assert page.context["transports"][0].state == "resting"
    owner_client.post(reverse("desk_mail_wake", args=["default"]))
    assert owner_client.get(LIST).context["transports"][0].state == "ready"


def test_a_way_out_that_nobody_names_is_not_found(owner_client):
    for path in ("x/", "x/test/", "x/wake/", "x/limit/", "x/forget/"):
        assert owner_client.post(f"{LIST}{path}").status_code == 404
    assert owner_client.post(f"{LIST}limits/1/free/").status_code == 404
