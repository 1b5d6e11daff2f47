"""Money: integer cents and a currency; nothing is ever a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# ISO 4217: currencies whose minor unit is not a hundredth.
_MINOR_DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}


def minor_digits(currency: str) -> int:
    """Return how many decimals the currency has (EUR 2, JPY 0). Source: ISO 4217."""
    return _MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of one currency.

    amount_cents  integer minor units; negative for a credit
    currency      ISO 4217 code, upper case
    """

    amount_cents: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not whole minor units of a three-letter currency."""
        if not isinstance(self.amount_cents, int) or isinstance(
            self.amount_cents, bool
        ):
            raise TypeError("amount_cents must be a whole number of minor units")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError("currency must be an ISO 4217 code such as EUR")

    def __add__(self, other: Money) -> Money:
        """Return the sum; ValueError when the currencies differ."""
        return Money(self.amount_cents + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        """Return the difference; ValueError when the currencies differ."""
        return Money(self.amount_cents - self._same(other), self.currency)

    def __neg__(self) -> Money:
        """Return the opposite amount."""
        return Money(-self.amount_cents, self.currency)

    def __bool__(self) -> bool:
        """Tell whether the amount is other than zero."""
        return self.amount_cents != 0

    def decimal(self) -> Decimal:
        """Return the amount in major units, exactly (1234 EUR cents is 12.34)."""
        return Decimal(self.amount_cents).scaleb(-minor_digits(self.currency))

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be mixed")
        return other.amount_cents


def cents(amount: Decimal, currency: str = "EUR") -> int:
    """Return major units as integer minor units, rounded half up."""
    scaled = amount.scaleb(minor_digits(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(total_cents: int, rate_bp: int) -> int:
    """Return rate_bp basis points of total_cents, rounded half away from zero."""
    exact = Decimal(total_cents) * rate_bp / Decimal(10_000)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def allocate(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Split total_cents in proportion to weights; the parts sum to the total.

    Largest remainder; a tie goes to the earliest part, so the result is stable.

    total_cents  integer cents; negative for a credit
    weights      non-negative integers, at least one above zero
    Returns      integer cents in the order of weights, sum == total_cents
    Raises       ValueError: weights is empty, negative or all zero
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("weights must be non-negative with a positive sum")
    sign, total, whole = (-1 if total_cents < 0 else 1), abs(total_cents), sum(weights)
    floors = [total * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i)
    )
    for i in by_remainder[: total - sum(floors)]:
        floors[i] += 1
    return [sign * part for part in floors]
