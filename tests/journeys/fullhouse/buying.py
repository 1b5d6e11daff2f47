"""Orders, gifts and an affiliate: what stands on the pages after a checkout."""

from __future__ import annotations

from datetime import date, timedelta

from perenne.core.tokens import new_token
from perenne.mail.models import Message
from perenne.money.actions.affiliates.affiliate_payouts import pay_affiliate
from perenne.money.actions.affiliates.affiliates import add_affiliate
from perenne.money.actions.checkout.checkout import start_checkout
from perenne.money.actions.checkout.closing import close_order
from perenne.money.actions.orders.gifts import redeem_gift
from perenne.money.actions.payments.refunds import complete_refund
from perenne.money.actions.payments.under_way import free_order, note_order_under_way
from perenne.money.api import Buyer, record_payment, refund_payment
from perenne.money.domain.affiliates.commissions import Rule
from perenne.money.domain.checkout.extras import Extras, GiftWish
from perenne.money.gateways.protocol import Paid
from perenne.money.models import Gift
from perenne.money.queries.affiliates.affiliate_links import affiliate_token
from perenne.money.queries.offers.offers import current_prices
from tests.journeys.fullhouse.catalogue import OWNER
from tests.journeys.fullhouse.stops import Stop

BOXES = frozenset(
    {
        "terms",
        "mandate",
        "digital_content_start",
        "digital_content_waiver",
        "service_start",
        "service_loss",
        "keep_method",
    }
)
ANA = "ana@example.org"


def order(shop, slug, *, email=ANA, days=0, method="stripe", **choices):
    """Fill a checkout in, so many days ago."""
    at = shop.ago(days)
    interval = choices.pop("interval", "one_off")
    instalments = choices.pop("instalments", 1)
    buyer = {
        "name": email.split("@")[0].title(),
        "email": email,
        "buyer_type": "consumer",
        "country": "FR",
        "language": "fr",
    }
    price = next(
        row
        for row in current_prices(shop.offers[slug].pk, at)
        if (row.interval, row.instalments, row.currency)
        == (interval, instalments, "EUR")
    )
    return start_checkout(
        shop.offers[slug],
        key=new_token(),
        price_id=price.pk,
        buyer=Buyer(**buyer | choices.pop("buyer", {})),
        method=method,
        ticked=BOXES,
        actor="visitor",
        now=at,
        **choices,
    )


def pay(shop, made, *, days=0):
    """Pay an order with a card that is kept, so many days ago."""
    at = shop.ago(days)
    paid = Paid(
        ref=f"pi_{made.key}",
        amount_cents=made.gross_cents,
        currency=made.currency,
        method="card",
        paid_at=at,
        fee_cents=made.gross_cents // 50,
        customer=f"cus_{made.key[:12]}",
        saved_method=f"pm_{made.key[:12]}",
    )
    return record_payment(paid, via="stripe", order_id=made.pk, actor="system", now=at)


def buy_past(shop):
    """What was bought before today: a refund, a sale that earned a commission, a gift."""
    back = order(shop, "cours", email="bob@example.org", days=60)
    _refund(shop, pay(shop, back, days=60), days=58)
    affiliate = add_affiliate(
        email="bo@example.org",
        name="Bo",
        code="bo",
        rule=Rule(percent_bp=3_000),
        now=shop.ago(55),
        **OWNER,
    )
    through = Extras(via="bo")
    pay(shop, order(shop, "cours", days=50, extras=through), days=50)
    pay_affiliate(
        affiliate.pk,
        key="payout",
        amount_cents=5_700,
        currency="EUR",
        paid_on=date(2026, 9, 1),
        now=shop.ago(10),
        **OWNER,
    )
    pay(shop, order(shop, "cours", days=3, extras=through), days=3)
    given = order(shop, "cercle", days=2, interval="month", extras=_gift(shop, days=2))
    pay(shop, given, days=2)
    redeem_gift(
        _token(given),
        email="zoe@example.org",
        name="Zoé",
        language="fr",
        actor="visitor",
        now=shop.ago(1),
    )
    newcomer = add_affiliate(
        email="new@example.org",
        name="Noé",
        code="noe",
        rule=Rule(amount_cents=1_000, currency="EUR", periods=None),
        now=shop.now,
        **OWNER,
    )
    return [
        Stop(f"/orders/{back.key}/"),
        Stop(f"/orders/{given.key}/"),
        Stop(f"/gift/{_token(given)}/"),
        Stop("/a/bo/"),
        Stop(f"/affiliate/{affiliate_token(affiliate)}/"),
        Stop(f"/affiliate/{affiliate_token(newcomer)}/"),
    ]


