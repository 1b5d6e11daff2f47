"""When a lesson opens for one person: drip by date, by days, and order (CC3, CC4, CC8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What decides whether one lesson is open for one person.

    free              open to everyone who knows the course
    opens_at          not before this instant; None: no such rule
    opens_after_days  not before so many days of access; None: no such rule
    done              this person finished it
    """

    free: bool = False
    opens_at: datetime | None = None
    opens_after_days: int | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a lesson is open, and if not, what to wait for.

    opens_at        the instant it opens, when time is what is missing
    after_previous  an earlier lesson must be finished first
    """

    is_open: bool
    opens_at: datetime | None = None
    after_previous: bool = False


OPEN, SHUT = Opening(is_open=True), Opening(is_open=False)


def opening_instant(step: Step, *, since: datetime) -> datetime:
    """Return when the step opens for someone with access since then.

    The later of both rules; `since` itself when there is none.
    """
    instants = [since]
    if step.opens_at is not None:
        instants.append(step.opens_at)
    if step.opens_after_days is not None:
        instants.append(since + timedelta(days=step.opens_after_days))
    return max(instants)


def openings(
    steps: Iterable[Step], *, since: datetime | None, now: datetime, in_order: bool
) -> list[Opening]:
    """Return the opening of each lesson, in the course's order.

    since     when this person's access began; None: no access, only free lessons open
    in_order  a lesson waits until every earlier one that is not free is finished; one
              that was finished once stays open
    """
    result: list[Opening] = []
    all_done = True
    for step in steps:
        waits = in_order and not all_done and not step.done
        result.append(_opening(step, since, now, waits=waits))
        all_done = all_done and (step.done or step.free)
    return result


def _opening(
    step: Step, since: datetime | None, now: datetime, *, waits: bool
) -> Opening:
    if step.free:
        return OPEN
    if since is None:
        return SHUT
    opens_at = opening_instant(step, since=since)
    if now < opens_at:
        return Opening(is_open=False, opens_at=opens_at, after_previous=waits)
    return Opening(is_open=False, after_previous=True) if waits else OPEN
