"""What callers hand over and get back: files, recipients, progress."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with a service mail."""

    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of a letter.

    ref                the caller's name for them ("person:12")
    merge              values for {{ merge.<key> }}
    unsubscribe_token  opaque and unguessable: recipient and list (R23)
    """

    address: str
    ref: str = ""
    merge: dict[str, str] = field(default_factory=dict)
    unsubscribe_token: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a letter is.

    waiting          not yet decided: queued, in flight or to be tried again
    rate_per_minute  as measured while sending, 0 when it is not
    seconds_left     at that rate, None when it is not known
    """

    state: str
    total: int
    sent: int
    failed: int
    suppressed: int
    waiting: int
    rate_per_minute: int
    seconds_left: int | None

    @property
    def decided(self) -> int:
        """Return how many have their final state."""
        return self.total - self.waiting


def progress(
    *,
    state: str,
    total: int,
    sent: int,
    failed: int,
    suppressed: int,
    cancelled: int,
    rate_per_minute: int,
) -> Progress:
    """Return the progress that a letter's counts mean."""
    waiting = max(total - sent - failed - suppressed - cancelled, 0)
    rate = rate_per_minute if state == "running" else 0
    return Progress(
        state=state,
        total=total,
        sent=sent,
        failed=failed,
        suppressed=suppressed,
        waiting=waiting,
        rate_per_minute=rate,
        seconds_left=-(-waiting * 60 // rate) if rate else None,
    )
