"""Write to the member of a subscription, once per occasion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.mail.api import queue_template
from perenne.money.queries.checkout.checkout import zone_of_business

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Subscription


def write_to_member(
    row: Subscription, template: str, *, ref: str, now: datetime, **context: object
) -> None:
    """Queue "money/mail/<template>" in the member's language.

    row      with offer and order
    ref      names the mail for ever: a second call with it writes nothing
    context  `name`, `title`, `number` and `zone` are added
    """
    queue_template(
        ref=ref,
        to=row.order.email,
        template=f"money/mail/{template}",
        context={
            "name": row.order.name,
            "title": row.offer.title,
            "number": row.order.number,
            "zone": zone_of_business(),
            **context,
        },
        language=row.order.language,
        now=now,
    )
