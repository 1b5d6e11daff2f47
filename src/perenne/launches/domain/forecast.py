"""How many will buy in the next launch, and how many to mail for it (METRICS §5)."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

from perenne.launches.domain.beta import Beta, count_probabilities, log_beta

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_CONTACTS = 10_000_000
MOST_BUYERS = 100_000
SURE_ENOUGH = 0.8
_WEIGHT_STEPS = 6
_WEIGHT_DEVIATION = 0.5
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Past:
    """A launch that was: distinct buyers among the contacts that were mailed."""

    buyers: int
    base: int


@dataclass(frozen=True, slots=True)
class Buyers:
    """Buyers of the next launch: at most that many in 1, 5 and 9 cases of 10."""

    p10: int
    p50: int
    p90: int


def next_share(prior: Beta, past: Sequence[Past]) -> Beta:
    """Return what the prior and the past launches say of the next launch's share.

    Without past launches that is the prior. Else a launch's share is drawn around the
    owner's mean m with weight w, as Beta(m·w, (1−m)·w): m has the prior, w is about the
    prior's own α+β, within a factor of 1.6 two times of three. All (m, w) count by their
    beta-binomial likelihood, rather than the likeliest alone: few launches leave the
    spread open, and a single one would seem to have none. The next share's mean and
    variance are kept in one Beta.
    """
    if not past:
        return prior
    usual = log(prior.alpha + prior.beta)
    rows = []
    for step in range(-_WEIGHT_STEPS, _WEIGHT_STEPS + 1):
        from_usual = 2.5 * step / _WEIGHT_STEPS  # in standard deviations
        weight = exp(usual + from_usual * _WEIGHT_DEVIATION)
        height, mean, variance = _given_weight(prior, past, weight)
        rows.append((height - from_usual**2 / 2, mean, variance))
    top = max(height for height, _mean, _variance in rows)
    likely = [(exp(height - top), mean, variance) for height, mean, variance in rows]
    whole = sum(w for w, _mean, _variance in likely)
    mean = sum(w * m for w, m, _variance in likely) / whole
    variance = sum(w * (v + (m - mean) ** 2) for w, m, v in likely) / whole
    total = mean * (1 - mean) / variance - 1
    return Beta(mean * total, (1 - mean) * total)


def _log_likelihood(past: Sequence[Past], mean: float, weight: float) -> float:
    a, b = mean * weight, (1 - mean) * weight
    nothing = log_beta(a, b)
    return sum(
        log_beta(a + one.buyers, b + one.base - one.buyers) - nothing for one in past
    )


def _given_weight(
    prior: Beta, past: Sequence[Past], weight: float
) -> tuple[float, float, float]:
    """Return log-likelihood of that weight, then mean and variance of the next share."""

    def height(odds: float) -> float:
        mean = 1 / (1 + exp(-odds))
        log_prior = prior.alpha * log(mean) + prior.beta * log(1 - mean)
        return log_prior + _log_likelihood(past, mean, weight)

    low, high = -16.0, 16.0
    for _zoom in range(3):
        odds = [low + (high - low) * i / _STEPS for i in range(_STEPS + 1)]
        heights = [height(each) for each in odds]
        top = max(heights)
        likely = [i for i, each in enumerate(heights) if each > top - 20]
        step = odds[1] - odds[0]
        low, high = odds[max(likely[0] - 1, 0)], odds[min(likely[-1] + 1, _STEPS)]
    shares = [1 / (1 + exp(-each)) for each in odds]
    parts = [exp(each - top) for each in heights]
    whole = sum(parts)
    mean = sum(w * m for w, m in zip(parts, shares, strict=True)) / whole
    # How far the mean may be off, and the launch's own departure: m(1−m) ÷ (weight + 1).
    variance = sum(
        w * ((m - mean) ** 2 + m * (1 - m) / (weight + 1))
        for w, m in zip(parts, shares, strict=True)
    )
    return top + log(whole * step), mean, variance / whole


def buyers_of(share: Beta, audience: int) -> Buyers:
    """Return the range of buyers among that many contacts mailed."""
    wanted = [0.1, 0.5, 0.9]
    found: list[int] = []
    total = 0.0
    for count, probability in enumerate(count_probabilities(share, audience)):
        total += probability
        while len(found) < 3 and total >= wanted[len(found)]:
            found.append(count)
        if len(found) == 3:
            break
    return Buyers(*found)


def chance_of(share: Beta, audience: int, goal: int) -> float:
    """Return the probability of at least that many buyers."""
    if goal > audience:
        return 0.0
    fewer = zip(range(goal), count_probabilities(share, audience), strict=False)
    return min(1.0, max(0.0, 1 - sum(probability for _count, probability in fewer)))


def audience_for(share: Beta, buyers: int) -> int | None:
    """Return the fewest contacts to mail for that many buyers in 8 launches of 10.

    None when more than MOST_CONTACTS would be needed.
    """
    if chance_of(share, MOST_CONTACTS, buyers) < SURE_ENOUGH:
        return None
    short, enough = buyers - 1, MOST_CONTACTS
    while enough - short > 1:
        middle = (short + enough) // 2
        if chance_of(share, middle, buyers) >= SURE_ENOUGH:
            enough = middle
        else:
            short = middle
    return enough
