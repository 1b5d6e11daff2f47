"""Which settings fit together."""

import pytest

from perenne.backoffice.domain.findings import State
from perenne.backoffice.domain.settings_checks import address_finding, stripe_finding

LOCAL = ["127.0.0.1", "localhost", "[::1]"]
LIVE = {"api_base": "", "demo": False, "https": True}


@pytest.mark.parametrize(
    ("site_url", "allowed", "debug", "state"),
    [
        ("http://127.0.0.1:8000", LOCAL, False, State.OK),
        ("http://[::1]:8000", LOCAL, False, State.OK),
        ("http://localhost:8000", LOCAL, True, State.OK),
        ("https://boreal.example", [*LOCAL, "boreal.example"], False, State.OK),
        ("https://boreal.example", ["*"], False, State.OK),
        ("https://boreal.example", [*LOCAL, "boreal.example"], True, State.PROBLEM),
        ("http://boreal.example", [*LOCAL, "boreal.example"], False, State.PROBLEM),
        ("https://boreal.example", LOCAL, False, State.PROBLEM),
        ("boreal.example", LOCAL, False, State.PROBLEM),
    ],
)
def test_the_address_is_https_or_this_machine(site_url, allowed, debug, state):
    assert address_finding(site_url, allowed=allowed, debug=debug).state == state


@pytest.mark.parametrize(
    ("secret", "webhook", "where", "state"),
    [
        ("sk_live_abc", "whsec_abc", LIVE, State.OK),
        ("rk_live_abc", "whsec_abc", LIVE, State.OK),
        ("", "", LIVE, State.WARN),
        ("sk_test_abc", "whsec_abc", LIVE, State.WARN),
        ("sk_test_abc", "whsec_abc", LIVE | {"https": False}, State.OK),
        ("sk_test_demo", "whsec_demo", LIVE | {"api_base": "http://x"}, State.WARN),
        (
            "sk_test_demo",
            "whsec_demo",
            LIVE | {"api_base": "http://x", "demo": True},
            State.OK,
        ),
        ("pk_live_abc", "whsec_abc", LIVE, State.PROBLEM),
        ("sk_live_abc", "", LIVE, State.PROBLEM),
    ],
)
def test_the_payment_keys_are_told_by_their_shape(secret, webhook, where, state):
    assert stripe_finding(secret, webhook, **where).state == state
