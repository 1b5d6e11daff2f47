"""Money that comes or goes outside the platform, recorded by hand (station 9)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core.errors import Refusal
from perenne.money.actions.books.days import must_have_come
from perenne.money.actions.books.ledger import append
from perenne.money.domain.books.ledger import Cause, Entry, Kind
from perenne.money.models import LedgerEntry
from perenne.streams.api import stream_by_id

if TYPE_CHECKING:
    from datetime import date, datetime

_CAUSES = {"capital": Cause.CAPITAL, "one_to_one": Cause.MISSION}


class AmountIsZero(Refusal):
    """Nothing to record; nothing was changed."""

    sentence = _("Give an amount above zero.")
    field = "amount"


class UnknownStream(Refusal):
    """The stream does not exist; nothing was changed."""

    sentence = _("Choose one of your sources of income.")
    field = "stream"


@transaction.atomic
def record_outside_money(
    *,
    stream_id: int,
    kind: str,
    on: date,
    amount_cents: int,
    currency: str,
    label: str,
    counterparty: str,
    actor: str,
    now: datetime,
    ref: str = "",
    method: str = "other",
) -> LedgerEntry:
    """Book income or an expense of a stream; with a ref, twice books once (MO18).

    kind          "income" or "expense"
    amount_cents  above zero in both cases
    on            the day the money moved: all dates of the row are that day
    Raises        AmountIsZero, UnknownStream, DayHasNotCome: nothing was changed
    """
    if amount_cents <= 0:
        raise AmountIsZero
    must_have_come(on, now=now)
    stream = stream_by_id(stream_id)
    if stream is None:
        raise UnknownStream
    entry_ref = f"outside:{ref or uuid.uuid4().hex}"
    entry = Entry(
        kind=Kind(kind),
        cause=_CAUSES.get(stream.nature, Cause.OTHER),
        stream_id=stream.pk,
        amount_cents=amount_cents if kind == Kind.INCOME else -amount_cents,
        currency=currency,
        ref=entry_ref,
        sold_on=on,
        received_on=on,
        available_on=on,
        paid_out_on=on,
        banked_on=on,
        label=label.strip(),
        counterparty=counterparty.strip(),
        method=method,
    )
    rows = append([entry], actor=actor, now=now)
    return rows[0] if rows else LedgerEntry.objects.get(ref=entry_ref)
