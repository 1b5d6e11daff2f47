"""How long customers stay: the shifted beta-geometric, fitted to one cohort (METRICS §6).

Source: Fader & Hardie 2007, "How to Project Customer Retention", J. Interactive Marketing
21(1). With m = α ÷ (α+β), the share lost in the first period, and f = 1 ÷ (α+β), how much
customers differ, the share of those still there that is lost in period k is
m ÷ (1 + f·(k−1)). The fit is sought in m and f: for a given f the likelihood has one
summit in m, so that no start is needed and equal customers (f = 0) are no special case.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, expm1, inf, log, log1p, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENOUGH_LOSSES = 30
_F_RANGE = log(1e-6), log(1e6)
_HALF_CHI2_95 = 1.9207294103470612  # half the 95 % point of chi-squared, 1 degree
_Z95 = 1.959963984540054
_GOLDEN = (sqrt(5) - 1) / 2
_NOTHING = 1e-10  # share of a payment below which the rest is left out


class NoFit(ValueError):
    """The cohort does not tell how loss goes on; `why` is the word for it."""

    def __init__(self, why: str) -> None:
        """Keep the reason: two_periods, nobody_lost or lost_at_once."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The most likely model of a cohort.

    edge  "equal" when no difference between customers shows (α and β stand at their
          bound: every period loses the same share), "settled" when those who stayed
          after the first losses seem to stay for ever; else ""
    """

    mean: float
    spread: float
    log_likelihood: float
    edge: str

    @property
    def alpha(self) -> float:
        """Return α = m ÷ f."""
        return self.mean / self.spread

    @property
    def beta(self) -> float:
        """Return β = (1 − m) ÷ f."""
        return (1 - self.mean) / self.spread


@dataclass(frozen=True, slots=True)
class _Gap:
    """From one counted period to the next: periods in between, who stayed, who left."""

    periods: range
    stayed: int
    lost: int


def _gaps(cohort: dict[int, int]) -> list[_Gap]:
    return [
        _Gap(range(start, end), stayed, before - stayed)
        for (start, before), (end, stayed) in pairwise(cohort.items())
        if before
    ]


def _log_likelihood(gaps: list[_Gap], mean: float, spread: float) -> float:
    total = 0.0
    for gap in gaps:
        log_kept = sum(log1p(-mean / (1 + spread * k)) for k in gap.periods)
        total += gap.stayed * log_kept
        if gap.lost:
            total += gap.lost * log(-expm1(log_kept))
    return total


def _slope(gaps: list[_Gap], mean: float, spread: float) -> float:
    """Return the derivative of the log-likelihood in the mean; it only falls."""
    total = 0.0
    for gap in gaps:
        log_kept, pull = 0.0, 0.0
        for k in gap.periods:
            share = 1 / (1 + spread * k)
            log_kept += log1p(-share * mean)
            pull += share / (1 - share * mean)
        total += gap.lost * pull / expm1(-log_kept) - gap.stayed * pull
    return total


def _summit(gaps: list[_Gap], spread: float) -> tuple[float, float]:
    """Return (mean, log-likelihood), the mean being the likeliest for that spread."""
    mean = _crossing(lambda m: _slope(gaps, m, spread), 1e-12, 1 - 1e-12)
    return mean, _log_likelihood(gaps, mean, spread)


def _crossing(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function goes under 0, by halving."""
    for _turn in range(46):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def fit(cohort: dict[int, int]) -> Fit:
    """Return the most likely shifted beta-geometric; periods not counted may be missing.

    cohort  customers by period, in order, from period 0 on

    Raises  NoFit: fewer than two steps counted, nobody lost, or everybody at once
    """
    gaps = _gaps(cohort)
    _check(cohort, gaps)
    low, high = _F_RANGE
    places = [low + (high - low) * i / 60 for i in range(61)]
    best = max(range(61), key=lambda i: _summit(gaps, exp(places[i]))[1])
    left, right = places[max(best - 1, 0)], places[min(best + 1, 60)]
    for _turn in range(48):
        inner = right - _GOLDEN * (right - left)
        outer = left + _GOLDEN * (right - left)
        if _summit(gaps, exp(inner))[1] >= _summit(gaps, exp(outer))[1]:
            right = outer
        else:
            left = inner
    spread = exp((left + right) / 2)
    mean, likelihood = _summit(gaps, spread)
    edge = "equal" if spread < 1e-5 else "settled" if spread > 1e5 else ""
    return Fit(mean, spread, likelihood, edge)


def _check(cohort: dict[int, int], gaps: list[_Gap]) -> None:
    if gaps and not losses(cohort):
        raise NoFit("nobody_lost")
    if gaps and not gaps[0].stayed:
        raise NoFit("lost_at_once")
    if len(gaps) < 2:
        raise NoFit("two_periods")


