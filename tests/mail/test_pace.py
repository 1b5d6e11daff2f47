from perenne.mail.domain.pace import DomainGate, DomainRule, Pace
from perenne.mail.gateways.jobs import Job, Waiting


def test_a_quiet_hour_is_not_followed_by_a_burst():
    pace = Pace(60, start=0)
    assert (pace.allowed(0), pace.allowed(3600)) == (1, 2)
    pace.take(2)
    assert (pace.allowed(3600.5), pace.allowed(3601)) == (0, 1)


def test_a_domain_without_a_rule_has_any_room():
    assert DomainGate({}, start=0).room("example.org", 0) is None


def test_a_domain_s_rate_is_kept():
    gate = DomainGate({"gmail.com": DomainRule(60, 0)}, start=0)
    assert gate.room("gmail.com", 0) == 1
    gate.take("gmail.com")
    assert (gate.room("gmail.com", 0), gate.room("gmail.com", 1)) == (0, 1)


def test_ten_times_as_many_are_taken_ahead_as_may_be_under_way():
    gate = DomainGate({"gmail.com": DomainRule(0, 2)}, start=0)
    for _number in range(20):
        gate.take("gmail.com")
    assert (gate.room("gmail.com", 0), gate.at_once) == (0, {"gmail.com": 2})
    gate.end("gmail.com")
    assert gate.room("gmail.com", 0) == 1


def test_what_other_workers_have_whole_is_left_to_them():
    gate = DomainGate({"gmail.com": DomainRule(0, 0, is_open=False)}, start=0)
    assert gate.room("gmail.com", 100) == 0


def _job(number, domain=""):
    return Job(number, "a@x.example", f"{number}@{domain or 'y.example'}", list, domain)


def test_a_limited_domain_has_so_many_under_way_and_holds_up_nobody():
    waiting = Waiting({"gmail.com": 1})
    jobs = [_job(1, "gmail.com"), _job(2, "gmail.com"), _job(3)]
    waiting.add(jobs)
    first = waiting.take()
    assert (first, waiting.take(), waiting.take()) == (jobs[0], jobs[2], None)
    waiting.end(first)
    assert waiting.take() == jobs[1]


def test_a_job_that_was_not_begun_goes_back_to_the_front():
    waiting = Waiting({"gmail.com": 1})
    jobs = [_job(1, "gmail.com"), _job(2, "gmail.com")]
    waiting.add(jobs)
    waiting.put_back(waiting.take())
    assert (waiting.take(), waiting.take()) == (jobs[0], None)
    assert waiting.drain() == [jobs[1]]
