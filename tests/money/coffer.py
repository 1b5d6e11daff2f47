"""A third payment provider, in memory: what a folder behind the Protocol has to bring.

It signs its events with a word, keeps one method per buyer, and never declines.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from perenne.money.gateways.protocol import (
    BadSignature,
    ChargeState,
    Event,
    GivenBack,
    MethodState,
    NotAnEvent,
    Page,
    PageState,
    Paid,
    Progress,
    ProviderRefused,
    SavedMethod,
    SeenPayment,
    SeenPayout,
    Topic,
)

WORD = "open sesame"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Coffer:
    """Pages and charges by reference; what was paid and given back, in order."""

    name: str = "coffer"
    label: str = "From the coffer"
    by_hand: bool = False
    expires_after: timedelta = timedelta(days=3)
    signature_header: str = "X-Coffer-Word"
    now: datetime = BEGINNING
    pages: dict = field(default_factory=dict)
    charges: dict = field(default_factory=dict)
    paid: dict = field(default_factory=dict)
    refunds: list = field(default_factory=list)
    payouts: list = field(default_factory=list)

    def is_ready(self):
        return True

    def start_checkout(self, request):
        ref = f"page-{request.key}-{request.attempt}"
        self.pages.setdefault(ref, request)
        return Page(ref, f"http://coffer.example/{ref}")

    def pay(self, ref):
        """Do what the buyer does on a page; return the event that says so."""
        request = self.pages[ref]
        self._take(f"paid-{ref}", request.purpose, request.key, request.amount_cents)
        return self.event("paid", purpose=request.purpose, key=request.key, page=ref)

    def _take(self, ref, purpose, key, cents):
        money = Paid(
            ref=ref,
            amount_cents=cents,
            currency="EUR",
            method="coffer",
            paid_at=self.now,
            fee_cents=7,
            customer="holder",
            saved_method="key",
            available_on=self.now.date(),
        )
        self.paid.setdefault(ref, SeenPayment(money, purpose, key))
        return self.paid[ref].paid

    def event(self, kind, **about):
        """Return a signed event: its body and its signature."""
        body = {"id": f"ev-{kind}-{len(self.paid)}", "kind": kind, **about}
        return json.dumps(body).encode(), WORD

    def fetch_page(self, ref):
        seen = self.paid.get(f"paid-{ref}")
        return PageState(expired=False, paid=seen.paid if seen else None)

    def start_saving(self, request):
        return Page(f"save-{request.key}", "http://coffer.example/save")

    def fetch_saving(self, ref):
        return MethodState(
            expired=False, saved=SavedMethod("holder", "key", "coffer", "0007")
        )

    def open_charge(
        self, *, key, amount_cents, currency, customer, title, purpose="charge"
    ):
        self.charges.setdefault(f"charge-{key}", (key, amount_cents))
        return f"charge-{key}"

    def charge_off_session(self, ref, *, method, attempt):
        key, cents = self.charges[ref]
        return self._take(ref, "charge", key, cents)

    def fetch_charge(self, ref):
        seen = self.paid.get(ref)
        return ChargeState(paid=seen.paid if seen else None)

    def drop_charge(self, ref):
        seen = self.paid.get(ref)
        return seen.paid if seen else None

    def refund(self, *, key, payment_ref, amount_cents):
        held = [one for one in self.refunds if one.key == key]
        if not held:
            made = GivenBack(
                ref=f"back-{len(self.refunds)}",
                payment_ref=payment_ref,
                amount_cents=amount_cents,
                currency="EUR",
                progress=Progress.DONE,
                made_at=self.now,
                key=key,
            )
            self.refunds.append(made)
            held = [made]
        return held[0]

    def refunds_of(self, payment_ref):
        return [one for one in self.refunds if one.payment_ref == payment_ref]

    def fetch_dispute(self, ref):
        raise ProviderRefused("nobody disputes a coffer")

    def pay_out(self):
        """Send everything to the bank."""
        self.payouts.append(
            SeenPayout(
                ref=f"out-{len(self.payouts)}",
                amount_cents=sum(
                    one.paid.amount_cents - 7 for one in self.paid.values()
                ),
                currency="EUR",
                progress=Progress.DONE,
                made_at=self.now,
                arrives_on=date(2026, 9, 20),
                payments=frozenset(self.paid),
                refunds=frozenset(one.ref for one in self.refunds),
            )
        )

    def fetch_payout(self, ref):
        return next(one for one in self.payouts if one.ref == ref)

    def list_payments(self, since):
        return list(self.paid.values())

    def list_refunds(self, since):
        return list(self.refunds)

    def list_disputes(self, since):
        return []

    def list_payouts(self, since):
        return list(self.payouts)

    def parse_event(self, body, signature):
        if signature != WORD:
            raise BadSignature
        return self.read_event(body)

    def read_event(self, body):
        payload = json.loads(body)
        if "kind" not in payload:
            raise NotAnEvent
        event = Event(event_id=payload["id"], kind=payload["kind"], payload=payload)
        if payload["kind"] == "paid":
            return replace(
                event,
                topic=Topic.PAYMENT,
                purpose=payload["purpose"],
                key=payload["key"],
                page_ref=payload["page"],
            )
        if payload["kind"] == "given back":
            return replace(event, topic=Topic.REFUND, ref=payload["payment"])
        return event
