"""Several ways out: ranks, what each carries, caps, domains, workers that share one."""

from datetime import timedelta

import pytest
from sink import Sink, start

from perenne.core import clock
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.mail.actions.claims import Scope, claim
from perenne.mail.actions.delivery import deliver
from perenne.mail.actions.lease import Lease
from perenne.mail.actions.limits import Limits
from perenne.mail.actions.routes import Route, routes
from perenne.mail.actions.transports import (
    DomainIsLimited,
    change_transport,
    default_transport,
    forget_transport,
    free_domain,
    limit_domain,
    transport_named,
)
from perenne.mail.api import queue_mail, start_broadcast
from perenne.mail.models import Delivery, DomainLimit, Transport
from perenne.mail.queries.transports import (
    left_today,
    transport_problems,
    transports_shown,
)

PEOPLE = [f"p{n}@example.org" for n in range(12)]
LETTERS, SERVICE = Transport.Carries.LETTERS, Transport.Carries.SERVICE


@pytest.fixture
def second_server(mail_server, settings, now):
    """A further way out, of the second rank."""
    kept = Sink()
    running = start(kept)
    settings.MAIL_URLS = {"second": f"smtp://127.0.0.1:{running.port}?tls=none"}
    default_transport()
    _set("second", is_active=True, rank=2, now=now)
    yield kept
    running.stop()


def _set(name, *, now, **changes):
    return change_transport(name, actor="system", now=now, **changes)


def _limit(domain, now, *, rate=0, connections=0, name="default"):
    return limit_domain(
        name,
        domain=domain,
        rate_per_minute=rate,
        connections=connections,
        actor="system",
        now=now,
    )


def _queue(now, to="ana@example.org"):
    queue_mail(ref=f"r:{to}", to=to, subject="Receipt", text="Thanks.", now=now)


def _names(now, **more):
    return {
        route.transport.name: (route.service, route.letters)
        for route in routes(now=now, **more)
    }


def test_the_first_rank_does_all(mail_server, second_server, make_letter, now):
    start_broadcast(make_letter(PEOPLE), now=now)
    assert deliver() == 12
    assert (len(mail_server.mails), len(second_server.mails)) == (12, 0)


def test_the_second_rank_steps_in_when_the_day_s_mails_are_taken(
    mail_server, second_server, make_letter, now
):
    _set("default", daily_cap=5, now=now)
    start_broadcast(make_letter(PEOPLE), now=now)
    assert deliver() == 12
    assert (len(mail_server.mails), len(second_server.mails)) == (5, 7)


def test_the_second_rank_steps_in_while_the_first_rests(
    mail_server, second_server, make_letter, now
):
    mail_server.sender_answer = "550 5.7.1 sender not allowed"
    start_broadcast(make_letter(PEOPLE), now=now)
    assert deliver() == 12
    assert (len(mail_server.mails), len(second_server.mails)) == (0, 12)
    assert set(Delivery.objects.values_list("status", "attempts")) == {("sent", 1)}
    assert len(transport_problems()) == 1
    assert _names(now) == {"second": (True, True)}
    assert _names(now + timedelta(minutes=5)) == {"default": (True, True)}
    assert _names(now, insist=True) == {"default": (True, True)}


def test_letters_go_one_way_and_service_mail_another(
    mail_server, second_server, make_letter, now
):
    _set("default", carries=SERVICE, now=now)
    _set("second", carries=LETTERS, rank=1, now=now)
    assert _names(now) == {"default": (True, False), "second": (False, True)}
    Transport.objects.filter(name="second").update(is_active=False)
    start_broadcast(make_letter(PEOPLE), now=now)
    _queue(now)
    assert deliver() == 1
    assert [to for to, _content in mail_server.mails] == ["ana@example.org"]
    Transport.objects.filter(name="second").update(is_active=True)
    assert [to for to, _content in second_server.mails] == []


def test_equal_ranks_share_the_work(second_server, now):
    _set("second", rank=1, now=now)
    assert _names(now) == {"default": (True, True), "second": (True, True)}


def test_a_way_out_that_was_just_named_carries_nothing(mail_server, settings, now):
    settings.MAIL_URLS = {"new": "smtp://mail.boreal.example"}
    default_transport()
    assert transport_named("new").is_active is False
    assert _names(now) == {"default": (True, True)}
    with pytest.raises(NotFound):
        transport_named("old")


def test_one_whose_address_is_wrong_is_left_out_and_told(mail_server, settings, now):
    settings.MAIL_URLS = {"new": "pigeon://home"}
    default_transport()
    Transport.objects.create(name="new", is_active=True)
    assert _names(now) == {"default": (True, True)}
    [problem] = transport_problems()
    assert problem.startswith("PERENNE_MAIL_URL_NEW ")


def test_a_warm_up_plan_is_a_daily_cap_that_grows(mail_server, make_letter, now):
    _set("default", warm_up_first_day=4, warm_up_growth_percent=50, now=now)
    start_broadcast(make_letter(PEOPLE), now=now)
    assert (deliver(), deliver()) == (4, 0)
    with clock.frozen(now + timedelta(days=1)):
        assert (deliver(), deliver()) == (6, 0)
    assert transports_shown(now=now + timedelta(days=1))[0].state == "full"


