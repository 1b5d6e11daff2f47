"""Behind a proxy, each visitor counts by their own address."""

import pytest
from django.test import Client

from perenne.core.web.client_address import ClientAddressMiddleware

PROXIES = ["127.0.0.0/8", "::1", "10.0.0.0/24"]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "seen"),
    [
        ([], "127.0.0.1", "203.0.113.7", "127.0.0.1"),
        (PROXIES, "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        (PROXIES, "::1", "2001:db8::7", "2001:db8::7"),
        (PROXIES, "127.0.0.1", "", "127.0.0.1"),
        # A visitor who reaches us directly, or writes the header, gains nothing.
        (PROXIES, "198.51.100.9", "203.0.113.7", "198.51.100.9"),
        (PROXIES, "127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (PROXIES, "127.0.0.1", "203.0.113.7, 10.0.0.5", "203.0.113.7"),
        (PROXIES, "127.0.0.1", "<script>, 203.0.113.7", "203.0.113.7"),
        (PROXIES, "127.0.0.1", "nonsense", "127.0.0.1"),
    ],
)
def test_the_visitors_address_is_told(rf, settings, proxies, peer, forwarded, seen):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded})
    told = ClientAddressMiddleware(lambda asked: asked.META["REMOTE_ADDR"])(request)
    assert told == seen


def test_one_visitor_too_many_times_leaves_the_others_alone(business, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]

    def ask(number, address):
        form = {"email": f"nobody{number}@example.org"}
        headers = {"x-forwarded-for": address}
        return Client().post("/login/", form, headers=headers).status_code

    assert [ask(at, "203.0.113.7") for at in range(21)] == [302] * 20 + [200]
    assert ask(21, "203.0.113.8") == 302
