"""Charge many renewals that are due at the same hour.

    python benchmarks/renewals.py [--members 10000] [--postgres]

Puts up a club with so many members in a database of its own (or PERENNE_DATABASE_URL's,
with --postgres), lets the clock find what is due and works it off with a till in memory
that answers at once: invoice, ledger rows, receipt and access of each. Prints the rate,
and fails when anybody was charged twice or not at all.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


def main() -> int:
    """Print how long it took, and whether everybody was charged once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _set_up(folder, postgres=options.postgres)
        till = _till()
        _add_members(options.members)
        start = time.perf_counter()
        due = _due()
        found = time.perf_counter() - start
        for pk in due:
            _charge(pk)
        seconds = time.perf_counter() - start
        for pk in due[:100]:
            _charge(pk)
        return _report(options.members, till, found=found, seconds=seconds)


def _set_up(folder: str, *, postgres: bool) -> None:
    os.environ["PERENNE_DATA"] = folder
    if not postgres:
        os.environ.pop("PERENNE_DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from perenne.core.actions import set_up_business
    from perenne.streams.api import ensure_default_streams

    set_up_business(
        actor="owner",
        now=NOW,
        name="Atelier Boréal",
        owner_name="Camille Moreau",
        email="camille@boreal.example",
        street="12 rue des Tilleuls",
        postcode="69003",
        city="Lyon",
        siren="732829320",
        mediator="Médiateur, 75001 Paris",
    )
    ensure_default_streams(language="fr", now=NOW)


def _till() -> Counter[str]:
    """Put a provider in memory in Stripe's place; return what it charged."""
    from perenne.money.gateways.protocol import Paid
    from perenne.money.gateways.providers import providers
    from perenne.money.gateways.stripe.provider import StripeProvider

    charged: Counter[str] = Counter()

    class Till(StripeProvider):
        def open_charge(self, *, key: str, **_rest: Any) -> str:
            return f"pi_{key}"

        def charge_off_session(self, ref: str, **_rest: Any) -> Paid:
            charged[ref] += 1
            return Paid(ref, 900, "EUR", "card", NOW, 38)

    providers._entries["stripe"] = Till()  # noqa: SLF001
    return charged


def _add_members(count: int) -> None:
    from perenne.money.actions.orders.terms import keep_terms
    from perenne.money.api import add_offer
    from perenne.money.models import Order, Price, Subscription
    from perenne.people.models import Person
    from perenne.streams.api import default_stream

    offer = add_offer(
        slug="club",
        title="The club",
        stream_id=default_stream("recurring").pk,
        actor="owner",
        now=NOW,
    )
    price = Price.objects.create(
        offer=offer, amount_cents=900, interval="month", valid_from=NOW
    )
    terms, before = keep_terms("fr", now=NOW), NOW - timedelta(days=30)
    people = Person.objects.bulk_create(
        Person(email=f"m{number}@example.org", name=f"Member {number}", created_at=NOW)
        for number in range(count)
    )
    orders = Order.objects.bulk_create(
        Order(
            number=f"N{person.pk}",
            key=f"k{person.pk}",
            person=person,
            offer=offer,
            price=price,
            currency="EUR",
            net_cents=900,
            tax_cents=0,
            gross_cents=900,
            name=person.name,
            email=person.email,
            terms=terms,
            state="paid",
            provider="stripe",
            created_at=before,
            paid_at=before,
        )
        for person in people
    )
    Subscription.objects.bulk_create(
        Subscription(
            person_id=order.person_id,
            order=order,
            offer=offer,
            price=price,
            amount_cents=900,
            started_at=before,
            current_period_start=before,
            current_period_end=NOW,
            next_charge_at=NOW,
            provider="stripe",
            provider_customer=f"cus_{order.pk}",
            provider_method=f"pm_{order.pk}",
        )
        for order in orders
    )


def _due() -> list[int]:
    from perenne.money.actions.renewals.renewals import charge_due_subscriptions

    return charge_due_subscriptions(NOW)


def _charge(pk: int) -> None:
    from perenne.money.actions.renewals.renewals import charge_subscription

    charge_subscription(pk, now=NOW)


def _report(
    members: int, charged: Counter[str], *, found: float, seconds: float
) -> int:
    from perenne.money.models import Charge, Invoice, Payment

    paid = Charge.objects.filter(state="paid").count()
    once = set(charged.values()) == {1} and len(charged) == members
    whole = paid == Payment.objects.count() == Invoice.objects.count() == members
    print(f"found and handed out  {found:8.1f} s")
    print(f"worked off            {seconds:8.1f} s  {members / seconds:.0f} per second")
    print(f"each charged once     {'yes' if once and whole else 'NO'}")
    return 0 if once and whole else 1


if __name__ == "__main__":
    sys.exit(main())