def test_what_did_not_leave_is_not_counted(mail_server, make_letter, now):
    mail_server.answers["p3@example.org"] = "451 4.7.1 greylisted"
    mail_server.answers["p4@example.org"] = "550 5.1.1 no such user"
    _set("default", daily_cap=20, now=now)
    start_broadcast(make_letter(PEOPLE), now=now)
    deliver()
    assert left_today(Transport.objects.get(), now=now) == 10


def test_a_domain_s_rate_holds_up_nobody_else(mail_server, make_letter, now):
    _limit("gmail.com", now, rate=60)
    people = [f"g{n}@gmail.com" for n in range(20)] + PEOPLE
    start_broadcast(make_letter(people), now=now)
    deliver(seconds=1)
    sent = {to for to, _content in mail_server.mails}
    assert sent >= set(PEOPLE)
    assert 1 <= len(sent - set(PEOPLE)) <= 4
    waiting = Delivery.objects.filter(status="queued")
    assert set(waiting.values_list("queue", flat=True)) == {"gmail.com"}


def test_a_domain_s_mails_at_once_are_limited(mail_server, make_letter, now):
    _limit("gmail.com", now, connections=1)
    start_broadcast(make_letter([f"g{n}@gmail.com" for n in range(40)]), now=now)
    assert deliver() == 40


def test_what_waited_for_a_domain_goes_with_the_others_once_it_is_free(
    mail_server, make_letter, now
):
    limit = _limit("gmail.com", now, rate=1)
    start_broadcast(make_letter([f"g{n}@gmail.com" for n in range(9)]), now=now)
    deliver(seconds=0.5)
    assert Delivery.objects.filter(queue="gmail.com").exists()
    free_domain(limit.pk, actor="system", now=now)
    deliver()
    assert len(mail_server.mails) == 9


def test_a_domain_is_limited_once(mail_server, now):
    _limit("gmail.com", now, rate=1)
    with pytest.raises(DomainIsLimited):
        _limit("gmail.com", now, rate=2)
    assert DomainLimit.objects.get().rate_per_minute == 1
    assert LogEntry.objects.filter(verb="mail.domain_limited").count() == 1


def test_a_way_out_is_forgotten_only_when_the_settings_name_it_no_more(
    second_server, settings, now
):
    with pytest.raises(NotFound):
        forget_transport("second", actor="system", now=now)
    settings.MAIL_URLS = {}
    forget_transport("second", actor="system", now=now)
    assert list(Transport.objects.values_list("name", flat=True)) == ["default"]


def test_two_workers_have_a_seat_each_and_share_the_limits(mail_server, now):
    _set("default", engines=2, rate_per_minute=61, connections=5, now=now)
    transport = default_transport()
    first, second, third = Lease(transport), Lease(transport), Lease(transport)
    assert (first.take(now=now), second.take(now=now), third.take(now=now)) == (
        True,
        True,
        False,
    )
    assert first.renew(now=now)
    assert [lease.share(61) for lease in (first, second)] == [31, 30]
    route = Route(transport, service=True, letters=True)
    assert [Limits(each, route).connections for each in (first, second)] == [3, 2]
    second.release()
    assert first.renew(now=now)
    assert first.share(61) == 61
    first.release()


def test_a_worker_s_start_frees_what_the_dead_held_but_not_what_the_living_hold(
    mail_server, make_letter, now
):
    _set("default", engines=2, now=now)
    start_broadcast(make_letter(PEOPLE), now=now)
    transport = default_transport()
    living = Lease(transport)
    assert living.take(now=now)
    scope = Scope(engine=living.engine, transport_id=transport.pk)
    assert len(claim(scope, limit=5, now=now)) == 5
    Delivery.objects.filter(address__in=PEOPLE[8:]).update(
        status="claimed", claimed_by="dead"
    )
    assert deliver() == 7
    assert Delivery.objects.filter(status="claimed").count() == 5
    living.release()
    assert deliver() == 5


def test_what_two_workers_claim_is_never_the_same(mail_server, make_letter, now):
    start_broadcast(make_letter(PEOPLE), now=now)
    pk = default_transport().pk
    found = [
        {row["address"] for row in claim(Scope(name, pk), limit=8, now=now)}
        for name in ("one", "two")
    ]
    assert (len(found[0]), len(found[1]), found[0] & found[1]) == (8, 4, set())


def test_the_day_s_mails_are_taken_when_they_are_claimed(mail_server, make_letter, now):
    start_broadcast(make_letter(PEOPLE), now=now)
    pk = default_transport().pk
    scope = Scope("one", pk, day_cap=10)
    assert len(claim(scope, limit=8, now=now)) == 8
    assert claim(scope, limit=8, now=now) == []
    assert Transport.objects.get().taken_on_day == 8
    assert Delivery.objects.filter(status="queued").count() == 4
