"""Take declarations from the public pages, answer them, and end what they mean.

A declaration is stored first, whatever comes of it; what follows runs in a task, so that
neither a mail nor a match that fails can lose it, and the page cannot tell a stranger
whether a contract exists (R53, R60).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.tasks import task

from perenne.core import clock, legal, log
from perenne.core.tokens import token_hash
from perenne.mail.api import queue_template
from perenne.money.actions.exits.free_exits import leave_at_once
from perenne.money.actions.subscriptions.standings import standing_of
from perenne.money.actions.subscriptions.subscriptions import stop_renewal
from perenne.money.domain.exits.exits import (
    contract_end,
    contract_withdrawn,
    contracts_to_end,
    may_end_now,
)
from perenne.money.models import Declaration, DeclarationCase
from perenne.money.queries.checkout.checkout import civil_day, zone_of_business
from perenne.money.queries.exits.exits import (
    contracts_at,
    subscriptions_by_id,
    unanswered_ids,
    waiting_ids,
)
from perenne.money.queries.subscriptions.charging import anchor_of, rhythm_of
from perenne.money.queries.subscriptions.notices import free_exit

if TYPE_CHECKING:
    from datetime import date, datetime

    from perenne.money.models import Subscription

_State = DeclarationCase.State


@transaction.atomic
def declare(
    kind: str,
    *,
    key: str,
    name: str,
    email: str,
    reference: str,
    wanted_on: date | None,
    language: str,
    now: datetime,
) -> Declaration:
    """Store a declaration with the instant it arrived; the same form stores it once.

    What was corrected and sent again counts as another declaration.

    key  the form's own key
    """
    typed = [key, kind, name, email, reference, str(wanted_on)]
    row, created = Declaration.objects.get_or_create(
        digest=token_hash("\n".join(typed)),
        defaults={
            "kind": kind,
            "name": name,
            "email": email,
            "reference": reference,
            "wanted_on": wanted_on,
            "language": language,
            "received_at": now,
        },
    )
    if created:
        DeclarationCase.objects.create(declaration=row)
        log.record(
            "money.declaration_received", actor="visitor", obj=row, at=now, kind=kind
        )
    transaction.on_commit(lambda: answer_declaration_task.enqueue(row.pk))
    return row


@transaction.atomic
def answer_declaration(declaration_id: int, *, now: datetime) -> None:
    """Match a declaration, end what it ends and acknowledge it; twice does it once."""
    claimed = DeclarationCase.objects.filter(
        declaration_id=declaration_id, state=_State.RECEIVED
    ).update(state=_State.OPEN, answered_at=now)
    if not claimed:
        return
    row = Declaration.objects.get(pk=declaration_id)
    if row.kind == Declaration.Kind.TERMINATION:
        _answer_termination(row, now=now)
    else:
        _answer_withdrawal(row, now=now)
    log.record("money.declaration_answered", actor="system", obj=row, at=now)


def _answer_termination(row: Declaration, *, now: datetime) -> None:
    """End the subscriptions meant, and say the day and the effects (R60)."""
    subscriptions = _end_what_is_meant(row, now=now)
    _acknowledge(
        row,
        "termination_received",
        now=now,
        contracts=[
            {
                "title": held.offer.title,
                "number": held.order.number,
                "ends_at": _end_of(held, row.wanted_on),
                "renews": standing_of(held).renews,
                "over": held.ended_at is not None,
            }
            for held in subscriptions
        ],
    )


def _end_what_is_meant(row: Declaration, *, now: datetime) -> list[Subscription]:
    """Stop each subscription whose running period is the last one; settle the case.

    Returns  the subscriptions meant, as they stand now
    """
    contracts = contracts_at(row.email)
    meant = contracts_to_end(row.reference, contracts)
    if meant is None:
        return []
    ids = [held.subscription_id for held in meant if held.subscription_id is not None]
    zone = zone_of_business()
    for held in subscriptions_by_id(ids):
        if row.wanted_on is None or row.wanted_on <= civil_day(now):
            _end_as_early_as_possible(held, now=now)
        elif may_end_now(row.wanted_on, period_end=held.current_period_end, zone=zone):
            stop_renewal(held.pk, actor="system", now=now, tell=False)
    stand = subscriptions_by_id(ids)
    left = any(standing_of(held).renews for held in stand)
    DeclarationCase.objects.filter(
        declaration=row, state__in=[_State.OPEN, _State.WAITING]
    ).update(
        state=_State.WAITING if left else _State.STOPPED,
        order_id=meant[0].order_id if len(meant) == 1 else None,
        settled_at=None if left else now,
        settled_by="" if left else "system",
    )
    return stand


def _end_as_early_as_possible(held: Subscription, *, now: datetime) -> None:
    """End it today where the law lets it (R63), else with what is paid."""
    if free_exit(held, now) is None:
        stop_renewal(held.pk, actor="system", now=now, tell=False)
    else:
        leave_at_once(held.pk, actor="system", now=now)


def _end_of(held: Subscription, wanted_on: date | None) -> datetime:
    if not standing_of(held).renews:
        return held.ended_at or held.current_period_end
    return contract_end(
        wanted_on,
        period_end=held.current_period_end,
        rhythm=rhythm_of(held.price),
        anchor=anchor_of(held),
        zone=zone_of_business(),
    )


def _answer_withdrawal(row: Declaration, *, now: datetime) -> None:
    """Note the contract and the last day of the refund; nothing is decided here (R56).

    What renews is stopped at once: nobody who withdraws is charged again.
    """
    day = civil_day(row.received_at)
    days = int(legal.value("consumer_terms", "refund_days", on=day))
    meant = contract_withdrawn(row.reference, contracts_at(row.email))
    DeclarationCase.objects.filter(declaration=row).update(
        order_id=meant.order_id if meant else None,
        refund_by=day + timedelta(days=days),
    )
    if meant is not None and meant.subscription_id is not None:
        stop_renewal(meant.subscription_id, actor="system", now=now)
    _acknowledge(row, "withdrawal_received", now=now)


def _acknowledge(
    row: Declaration, template: str, *, now: datetime, **context: Any
) -> None:
    queue_template(
        ref=f"declaration:{row.pk}",
        to=row.email,
        template=f"money/mail/{template}",
        context={"row": row, "sent_at": now, "zone": zone_of_business(), **context},
        language=row.language,
        now=now,
    )


@transaction.atomic
def end_waiting(declaration_id: int, *, now: datetime) -> None:
    """End what a declaration ends on a later day, once its last period runs."""
    row = Declaration.objects.get(pk=declaration_id)
    _end_what_is_meant(row, now=now)


@task
def answer_declaration_task(declaration_id: int) -> None:
    """Answer one declaration; running twice answers it once."""
    answer_declaration(declaration_id, now=clock.now())


@task
def tend_declarations() -> None:
    """Answer what waits and end what has come to its day; twice does no harm."""
    for declaration_id in unanswered_ids():
        answer_declaration_task.enqueue(declaration_id)
    for declaration_id in waiting_ids():
        end_waiting(declaration_id, now=clock.now())
