"""Run the simulator inside a test.

with run_simulator() as stripe_account:
client = StripeClient("sk_test_x", base_addresses={"api": stripe_account.api_base})
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from simulators.stripe import controls
from simulators.stripe.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path


class RunningSimulator:
    """What a test may do with the simulator, as the buyer, the bank or the network."""

    def __init__(self, simulator: Simulator) -> None:
        """Wrap a started simulator."""
        self.simulator = simulator
        self.api_base = simulator.api_base

    @property
    def webhook_secret(self) -> str:
        """The secret that signs webhooks."""
        return self.simulator.webhooks.secret

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event so far, oldest first."""
        with self.simulator.store.lock:
            return self.simulator.store.all("event")[::-1]

    @property
    def now(self) -> int:
        """The simulator's time, seconds since 1970."""
        return self.simulator.store.now()

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """Every delivery tried: {"event": id, "status": the shop's answer or 0}."""
        return list(self.simulator.webhooks.attempts)

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """Return the account's objects of a kind ("charge"), newest first."""
        with self.simulator.store.lock:
            return [
                self.simulator.store.shown(held)
                for held in self.simulator.store.all(kind)
            ]

    def set_webhook_url(self, url: str) -> None:
        """Deliver events to that address from now on."""
        self.simulator.webhooks.url = url
        self.simulator.webhooks.release()

    def hold_webhooks(self) -> None:
        """Keep events back until `deliver`."""
        self.simulator.webhooks.hold()

    def deliver(self, order: str | Iterable[str] | None = None) -> list[int]:
        """Send events now and return the shop's answers.

        order  "reversed", or event ids (repeats allowed); all that wait by default
        """
        webhooks = self.simulator.webhooks
        if order == "reversed":
            order = webhooks.waiting()[::-1]
        return webhooks.deliver(order)

    def settle(self) -> None:
        """Wait until every event that is not held was delivered or given up."""
        self.simulator.webhooks.settle()

    def signed(self, event: dict[str, Any] | str) -> tuple[str, str]:
        """Return an event's body and Stripe-Signature, to post it by hand."""
        key = event if isinstance(event, str) else event["id"]
        return self.simulator.webhooks.signed(key)

    def advance(self, seconds: int) -> None:
        """Move the clock forward."""
        self.simulator.advance(seconds)

    def complete_checkout(
        self,
        session_id: str,
        card: str = "4242424242424242",
        email: str | None = None,
        *,
        authenticate: bool = True,
    ) -> str:
        """Pay a session as its buyer would; `card` may be an IBAN.

        Returns the success address, or the hosted page's while it is not paid.
        """
        return self.simulator.complete_checkout(
            session_id, card=card, email=email, authenticate=authenticate
        )

    def refund(self, payment_intent: str, amount: int | None = None) -> dict[str, Any]:
        """Refund as the owner does on the provider's own dashboard."""
        return self._act("refund", payment_intent=payment_intent, amount=amount)

    def dispute(
        self,
        payment_intent: str,
        *,
        amount: int | None = None,
        reason: str = "fraudulent",
        inquiry: bool = False,
    ) -> dict[str, Any]:
        """Let the buyer's bank dispute a payment."""
        return self._act(
            "dispute",
            payment_intent=payment_intent,
            amount=amount,
            reason=reason,
            inquiry=inquiry,
        )

    def end_dispute(self, dispute: str, *, won: bool) -> dict[str, Any]:
        """Let the bank decide."""
        return self._act("end-dispute", dispute=dispute, won=won)

    def pay_out(self) -> dict[str, Any] | None:
        """Send what is available to the owner's bank; None when nothing is."""
        return self._act("payout") or None

    def fail_payout(self, payout: str) -> dict[str, Any]:
        """Let the owner's bank send a payout back."""
        return self._act("fail-payout", payout=payout)

    def _act(self, verb: str, **asked: Any) -> dict[str, Any]:
        with self.simulator.store.lock:
            return controls.act(self.simulator.store, verb, asked)

    def fail_next(
        self,
        *,
        timeout_after_charge: bool = False,
        server_error: bool = False,
        times: int = 1,
    ) -> None:
        """Break the next charging calls (payment intents, refunds).

        timeout_after_charge  perform the call, then drop the connection
        server_error          answer 500 without performing it
        neither               drop the connection before performing it
        times                 how many calls; the SDK itself tries again twice
        """
        fault = "drop_before"
        if timeout_after_charge:
            fault = "drop_after"
        elif server_error:
            fault = "server_error"
        self.simulator.faults += [fault] * times


@contextmanager
def run_simulator(
    *,
    webhook_url: str = "",
    webhook_secret: str = "whsec_simulator",
    now: datetime | None = None,
    path: Path | None = None,
) -> Iterator[RunningSimulator]:
    """Serve a fresh account from a thread on a free port; `now` sets its clock."""
    simulator = Simulator(
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
        path=path,
        now=int(now.timestamp()) if now else None,
    )
    simulator.start()
    try:
        yield RunningSimulator(simulator)
    finally:
        simulator.stop()
