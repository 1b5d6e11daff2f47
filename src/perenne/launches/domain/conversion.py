"""What part of the audience bought, and how sure that is (METRICS §5)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its 95 % interval; all fractions from 0 to 1."""

    share: float
    low: float
    high: float


def wilson_interval(successes: int, trials: int) -> Interval | None:
    """Return the Wilson score interval at 95 %, or None without a trial.

    centre ± half with z = 1.96: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n).
    Source: Wilson 1927, J. Am. Stat. Assoc. 22(158). 30 of 1,000: 2.11 % to 4.25 %.

    Raises  ValueError: successes are negative or more than the trials
    """
    if not trials:
        return None
    if not 0 <= successes <= trials:
        raise ValueError("successes lie between 0 and the trials")
    share, z_squared = successes / trials, _Z95 * _Z95
    centre = share + z_squared / (2 * trials)
    half = _Z95 * sqrt(share * (1 - share) / trials + z_squared / (4 * trials * trials))
    whole = 1 + z_squared / trials
    # The bounds of 0 and of all are exact; floats may miss them by a hair.
    low = 0.0 if successes == 0 else max(0.0, (centre - half) / whole)
    high = 1.0 if successes == trials else min(1.0, (centre + half) / whole)
    return Interval(share, low, high)
