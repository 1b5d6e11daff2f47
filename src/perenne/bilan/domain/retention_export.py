"""What a cohort tells, as plain values for the command line and other programs."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from perenne.bilan.domain.retention import Likely, NoFit, fit, losses, ltv_unknown
from perenne.bilan.domain.survival import observed_steps

if TYPE_CHECKING:
    from perenne.bilan.domain.retention import Fit, Interval

_USUAL_HORIZON = 12


def retention_values(
    cohort: dict[int, int],
    *,
    horizon: int | None,
    price_cents: int | None,
    discount: Decimal,
) -> dict[str, Any]:
    """Return fit, observed shares, projection and lifetime value as JSON values.

    horizon   last period projected; without it 12, or the last one counted if later
    discount  what a period's wait takes off a payment, a fraction above 0

    What is not known is None, and `no_fit` or `ltv_not_known` says why: a word.
    """
    last = max(_USUAL_HORIZON, *cohort) if horizon is None else horizon
    fitted, why = None, None
    try:
        fitted = fit(cohort)
    except NoFit as error:
        why = error.why
    likely = Likely(cohort, fitted) if fitted else None
    unknown = ltv_unknown(cohort, fitted)
    ltv: dict[str, Any] | None = None
    if likely and price_cents and not unknown:
        within = likely.payments(float(discount), last)
        ltv = {
            **_ltv(likely.payments(float(discount)), price_cents),
            "within_horizon": _ltv(within, price_cents),
        }
    return {
        "fit": _fit(fitted),
        "no_fit": why,
        "losses": losses(cohort),
        "observed": [
            {
                "period": step.at,
                "alive": cohort[step.at],
                "survival": _round(step.survival),
                "low": _round(step.low),
                "high": _round(step.high),
            }
            for step in observed_steps(cohort)
        ],
        "projection": _projection(likely, last),
        "ltv": ltv,
        "ltv_not_known": unknown or (None if price_cents else "no_price"),
        "discount_per_period": float(discount),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _fit(fitted: Fit | None) -> dict[str, Any] | None:
    if fitted is None:
        return None
    return {
        "alpha": round(fitted.alpha, 9),
        "beta": round(fitted.beta, 9),
        "log_likelihood": round(fitted.log_likelihood, 6),
        "edge": fitted.edge or None,
    }


def _projection(likely: Likely | None, last: int) -> list[dict[str, Any]]:
    rows: list[Interval | None] = (
        [*likely.projection(last)] if likely else [None] * (last + 1)
    )
    return [
        {
            "period": period,
            "survival": _round(row.value if row else None),
            "low": _round(row.low if row else None),
            "high": _round(row.high if row else None),
        }
        for period, row in enumerate(rows)
    ]


def _ltv(payments: Interval, price_cents: int) -> dict[str, int]:
    return {
        "cents": _cents(payments.value, price_cents),
        "low_cents": _cents(payments.low, price_cents),
        "high_cents": _cents(payments.high, price_cents),
    }


def _cents(payments: float, price_cents: int) -> int:
    """Return payments × price, rounded half up to a cent."""
    exact = Decimal(payments) * price_cents
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
