"""Leave the house tidy: no mail waits, and saved cards are known to the simulator."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F

from demo.history.story import Story
from perenne.mail.models import AttachedFile, Delivery, Message
from perenne.money.models import Subscription
from simulators.stripe.store import Store
from simulators.stripe.wallet import attach, card_method

if TYPE_CHECKING:
    from pathlib import Path

_KEPT_DAYS = 14
_CARD = "4242424242424242"


def settle_mail(story: Story) -> None:
    """Forget the service mails of the past and close the recent ones: none may leave."""
    service = Message.objects.filter(kind=Message.Kind.TRANSACTIONAL)
    old = service.filter(created_at__lt=story.now - timedelta(days=_KEPT_DAYS))
    AttachedFile.objects.filter(message__in=old).delete()
    Delivery.objects.filter(message__in=old).delete()
    old.delete()
    Delivery.objects.filter(status=Delivery.Status.QUEUED).update(
        status=Delivery.Status.SENT,
        sent_at=F("next_attempt_at"),
        smtp_code=250,
        smtp_reply="Sample: nothing was mailed",
    )
    service.update(
        state=Message.State.DONE,
        sent=F("total"),
        started_at=F("created_at"),
        finished_at=F("created_at"),
    )


def keep_cards(path: Path) -> None:
    """Give every renewing member a card at the payment simulator, once."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    store = Store(path)
    live = Subscription.objects.filter(next_charge_at__isnull=False)
    for row in live.select_related("order").order_by("pk"):
        customer = store.add("customer", email=row.order.email, name=row.order.name)
        method = card_method(store, _CARD)
        attach(store, method, customer["id"])
        store.set_up.append(method["id"])
        Subscription.objects.filter(pk=row.pk).update(
            provider_customer=customer["id"], provider_method=method["id"]
        )
    store.save()
