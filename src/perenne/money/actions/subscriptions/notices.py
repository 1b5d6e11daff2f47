"""Tell members in time, once, and keep the proof (R62-R66, MB14, MB16).

A notice and its mail are written in one transaction; what became of the mail is taken
over from the outbox, because only what was delivered counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils.functional import lazy

from perenne.core import clock, log
from perenne.mail.api import outcomes_of
from perenne.money.actions.subscriptions.letters import write_to_member
from perenne.money.models import Notice
from perenne.money.queries.checkout.checkout import period_words
from perenne.money.queries.subscriptions.charging import owed_next
from perenne.money.queries.subscriptions.notices import (
    cards_that_expire,
    ending_trials,
    renewals_to_announce,
    rises_to_announce,
    unproved_notices,
    yearly_reminders,
)

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import PriceRise, Subscription

Kind = Notice.Kind
# In the language of the mail, not of the worker that queues it.
_period = lazy(period_words, str)


def send_notices(now: datetime) -> None:
    """Write every notice that is due; each is written once."""
    for row in ending_trials(now):
        _tell(row, Kind.TRIAL, row.current_period_end, now=now)
    for row in renewals_to_announce(now):
        _tell(row, Kind.RENEWAL, row.current_period_end, now=now)
    for row, anniversary in yearly_reminders(now):
        _tell(row, Kind.YEARLY, anniversary, now=now)
    for row in cards_that_expire(now):
        _tell(row, Kind.CARD, row.current_period_end, now=now)
    for row, rise, first in rises_to_announce(now):
        _tell(row, Kind.RISE, first, now=now, rise=rise)


@transaction.atomic
def _tell(
    row: Subscription,
    kind: str,
    about_at: datetime,
    *,
    now: datetime,
    rise: PriceRise | None = None,
) -> None:
    amount_cents = (
        rise.amount_cents if rise else owed_next(row, now).amounts.gross_cents
    )
    about = rise.pk if rise else f"{about_at:%Y%m%dT%H%M%S}"
    ref = f"notice:{row.pk}:{kind}:{about}"
    _notice, created = Notice.objects.get_or_create(
        mail_ref=ref,
        defaults={
            "subscription": row,
            "kind": kind,
            "about_at": about_at,
            "rise": rise,
            "amount_cents": amount_cents,
            "queued_at": now,
        },
    )
    if not created:
        return
    write_to_member(
        row,
        f"notice_{kind}",
        ref=ref,
        now=now,
        about_at=about_at,
        renews_at=row.current_period_end,
        amount_cents=amount_cents,
        old_cents=row.amount_cents,
        currency=row.price.currency,
        price=row.price,
        period=_period(row.price),
        last4=row.method_last4,
        reason=rise.reason if rise else "",
        started_at=row.started_at,
        home_url=settings.SITE_URL + reverse("money_subscriptions"),
        end_url=f"{settings.SITE_URL}{reverse('cancel_contract')}?ref={row.order.number}",
    )
    log.record("money.notice_queued", actor="system", obj=row, at=now, kind=kind)


@transaction.atomic
def note_outcomes(now: datetime) -> int:
    """Take over what became of the notices' mails; return how many are settled."""
    waiting = unproved_notices()
    settled = 0
    for ref, outcome in outcomes_of(waiting).items():
        if outcome.sent_at is not None:
            fields = {"state": Notice.State.SENT, "sent_at": outcome.sent_at}
        elif outcome.final:
            fields = {"state": Notice.State.FAILED}
        else:
            continue
        Notice.objects.filter(pk=waiting[ref], state=Notice.State.QUEUED).update(
            reply=outcome.reply[:300], **fields
        )
        settled += 1
    if settled:
        log.record("money.notices_settled", actor="system", at=now, notices=settled)
    return settled


@task
def tend_notices() -> None:
    """Take over outcomes and write what is due; twice writes once."""
    now = clock.now()
    note_outcomes(now)
    send_notices(now)
