"""What follows a charge that did not go through: tries, mails, grace, the end (MB16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from perenne.core import log
from perenne.money.actions.payments.payments import record_payment
from perenne.money.actions.payments.under_way import note_charge_under_way
from perenne.money.actions.subscriptions.letters import write_to_member
from perenne.money.actions.subscriptions.plan_changing import pays_a_change
from perenne.money.actions.subscriptions.standings import move, open_access, standing_of
from perenne.money.actions.subscriptions.subscriptions import end_subscription
from perenne.money.domain.subscriptions.subscriptions import Ending, State
from perenne.money.gateways.protocol import Declined
from perenne.money.gateways.providers import provider
from perenne.money.models import Charge
from perenne.money.queries.subscriptions.rules import dunning

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.subscriptions.subscriptions import Standing
    from perenne.money.gateways.protocol import Paid
    from perenne.money.models import Subscription

OPEN = (Charge.State.DUE, Charge.State.DECLINED)


def follow_outcome(
    row: Subscription,
    charge: Charge,
    outcome: Paid | Declined | None,
    *,
    now: datetime,
) -> None:
    """Record what became of a try; None: a debit that its bank answers in days."""
    if outcome is None:
        note_charge_under_way(row, charge, now=now)
    elif isinstance(outcome, Declined):
        record_decline(row, charge, outcome, now=now)
    else:
        record_payment(
            outcome, via=row.provider, charge_id=charge.pk, actor="system", now=now
        )


def follow_refusal(
    row: Subscription, charge: Charge, declined: Declined, *, now: datetime
) -> None:
    """Go on after a bank has refused a debit that was under way.

    One that the person started themselves gives them their days to pay back; one for a
    change of plan leaves the plan as it is.
    """
    if pays_a_change(charge.pk):
        Charge.objects.filter(pk=charge.pk, state__in=OPEN).update(
            state=Charge.State.TO_CONFIRM, under_way_at=None, claimed_until=None
        )
        return
    if charge.state != Charge.State.TO_CONFIRM:
        record_decline(row, charge, declined, now=now)
        return
    Charge.objects.filter(pk=charge.pk).update(under_way_at=None)
    move(row, standing_of(row).waiting_for_the_person(dunning()))


@transaction.atomic
def record_decline(
    row: Subscription, charge: Charge, declined: Declined, *, now: datetime
) -> None:
    """Plan the next try, or end it; tell the person what to do. Counted once a try."""
    counted = Charge.objects.filter(
        pk=charge.pk, attempts=charge.attempts, state__in=OPEN
    ).update(
        attempts=F("attempts") + 1,
        state=Charge.State.TO_CONFIRM if declined.to_confirm else Charge.State.DECLINED,
        decline_code=declined.code[:60],
        claimed_until=None,
        under_way_at=None,
    )
    if not counted:
        return
    rules, standing = dunning(), standing_of(row)
    if declined.to_confirm:
        new = standing.waiting_for_the_person(rules)
    else:
        new = standing.declined(attempts=charge.attempts + 1, at=now, rules=rules)
    log.record(
        "money.charge_declined", actor="system", obj=charge, at=now, code=declined.code
    )
    if new.state is State.ENDED or new.in_default:
        _give_up(row, charge, now=now)
        return
    move(row, new)
    open_access(row, actor="system", now=now)
    _ask_to_pay(row, charge, new, confirm=declined.to_confirm, now=now)


def _ask_to_pay(
    row: Subscription, charge: Charge, new: Standing, *, confirm: bool, now: datetime
) -> None:
    write_to_member(
        row,
        "charge_to_confirm" if confirm else "charge_declined",
        ref=f"charge-declined:{charge.pk}:{charge.attempts + 1}",
        now=now,
        pay_url=_pay_url(charge),
        amount_cents=charge.gross_cents,
        currency=charge.currency,
        next_try_at=new.next_charge_at,
        in_parts=new.in_instalments,
    )


def give_up_waiting(row: Subscription, *, now: datetime) -> None:
    """Give up on a payment that the person did not confirm in time.

    The provider is asked once more first: the event may have been lost.
    """
    waiting = Charge.objects.filter(
        subscription=row,
        period_start=row.current_period_end,
        state=Charge.State.TO_CONFIRM,
    ).first()
    if waiting is None:
        return
    if waiting.page_ref:
        page = provider(row.provider).fetch_page(waiting.page_ref)
        if page.paid is not None or page.under_way:
            follow_outcome(row, waiting, page.paid, now=now)
            return
        if waiting.under_way_at is not None:
            follow_refusal(row, waiting, Declined("refused"), now=now)
            return
    with transaction.atomic():
        _give_up(row, waiting, now=now)


def _give_up(row: Subscription, charge: Charge, *, now: datetime) -> None:
    """End it as involuntary; an instalment stays due and can be paid at any time."""
    if not standing_of(row).in_instalments:
        if end_subscription(row, actor="system", now=now, reason=Ending.INVOLUNTARY):
            write_to_member(row, "subscription_lapsed", ref=f"lapsed:{row.pk}", now=now)
        return
    if standing_of(row).in_default or not move(row, standing_of(row).given_up(now)):
        return
    open_access(row, actor="system", now=now)
    write_to_member(
        row,
        "instalment_unpaid",
        ref=f"instalment-unpaid:{charge.pk}:{charge.attempts}",
        now=now,
        pay_url=_pay_url(charge),
        amount_cents=charge.gross_cents,
        currency=charge.currency,
        access_stays=row.price.access_on_default == "keep",
    )
    log.record("money.instalment_given_up", actor="system", obj=row, at=now)


def _pay_url(charge: Charge) -> str:
    return settings.SITE_URL + reverse("money_pay", args=[charge.key])
