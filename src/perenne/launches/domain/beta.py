"""Beta and beta-binomial distributions: a share that is not known, and counts from it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Beta:
    """A share distributed as Beta(α, β)."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """Return α ÷ (α+β)."""
        return self.alpha / (self.alpha + self.beta)

    def below(self, share: float) -> float:
        """Return the probability that the share is at most that.

        The regularised incomplete beta function by its continued fraction (NIST DLMF
        8.17.22), on the side where it converges fast.
        """
        if not 0 < share < 1:
            return float(share >= 1)
        if share > (self.alpha + 1) / (self.alpha + self.beta + 2):
            return 1 - Beta(self.beta, self.alpha).below(1 - share)
        front = self.alpha * log(share) + self.beta * log1p(-share)
        front -= log_beta(self.alpha, self.beta) + log(self.alpha)
        return exp(front) / self._fraction(share)

    def _fraction(self, x: float) -> float:
        """Return 1 + d₁/(1 + d₂/(1 + …)), from its 400th level back."""
        a, b = self.alpha, self.beta
        value = 1.0
        for m in range(200, -1, -1):
            even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) if m else 0.0
            odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            value = 1 + odd / value
            value = 1 + even / value if m else value
        return value


def log_beta(alpha: float, beta: float) -> float:
    """Return the logarithm of the beta function."""
    return lgamma(alpha) + lgamma(beta) - lgamma(alpha + beta)


def beta_between(low: float, high: float) -> Beta:
    """Return the Beta with 5 % below `low` and 5 % above `high`.

    Raises  ValueError: not 0 < low < high < 1
    """
    if not 0 < low < high < 1:
        raise ValueError("0 < low < high < 1")

    def with_weight(weight: float) -> Beta:
        """Return the one of that α+β with 5 % below `low`."""

        def excess(mean: float) -> float:
            return Beta(mean * weight, (1 - mean) * weight).below(low) - 0.05

        mean = _crossing(excess, 0.0, 1.0)
        return Beta(mean * weight, (1 - mean) * weight)

    def too_wide(log_weight: float) -> float:
        return 0.95 - with_weight(exp(log_weight)).below(high)

    return with_weight(exp(_crossing(too_wide, log(0.1), log(1e5))))


def _crossing(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function goes under 0, by halving."""
    for _turn in range(50):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def count_probabilities(share: Beta, trials: int) -> Iterator[float]:
    """Yield the beta-binomial P(0), P(1), … P(trials)."""
    a, b = share.alpha, share.beta
    at = log_beta(a, b + trials) - log_beta(a, b)
    for count in range(trials + 1):
        yield exp(at)
        if count < trials:
            at += log((trials - count) / (count + 1))
            at += log((a + count) / (b + trials - count - 1))
