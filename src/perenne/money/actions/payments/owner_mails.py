"""Write to the owner about money that needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from perenne.core.queries import current_business
from perenne.mail.api import queue_template
from perenne.money.actions.payments.refunds import order_of
from perenne.money.queries.checkout.checkout import zone_of_business

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Payment


def tell_owner(
    template: str, *, ref: str, payment: Payment, now: datetime, **context: Any
) -> None:
    """Put a mail about a payment into the outbox, in the owner's language; once per ref.

    Without an address of the business nobody is told: the desk says it as well.
    """
    business = current_business()
    if business is None or not business.email:
        return
    order = order_of(payment)
    queue_template(
        ref=ref,
        to=business.email,
        template=f"money/mail/owner_{template}",
        context={
            "order": order,
            "payment": payment,
            "zone": zone_of_business(),
            "order_url": settings.SITE_URL
            + reverse("desk_money_order", args=[order.pk]),
            **context,
        },
        language=business.language,
        now=now,
    )
