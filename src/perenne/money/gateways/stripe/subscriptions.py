"""Stripe's own subscriptions, for those who leave them behind (OP3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from perenne.money.gateways.stripe.client import client
from perenne.money.gateways.stripe.errors import told_apart

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE = 100
_EXPAND = ["data.customer"]
_OVER = frozenset({"canceled", "incomplete_expired"})
_MARK = {"perenne": "taken_over"}


def live_subscriptions() -> Iterator[dict[str, Any]]:
    """Yield every subscription that is not over, its customer with it.

    Raises  ProviderUnavailable, ProviderRefused
    """
    after = ""
    while True:
        asked: dict[str, Any] = {"limit": _PAGE, "status": "all", "expand": _EXPAND}
        if after:
            asked["starting_after"] = after
        with told_apart():
            page = client().v1.subscriptions.list(asked)  # type: ignore[arg-type]
        for row in page.data:
            yield row.to_dict()
        if not page.has_more or not page.data:
            return
        after = page.data[-1].id


def fetch_subscription(ref: str) -> dict[str, Any]:
    """Return a subscription as it stands, its customer with it.

    Raises  ProviderUnavailable, ProviderRefused
    """
    with told_apart():
        row = client().v1.subscriptions.retrieve(ref, {"expand": ["customer"]})
    return dict(row.to_dict())


@dataclass(frozen=True, slots=True)
class Released:
    """A subscription that Stripe renews no more.

    was_ending  it was told so before, by its holder or on Stripe's own screens
    """

    row: dict[str, Any]
    was_ending: bool


def release_subscription(ref: str) -> Released:
    """Have Stripe end it with the running period, without proration.

    One that is over already is left as it is; twice does it once.

    Raises  ProviderUnavailable, ProviderRefused
    """
    before = fetch_subscription(ref)
    ours = _MARK.items() <= dict(before["metadata"] or {}).items()
    was_ending = before["cancel_at_period_end"] and not ours
    if before["status"] not in _OVER:
        with told_apart():
            client().v1.subscriptions.update(
                ref,
                {
                    "cancel_at_period_end": True,
                    "proration_behavior": "none",
                    "metadata": _MARK,
                },
            )
    return Released(fetch_subscription(ref), bool(was_ending))
