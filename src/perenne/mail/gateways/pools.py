"""The pool of connections that fits an address."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from perenne.mail.domain.endpoint import Endpoint
from perenne.mail.domain.verdict import Reply
from perenne.mail.gateways.esp import EspSender
from perenne.mail.gateways.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perenne.mail.domain.esp import Address
    from perenne.mail.gateways.jobs import Job, Pool

_TEST_SECONDS = 20


def open_pool(address: Address, *, connections: int, limits: Mapping[str, int]) -> Pool:
    """Return connections to a mail server or a mail service, none of them open yet.

    limits  how many messages at once to a domain
    """
    if isinstance(address, Endpoint):
        return Sender(address, connections=connections, limits=limits)
    return EspSender(address, connections=connections, limits=limits)


def send_one(address: Address, job: Job) -> Reply:
    """Send one message and return the server's answer; code 0 says why there is none."""
    pool = open_pool(address, connections=1, limits={})
    pool.start()
    try:
        pool.submit([job])
        end = time.monotonic() + _TEST_SECONDS
        while time.monotonic() < end:
            for result in pool.results(timeout=end - time.monotonic()):
                return result.reply
            if not pool.alive:
                break
        return Reply(0, "the server did not answer in time")
    finally:
        pool.abandon()
