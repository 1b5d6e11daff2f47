"""Everything the account holds since an instant, for the nightly comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from perenne.money.gateways.protocol import (
    GivenBack,
    Progress,
    ProviderRefused,
    SeenDispute,
    SeenPayment,
    SeenPayout,
)
from perenne.money.gateways.stripe import reading
from perenne.money.gateways.stripe.client import client
from perenne.money.gateways.stripe.errors import told_apart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_PAGE = 100


def _since(instant: datetime | None, **more: Any) -> Any:
    created = {"created": {"gte": int(instant.timestamp())}} if instant else {}
    return {"limit": _PAGE, **created, **more}


def payments(since: datetime | None) -> Iterator[SeenPayment]:
    """Yield the charges that took money."""
    expand = ["data.balance_transaction", "data.payment_intent"]
    with told_apart():
        found = client().v1.charges.list(_since(since, expand=expand))
        for charge in found.auto_paging_iter():
            if charge.paid and charge.status == "succeeded" and charge.captured:
                yield reading.seen_payment(charge)


def refunds(since: datetime | None) -> Iterator[GivenBack]:
    """Yield the refunds."""
    with told_apart():
        found = client().v1.refunds.list(_since(since))
        for refund in found.auto_paging_iter():
            yield reading.given_back(refund)


def refunds_of(payment_ref: str) -> list[GivenBack]:
    """Return every refund of a payment intent."""
    with told_apart():
        found = client().v1.refunds.list(
            {"payment_intent": payment_ref, "limit": _PAGE}
        )
        return [reading.given_back(refund) for refund in found.auto_paging_iter()]


def disputes(since: datetime | None) -> Iterator[SeenDispute]:
    """Yield the disputes."""
    with told_apart():
        found = client().v1.disputes.list(_since(since))
        for dispute in found.auto_paging_iter():
            yield reading.seen_dispute(dispute)


def payouts(since: datetime | None) -> Iterator[SeenPayout]:
    """Yield the payouts with what is in them."""
    with told_apart():
        found = client().v1.payouts.list(_since(since))
        for payout in found.auto_paging_iter():
            yield seen_payout(payout)


def seen_payout(payout: Any) -> SeenPayout:
    """Return a payout with its contents, those of a failed one it made good included."""
    held: dict[str, set[str]] = {"payment": set(), "refund": set(), "dispute": set()}
    itemised = True
    try:
        with told_apart():
            _collect(payout.id, held)
    except ProviderRefused:
        itemised = False  # one made by hand: its contents are not told
    return SeenPayout(
        ref=payout.id,
        amount_cents=int(payout.amount),
        currency=payout.currency.upper(),
        progress=reading.PAYOUT.get(str(payout.status), Progress.UNDER_WAY),
        made_at=reading.instant(payout.created),
        arrives_on=reading.instant(payout.arrival_date).date(),
        payments=frozenset(held["payment"]),
        refunds=frozenset(held["refund"]),
        disputes=frozenset(held["dispute"]),
        itemised=itemised,
    )


def _collect(ref: str, held: dict[str, set[str]]) -> None:
    """Add what a payout carried; one that makes a failed payout good carries its too."""
    found = client().v1.balance_transactions.list(
        {"payout": ref, "limit": _PAGE, "expand": ["data.source"]}
    )
    for row in found.auto_paging_iter():
        source = row.source
        if not source or isinstance(source, str):
            continue
        if source.object == "charge":
            held["payment"].add(str(source.payment_intent or source.id))
        elif source.object in held:
            held[source.object].add(source.id)
        elif row.type == "payout_failure" and source.id != ref:
            _collect(source.id, held)