def losses(cohort: dict[int, int]) -> int:
    """Return how many of the cohort were lost."""
    counts = list(cohort.values())
    return counts[0] - counts[-1]


def _curve(mean: float, spread: float) -> Iterator[float]:
    """Yield S(0), S(1), … without end."""
    survival, k = 1.0, 0
    while True:
        yield survival
        survival *= 1 - mean / (1 + spread * k)
        k += 1


def _survivals(mean: float, spread: float, horizon: int) -> list[float]:
    curve = _curve(mean, spread)
    return [next(curve) for _period in range(horizon + 1)]


def ltv_unknown(cohort: dict[int, int], fitted: Fit | None) -> str:
    """Return why the lifetime value is not known, or "" when it is."""
    if losses(cohort) < ENOUGH_LOSSES:
        return "few_losses"
    if fitted is None:
        return "no_fit"
    return "settled" if fitted.edge == "settled" else ""


class Likely:
    """The models that the cohort does not speak against, at 95 %.

    All (mean, spread) whose log-likelihood is within 1.92 of the best: a figure's lowest
    and highest value over them is its profile-likelihood interval.
    """

    def __init__(self, cohort: dict[int, int], fitted: Fit) -> None:
        """Walk along the rim of the likely models."""
        self._cohort, self._fitted = cohort, fitted
        self._gaps = _gaps(cohort)
        self._floor = fitted.log_likelihood - _HALF_CHI2_95
        self._rim = [pair for place in self._places() for pair in self._ends(place)]

    def _places(self) -> list[float]:
        """Return logarithms of likely spreads, the fitted one among them."""
        low, high = _F_RANGE
        best = log(self._fitted.spread)

        def above(place: float) -> float:
            return _summit(self._gaps, exp(place))[1] - self._floor

        left = low if above(low) >= 0 else _crossing(lambda x: -above(x), low, best)
        right = high if above(high) >= 0 else _crossing(above, best, high)
        return [best, *(left + (right - left) * i / 40 for i in range(41))]

    def _ends(self, place: float) -> Iterator[tuple[float, float]]:
        """Yield the rim's models of that spread: fewest losses, then most."""
        spread = exp(place)
        summit, height = _summit(self._gaps, spread)
        if height < self._floor:
            yield from ((summit, spread), (summit, spread))
            return

        def above(mean: float) -> float:
            return _log_likelihood(self._gaps, mean, spread) - self._floor

        yield _crossing(lambda m: -above(m), 1e-12, summit), spread
        yield _crossing(above, summit, 1 - 1e-12), spread

    def projection(self, horizon: int) -> list[Interval]:
        """Return the share still there in each period from 0 to the horizon.

        The band holds what the model leaves open and, after the last counted period, the
        chance of those who were still there then; both distances are added as squares.
        """
        fitted = _survivals(self._fitted.mean, self._fitted.spread, horizon)
        curves = [_survivals(*pair, horizon) for pair in self._rim]
        chance = self._chance(horizon)
        return [
            Interval(
                value,
                max(0.0, value - sqrt((value - min(column)) ** 2 + chance[at] ** 2)),
                min(1.0, value + sqrt((value - max(column)) ** 2 + chance[at] ** 2)),
            )
            for at, value in enumerate(fitted)
            for column in [[value, *(curve[at] for curve in curves)]]
        ]

    def _chance(self, horizon: int) -> list[float]:
        """Return 1.96 standard deviations of the share, by period."""
        start, last = self._cohort[0], max(self._cohort)
        alive = self._cohort[last]
        curve = _survivals(self._fitted.mean, self._fitted.spread, max(horizon, last))
        if not alive:
            return [0.0] * (horizon + 1)
        kept = [min(1.0, value / curve[last]) for value in curve]
        return [
            _Z95 * sqrt(alive * share * (1 - share)) / start
            for share in kept[: horizon + 1]
        ]

    def payments(self, discount: float, horizon: float = inf) -> Interval:
        """Return how many payments a new customer makes, each worth its day's value.

        Σ S(t) ÷ (1 + discount)^t from t = 0, the first payment, to the horizon. Without
        a horizon the discount must be above 0: with α ≤ 1 the bare sum has no end.
        """
        fitted = self._fitted.mean, self._fitted.spread
        value = _payments(fitted, discount, horizon)
        rim = [_payments(model, discount, horizon) for model in self._rim]
        return Interval(value, min(value, *rim), max(value, *rim))


def _payments(model: tuple[float, float], discount: float, horizon: float) -> float:
    total, worth = 0.0, 1.0
    for period, survival in enumerate(_curve(*model)):
        if period > horizon or survival * worth < _NOTHING:
            break
        total += survival * worth
        worth /= 1 + discount
    return total
