"""The owner's decisions about declarations: give money back, or say why nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.money.actions.payments.refunds import refund_payment
from perenne.money.models import DeclarationCase

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Refund

_State = DeclarationCase.State
_UNSETTLED = (_State.OPEN, _State.WAITING)


class DeclarationIsSettled(Refusal):
    """The declaration was settled before, or not answered yet; nothing was changed."""

    sentence = _("This declaration is settled already.")


@transaction.atomic
def settle_declaration(
    case_id: int, *, reason: str, actor: str, now: datetime
) -> DeclarationCase:
    """Close a declaration with the owner's reason.

    Raises  DeclarationIsSettled: nothing was changed
    """
    return _close(case_id, _State.SETTLED, reason=reason, actor=actor, now=now)


@transaction.atomic
def refund_declaration(
    case_id: int,
    *,
    payment_id: int,
    key: str,
    amount_cents: int,
    reason: str,
    end_access: bool,
    actor: str,
    now: datetime,
) -> Refund:
    """Give back what a withdrawal is owed and close it; both or neither.

    key      the form's own key: the same form refunds once
    Raises   DeclarationIsSettled, RefundTooHigh: nothing was changed
    """
    _close(case_id, _State.REFUNDED, reason=reason, actor=actor, now=now)
    return refund_payment(
        payment_id,
        key=key,
        amount_cents=amount_cents,
        reason=reason,
        end_access=end_access,
        actor=actor,
        now=now,
    )


def _close(
    case_id: int, state: str, *, reason: str, actor: str, now: datetime
) -> DeclarationCase:
    closed = DeclarationCase.objects.filter(pk=case_id, state__in=_UNSETTLED).update(
        state=state, settled_at=now, settled_by=actor, reason=reason
    )
    if not closed:
        raise DeclarationIsSettled(case=case_id)
    row = DeclarationCase.objects.get(pk=case_id)
    log.record("money.declaration_settled", actor=actor, obj=row, at=now, state=state)
    return row
