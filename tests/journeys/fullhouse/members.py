"""Members: one with everything, one with a subscription in each state, one with nothing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from perenne.core.tokens import new_token
from perenne.money.actions.renewals.dunning import record_decline
from perenne.money.actions.renewals.plan_changes import plan_change
from perenne.money.actions.renewals.trials import start_trial
from perenne.money.actions.subscriptions.pauses import pause_subscription
from perenne.money.actions.subscriptions.subscriptions import end_subscription
from perenne.money.api import stop_renewal
from perenne.money.gateways.protocol import Declined, SavedMethod
from perenne.money.models import Charge, Subscription
from perenne.money.queries.checkout.checkout import amounts_due
from perenne.money.queries.offers.offers import current_prices
from perenne.people.api import find_or_add_person, open_account
from tests.journeys.fullhouse.buying import ANA, order, pay
from tests.journeys.fullhouse.catalogue import FIRM
from tests.journeys.fullhouse.stops import Stop

MAX, NEW = "max@example.org", "neuf@example.org"


def open_accounts(shop):
    """Let the three sign in."""
    for email in (ANA, MAX, NEW):
        person = find_or_add_person(
            email=email, name="", language="fr", actor="visitor", now=shop.ago(400)
        )
        open_account(person, now=shop.ago(400))


def subscribe(shop, slug, *, days, email=MAX, interval="month", **choices):
    """Subscribe so many days ago, by a card that is kept."""
    made = order(shop, slug, email=email, days=days, interval=interval, **choices)
    pay(shop, made, days=days)
    return Subscription.objects.select_related("offer", "price", "order").get(
        order=made
    )


def live_past(shop):
    """What began before today, oldest first: invoices are numbered by date."""
    over = subscribe(shop, "cercle", days=100)
    end_subscription(over, actor="system", now=shop.ago(70))
    late = subscribe(shop, "cercle", days=33)
    _decline(late)
    stopped = subscribe(shop, "cercle", days=20)
    stop_renewal(stopped.pk, actor="system", now=shop.ago(10))
    paused = subscribe(shop, "cercle", days=15)
    subscribe(shop, "cours", days=12, instalments=3)
    changing = subscribe(shop, "cercle", days=11)
    _plan_a_change(shop, changing)
    mine = subscribe(shop, "cercle-plus", days=10, email=ANA)
    trial = order(shop, "essai", email=MAX, days=9, interval="month", with_trial=True)
    card = SavedMethod(f"cus_{trial.key}", f"pm_{trial.key}", "card", "4242")
    start_trial(trial.pk, card, now=shop.ago(9))
    pause_subscription(
        paused.pk, until=shop.now + timedelta(days=30), actor="system", now=shop.ago(5)
    )
    pay(shop, order(shop, "plans", email=ANA, days=4, chosen_cents=1_200), days=4)
    return [
        Stop("/me/subscription/", MAX),
        *_of_the_member(mine.pk),
        Stop(f"/me/subscription/{paused.pk}/stop/", MAX),
        Stop(f"/me/subscription/{late.pk}/stop/", MAX),
        Stop(f"/me/subscription/{stopped.pk}/why/", MAX),
        Stop(f"/pay/{late.charges.get().key}/done/"),
    ]


def _decline(row):
    at = row.next_charge_at
    charge = Charge.objects.create(
        subscription=row,
        period_start=at,
        period_end=at + timedelta(days=30),
        key=new_token(),
        created_at=at,
        **asdict(amounts_due(row, at)),
    )
    record_decline(row, charge, Declined("expired_card"), now=at)


def _plan_a_change(shop, row):
    """Ask for the dearer plan from the next period on."""
    [price] = current_prices(shop.offers["cercle-plus"].pk, shop.now)
    plan_change(
        row.pk, price_id=price.pk, key=new_token(), actor="system", now=shop.ago(6)
    )


def _of_the_member(pk):
    """Everything that can be done to a running subscription, and the mistakes."""
    one, go_on = f"/me/subscription/{pk}", "main form .button--primary"
    return [
        Stop("/me/subscription/", ANA),
        Stop(f"{one}/plan/", ANA),
        Stop(f"{one}/stop/", ANA),
        Stop(f"{one}/pause/", ANA),
        Stop(f"{one}/pause/", ANA, press=go_on, fill={"until": ""}, status=422),
        Stop(f"{one}/billing/", ANA),
        Stop(
            f"{one}/billing/",
            ANA,
            press=go_on,
            choose=FIRM,
            fill={"name": ""},
            status=422,
        ),
    ]


def portal_stops(shop):
    """The other pages of members: with something on them, and with nothing."""
    first, second, third = shop.keys["lessons"]
    return [
        *(
            Stop(path, who)
            for who in (ANA, NEW)
            for path in (
                "/me/",
                "/me/courses/",
                "/me/bookings/",
                "/me/invoices/",
            )
        ),
        Stop("/me/subscription/", NEW),
        Stop("/me/data/", ANA),
        Stop("/me/data/", ANA, press="main form button", status=422),
        Stop("/me/courses/ecrire-pour-etre-lu/", ANA),
        Stop(first, ANA),
        Stop(second, ANA),
        Stop(third, ANA, status=404),
        Stop(shop.keys["download_path"], ANA),
        Stop("/account/mfa/", ANA),
        Stop("/account/logout/", ANA),
        Stop("/account/inactive/"),
        Stop("/desk/", ANA, status=403),
        Stop("/me/data/", NEW, press="main form button", choose="#sure"),
    ]
