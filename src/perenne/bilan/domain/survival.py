"""What share is still there, from what was seen (METRICS §6)."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Step:
    """The share that outlives a time, with its 95 % interval; fractions from 0 to 1.

    at_risk  those watched just before
    low      None with high where nobody, or everybody, was lost: the band has no width
    """

    at: int
    at_risk: int
    lost: int
    survival: float
    low: float | None
    high: float | None


def kaplan_meier(counts: Iterable[tuple[int, int, int]]) -> list[Step]:
    """Return a step per time, in order.

    counts  (time, how many were lost then, how many were last seen then and not lost):
            each person once; the latter count among those at risk at that time

    S(t) = Π (1 − lost ÷ at risk). Source: Kaplan & Meier 1958, J. Am. Stat. Assoc.
    53(282). Band: S^exp(±1.96·√Σ lost ÷ (at risk·(at risk − lost)) ÷ log S), the log-log
    transformation of Greenwood's variance (Kalbfleisch & Prentice 1980).
    """
    rows = sorted(counts)
    watched = sum(lost + seen for _at, lost, seen in rows)
    steps = []
    survival, greenwood = 1.0, 0.0
    for at, lost, seen in rows:
        if lost:
            survival *= (watched - lost) / watched
        if lost < watched:
            greenwood += lost / (watched * (watched - lost))
        low, high = _log_log_band(survival, greenwood)
        steps.append(Step(at, watched, lost, survival, low, high))
        watched -= lost + seen
    return steps


def _log_log_band(
    survival: float, greenwood: float
) -> tuple[float, float] | tuple[None, None]:
    if not 0 < survival < 1:
        return None, None
    reach = _Z95 * sqrt(greenwood) / -log(survival)
    return survival ** exp(reach), survival ** exp(-reach)


def observed_steps(cohort: dict[int, int]) -> list[Step]:
    """Return a step per counted period of a cohort: {period: customers}, in order."""
    last = max(cohort)
    before = [cohort[0], *cohort.values()]
    return kaplan_meier(
        (period, was - alive, alive if period == last else 0)
        for was, (period, alive) in zip(before, cohort.items(), strict=False)
    )
