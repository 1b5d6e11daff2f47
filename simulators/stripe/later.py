"""What happens by itself once the account's clock has moved far enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe import debits, disputes, payouts, refunds
from simulators.stripe.checkout import debit_failed, debit_settled, expire_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.stripe.store import Store


def _settle_debit(store: Store, key: str) -> None:
    if debits.settle(store, key):
        debit_settled(store, key)


def _fail_debit(store: Store, key: str) -> None:
    if debits.fail(store, key):
        debit_failed(store, key)


_ACTS: dict[str, Callable[[Store, str], object]] = {
    "settle_debit": _settle_debit,
    "fail_debit": _fail_debit,
    "return_debit": disputes.return_debit,
    "settle_refund": refunds.settle,
    "fail_refund": refunds.fail,
    "decide_dispute": disputes.decide,
    "pay_payout": payouts.arrive,
}


def run_due(store: Store) -> None:
    """Do everything whose time has come, each at its own instant, in order."""
    while store.agenda:
        at, what, key = entry = min(store.agenda)
        if at > store.now():
            break
        store.agenda.remove(entry)
        held, store.offset = store.offset, store.offset - (store.now() - at)
        try:
            _ACTS[what](store, key)
        finally:
            store.offset = held
    expire_due(store)
