"""What a server's reply means for a delivery, and when to try again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

# 1 minute, 5, 15, 30, then 1, 2, 4, 8, 16 and 16 hours: about two days (RFC 5321, 4.5.4.1
# asks for four to five for mail that waits in a relay; ours is handed to the relay).
RETRY_MINUTES = (1, 5, 15, 30, 60, 120, 240, 480, 960, 960)

# RFC 3463: bad mailbox, bad system, bad syntax, moved, null MX, disabled mailbox.
_DEAD_CODES = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
_DEAD_WORDS = re.compile(
    r"(user|recipient|mailbox|address|account)\b.{0,40}"
    r"\b(unknown|not found|does(n't| not) exist|disabled|inactive|no longer)"
    r"|(no such|unknown|invalid) (user|recipient|mailbox|address|account)",
    re.IGNORECASE,
)
_RELAY_WORDS = re.compile(
    r"relay(ing)?\b.{0,20}(denied|not permitted|prohibited)", re.I
)
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_AUTHENTICATION = {530, 534, 535, 538}


class Stage(Enum):
    """How far a message had come when the server spoke.

    RETURNED means that nothing of the message was sent: it is handed back as it was.
    LOST means that the connection broke after its text was sent, before the answer.
    """

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"
    LOST = "lost"
    RETURNED = "returned"


class Verdict(Enum):
    """What becomes of the delivery.

    BOUNCED    failed, and the address is dead: suppress it
    TRANSPORT  the server refuses us, not this message: stop and tell the owner
    """

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    BOUNCED = "bounced"
    TRANSPORT = "transport"
    PUT_BACK = "put_back"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer: three-digit code (0 when there was none) and its text."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """Return the enhanced status code of RFC 3463, or ""."""
        found = _ENHANCED.search(self.text[:20])
        return found[1] if found else ""


def verdict(stage: Stage, reply: Reply) -> Verdict:
    """Return what a reply at that stage means for the one recipient."""
    if stage is Stage.RETURNED:
        return Verdict.PUT_BACK
    if stage is Stage.CONNECT:
        return Verdict.TRANSPORT
    if stage is Stage.CONTENT and 200 <= reply.code < 300:
        return Verdict.SENT
    if stage is Stage.LOST or reply.code < 500:
        return Verdict.RETRY
    if _refuses_us(stage, reply):
        return Verdict.TRANSPORT
    return Verdict.BOUNCED if _is_dead(reply) else Verdict.FAILED


def _refuses_us(stage: Stage, reply: Reply) -> bool:
    """Tell whether every other message would be refused just the same."""
    if reply.code in _AUTHENTICATION or stage is Stage.MAIL:
        return True
    return bool(_RELAY_WORDS.search(reply.text))


def _is_dead(reply: Reply) -> bool:
    """Tell whether the address does not exist (any more); policy refusals do not say so."""
    if reply.enhanced:
        return reply.enhanced in _DEAD_CODES
    return bool(_DEAD_WORDS.search(reply.text))


def retry_delay(attempts: int) -> timedelta | None:
    """Return how long to wait after that many attempts, or None to give up."""
    if attempts > len(RETRY_MINUTES):
        return None
    return timedelta(minutes=RETRY_MINUTES[attempts - 1])
