"""What a buyer pays, when, and how often: shown before the order (R42, R66). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from perenne.money.domain.checkout.quoting import NO_REDUCTION, Reduction


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms a price is bought on.

    full_cents    each payment before a reduction: the price, or what the buyer chose
    recurring     False: one payment and nothing more
    instalments   payments in all; 1: until it is ended
    trial_days    paid by trial_cents; 0: no trial
    """

    full_cents: int
    recurring: bool = False
    instalments: int = 1
    trial_days: int = 0
    trial_cents: int = 0

    @property
    def today_cents(self) -> int:
        """Return what is due with the order, before a reduction."""
        return self.trial_cents if self.trial_days else self.full_cents

    @property
    def payments_left(self) -> int | None:
        """Return how many payments follow the first; None: no end."""
        return self.instalments - 1 if self.instalments > 1 else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Payments of one amount in a row; count None: until it is ended."""

    count: int | None
    cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is paid with the order, and the payments that follow it, in order."""

    today_cents: int
    after: tuple[Stretch, ...] = ()

    @property
    def total_cents(self) -> int | None:
        """Return the sum of all payments; None when they have no end."""
        whole = self.today_cents
        for stretch in self.after:
            if stretch.count is None:
                return None
            whole += stretch.count * stretch.cents
        return whole


def periods_left(terms: Terms, periods: int | None) -> int | None:
    """Return for how many payments after the first a coupon counts; None: for all.

    The price of a trial is not reduced: the coupon waits for the first full payment.

    periods  how many payments it counts for in all; None: for all
    """
    if periods is None or terms.trial_days:
        return periods
    return periods - 1


def plan_of(
    terms: Terms, reduction: Reduction = NO_REDUCTION, *, periods: int | None = 1
) -> Plan:
    """Return what is paid today and afterwards, the coupon taken off while it counts."""
    reduced = terms.full_cents - reduction.on(terms.full_cents)
    today = terms.trial_cents if terms.trial_days else reduced
    if not terms.recurring:
        return Plan(today)
    left, cut = terms.payments_left, periods_left(terms, periods)
    if reduced == terms.full_cents or cut == 0:
        return Plan(today, _row(left, terms.full_cents))
    if cut is None or (left is not None and cut >= left):
        return Plan(today, _row(left, reduced))
    rest = None if left is None else left - cut
    return Plan(today, (*_row(cut, reduced), *_row(rest, terms.full_cents)))


def _row(count: int | None, cents: int) -> tuple[Stretch, ...]:
    return () if count == 0 else (Stretch(count, cents),)
