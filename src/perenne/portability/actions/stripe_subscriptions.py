"""Take live Stripe subscriptions over, row by row, without a new card (OP3).

Each row is a transaction of money; then Stripe is told to end its own billing with the
running period. A run that is killed and made again does nothing twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perenne.core import log
from perenne.money.api import (
    CannotBeTakenOver,
    ProviderRefused,
    ProviderUnavailable,
    card_payments_ready,
    check_billed,
    check_target,
    likely_price,
    read_billed,
    release_takeover,
    subscription_at_stripe,
    take_over_subscription,
    taken_refs,
    target_of,
    targets,
    unreleased_refs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from perenne.money.api import Billed


@dataclass(frozen=True, slots=True)
class RefusedSubscription:
    """A row that stays where it is: code and detail name the sentence."""

    row: int
    ref: str
    code: str
    detail: str = ""


@dataclass(slots=True)
class Report:
    """What became of the rows.

    waiting  taken over, but Stripe could not be told yet: nothing is charged by us
    """

    rows: int = 0
    taken: int = 0
    unchanged: int = 0
    waiting: int = 0
    refused: list[RefusedSubscription] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """How rows are taken over.

    mapping   Stripe's price → our price's id; what is not named is matched by amount,
              currency and rhythm if one price alone fits
    dry_run   check everything, write nothing, tell Stripe nothing
    language  of the mails to people who are new here
    """

    mapping: Mapping[str, int]
    language: str
    actor: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class FoundPrice:
    """A price of Stripe's that live subscriptions have.

    likely_id  of the one price here that fits by itself, None when it is not one
    """

    ref: str
    amount_cents: int
    currency: str
    subscriptions: int
    likely_id: int | None


def prices_found(rows: Iterable[Any], *, now: datetime) -> list[FoundPrice]:
    """Return the prices of the rows that can be read, the most frequent first."""
    choices = targets(now)
    first: dict[str, Billed] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        try:
            billed = read_billed(row)
        except CannotBeTakenOver:
            continue
        first.setdefault(billed.price_ref, billed)
        counts[billed.price_ref] += 1
    found = []
    for ref, count in counts.most_common():
        likely = likely_price(first[ref], choices)
        found.append(
            FoundPrice(
                ref,
                first[ref].amount_cents,
                first[ref].currency,
                count,
                likely.pk if likely else None,
            )
        )
    return found


def take_over_all(rows: Iterable[Any], plan: Plan, *, now: datetime) -> Report:
    """Take the rows over and return what became of each.

    Raises  ProviderUnavailable, ProviderRefused: only while the rows are being read;
            what was taken over before stays, and a second run goes on
    """
    report = Report()
    for number, row in enumerate(rows, start=1):
        report.rows += 1
        ref = str(row.get("id", "")) if isinstance(row, dict) else ""
        try:
            _take_over(row, plan, report, now=now)
        except CannotBeTakenOver as reason:
            refused = RefusedSubscription(number, ref, reason.code, reason.detail)
            report.refused.append(refused)
    if not plan.dry_run:
        log.record(
            "portability.subscriptions_taken_over",
            actor=plan.actor,
            at=now,
            rows=report.rows,
            taken=report.taken,
            refused=len(report.refused),
        )
    return report


def _take_over(row: Any, plan: Plan, report: Report, *, now: datetime) -> None:
    billed = read_billed(row)
    if billed.ref in taken_refs([billed.ref]):
        report.unchanged += 1
        _release(billed.ref, plan, report, now=now)
        return
    billed = _completed(billed)
    check_billed(billed, now=now)
    price_id = _price_for(billed, plan.mapping, now=now)
    if plan.dry_run:
        report.taken += 1
        return
    take_over_subscription(
        billed, price_id=price_id, language=plan.language, actor=plan.actor, now=now
    )
    report.taken += 1
    _release(billed.ref, plan, report, now=now)


def _completed(billed: Billed) -> Billed:
    """Ask Stripe for the customer, where the data only name them."""
    whole = billed.email and (billed.method or billed.ends)
    if whole or not card_payments_ready():
        return billed
    try:
        return read_billed(subscription_at_stripe(billed.ref))
    except ProviderUnavailable as error:
        raise CannotBeTakenOver("unreachable") from error
    except ProviderRefused as refusal:
        raise CannotBeTakenOver("refused", refusal.code) from refusal


def _price_for(billed: Billed, mapping: Mapping[str, int], *, now: datetime) -> int:
    choices = targets(now)
    named = mapping.get(billed.price_ref)
    for _offer, price in choices:
        if price.pk == named:
            check_target(billed, target_of(price))
            return price.pk
    found = likely_price(billed, choices) if named is None else None
    if found is None:
        raise CannotBeTakenOver("unmapped", billed.price_ref)
    return found.pk


def _release(ref: str, plan: Plan, report: Report, *, now: datetime) -> None:
    """Tell Stripe at once; what cannot be told waits for the clock."""
    takeover_id = unreleased_refs([ref]).get(ref)
    if takeover_id is None or plan.dry_run:
        return
    if not card_payments_ready():
        report.waiting += 1
        return
    try:
        release_takeover(takeover_id, now=now)
    except (ProviderUnavailable, ProviderRefused):
        report.waiting += 1