def _refund(shop, payment, *, days):
    at = shop.ago(days)
    refund = refund_payment(
        payment.pk,
        key="back",
        amount_cents=payment.amount_cents,
        reason="Rétractation",
        end_access=True,
        now=at,
        **OWNER,
    )
    complete_refund(refund.pk, provider_ref="re_1", actor="system", now=at)


def _gift(shop, *, days=0, until=0):
    """Return the wish that is typed so many days ago, for so many days later."""
    wish = GiftWish(
        recipient_name="Zoé",
        recipient_email="zoe@example.org",
        message="Joyeux anniversaire !\nProfitez-en.",
        deliver_at=shop.ago(days) + timedelta(days=until),
        zone="Europe/Paris",
    )
    return Extras(gift=wish)


def _token(made):
    gift = Gift.objects.get(order=made)
    mail = Message.objects.get(ref=f"gift:{gift.pk}:{gift.mails}")
    return mail.text.split("/gift/")[1].split("/")[0]


def buy_today(shop):
    """Orders in every state, each one's page, and what can be done there."""
    firm = {
        "buyer_type": "business",
        "company": "Silva SARL",
        "siren": "732829320",
        "street": "1 rue du Port",
        "postcode": "44000",
        "city": "Nantes",
    }
    transfer = order(shop, "cours", method="transfer", buyer=firm)
    waiting, asked, refused, late = (
        order(shop, "cours", email=f"{name}@example.org")
        for name in ("cleo", "dan", "eli", "fay")
    )
    note_order_under_way(asked.pk, now=shop.now)
    note_order_under_way(refused.pk, now=shop.now)
    free_order(refused.pk, now=shop.now)
    close_order(late, state="expired", now=shop.now)
    bought = order(
        shop, "cours", email="gil@example.org", extras=Extras(keep_method=True)
    )
    given = order(shop, "cours", email="hal@example.org", extras=_gift(shop))
    later = order(shop, "cours", email="ida@example.org", extras=_gift(shop, until=5))
    pay(shop, order(shop, "complet", email="jan@example.org"))
    for made in (bought, given, later):
        pay(shop, made)
    return [
        Stop(f"/orders/{transfer.key}/"),
        Stop(f"/orders/{waiting.key}/"),
        Stop(f"/orders/{waiting.key}/?back=1"),
        *(Stop(f"/orders/{made.key}/") for made in (asked, refused, late, later)),
        Stop(f"/orders/{bought.key}/"),
        Stop(f"/orders/{bought.key}/", press="[name=answer][value=yes]", status=422),
        Stop(f"/orders/{given.key}/"),
        Stop(f"/orders/{given.key}/recipient/"),
        Stop(
            f"/orders/{later.key}/recipient/",
            press="main form .button--primary",
            fill={"recipient_email": "zoé"},
            status=422,
        ),
        Stop(f"/gift/{_token(given)}/"),
        Stop(
            f"/gift/{_token(given)}/",
            press="main form .button--primary",
            fill={"email": "zoé"},
            status=422,
        ),
        *_exits(),
    ]


def _exits():
    """The two public exits: form, mistakes, recap, and what follows."""
    typed = {"name": "Ana Silva", "email": ANA}
    go_on = "main form .button--primary"
    return [
        stop
        for path, more in (
            ("/cancel-contract/", {}),
            ("/withdraw/", {"reference": "ABC-DEF-GHJ"}),
        )
        for stop in (
            Stop(path, press=go_on, status=422),
            Stop(path, press=go_on, fill=typed | more),
            Stop(f"{path}done/"),
        )
    ]
