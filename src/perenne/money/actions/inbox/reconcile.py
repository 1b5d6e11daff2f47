"""Compare our books with each provider's every night; mend or report what differs.

Whatever happened to the events on their way (lost, repeated, out of order), afterwards we
hold what the provider holds. Mending uses the same actions as the events do.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.tasks import task

from perenne.core import clock, log
from perenne.core.errors import Refusal
from perenne.money.actions.inbox.comparing import (
    compare_payment,
    look_at_what_is_under_way,
)
from perenne.money.actions.inbox.disputes import record_dispute
from perenne.money.actions.payments.given_back import record_given_back
from perenne.money.actions.payments.payments import UNKNOWN_PAYMENT
from perenne.money.actions.payments.payouts import record_payout
from perenne.money.actions.renewals.methods import settle_open_pages
from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable
from perenne.money.gateways.providers import providers
from perenne.money.models import Dispute, Reconciliation
from perenne.money.queries.inbox.reconciliation import payments_not_among, since_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from perenne.money.gateways.protocol import PaymentProvider

logger = logging.getLogger(__name__)
# A refund may come back, and a debit be answered, weeks after it was begun.
OVERLAP = timedelta(days=40)
_QUIET = {"known", "under way", "failed", "not paid"}


@dataclass(slots=True)
class Report:
    """What a comparison has found so far."""

    listed: dict[str, int] = field(default_factory=dict)
    mended: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)

    def take(self, what: str, ref: str, word: str) -> None:
        """Note the outcome of one comparison."""
        if word == UNKNOWN_PAYMENT:
            self.differences.append({"what": what, "ref": ref, "why": word})
        elif word not in _QUIET:
            self.mended.append({"what": what, "ref": ref, "did": word})


def reconcile(service: PaymentProvider, *, now: datetime) -> Reconciliation:
    """Compare with one provider, from 40 days before the last comparison on.

    A provider that does not answer breaks it off; the next night goes on from the same
    point. Running twice mends once.

    Returns  the report, kept
    """
    since = since_for(service.name, overlap=OVERLAP)
    row = Reconciliation.objects.create(
        provider=service.name, since=since, started_at=now
    )
    report, error = Report(), ""
    try:
        _compare(service, report, since=since, now=now)
    except (ProviderUnavailable, ProviderRefused) as broken:
        error = f"{type(broken).__name__}: {broken}"[:300]
        logger.warning("comparison with %s broken off: %s", service.name, error)
    return _close(row, report, error=error, now=now)


@transaction.atomic
def _close(
    row: Reconciliation, report: Report, *, error: str, now: datetime
) -> Reconciliation:
    row.listed, row.mended = report.listed, report.mended
    row.differences, row.error = report.differences, error
    row.finished_at = None if error else now
    Reconciliation.objects.filter(pk=row.pk).update(
        listed=row.listed,
        mended=row.mended,
        differences=row.differences,
        error=row.error,
        finished_at=row.finished_at,
    )
    log.record(
        "money.reconciled",
        actor="system",
        obj=row,
        at=now,
        mended=len(row.mended),
        differences=len(row.differences),
    )
    return row


def _compare(
    service: PaymentProvider, report: Report, *, since: datetime | None, now: datetime
) -> None:
    """Payments first, then what is about them, then what carries them to the bank."""
    name: dict[str, Any] = {"via": service.name, "actor": "system", "now": now}
    seen: set[str] = set()

    def payment(one: Any) -> str:
        seen.add(one.paid.ref)
        return compare_payment(one, report.differences, via=service.name, now=now)

    payments = service.list_payments(since)
    _each(report, what="payments", seen=payments, compare=payment)
    for ref in payments_not_among(seen, via=service.name, since=since, now=now):
        report.differences.append(
            {"what": "payments", "ref": ref, "why": "not at the provider"}
        )
    _each(
        report,
        what="refunds",
        seen=service.list_refunds(since),
        compare=lambda one: record_given_back(one, **name),
    )
    _each(
        report,
        what="disputes",
        seen=[*service.list_disputes(since), *_open_disputes(service, since)],
        compare=lambda one: record_dispute(one, **name),
    )
    for word, ref in look_at_what_is_under_way(service, now=now):
        report.take("payments", ref, word)
    _each(
        report,
        what="payouts",
        seen=service.list_payouts(since),
        compare=lambda one: record_payout(one, **name),
    )
    for _saved in range(settle_open_pages(now=now)):
        report.take("methods", "", "saved")


def _each(
    report: Report,
    *,
    what: str,
    seen: Iterable[Any],
    compare: Callable[[Any], str],
) -> None:
    """Compare each; what one of our own rules refuses is reported and holds up nothing."""
    count = 0
    for one in seen:
        count += 1
        ref = one.paid.ref if hasattr(one, "paid") else one.ref
        try:
            report.take(what, ref, compare(one))
        except Refusal as refusal:
            report.differences.append(
                {"what": what, "ref": ref, "why": type(refusal).__name__}
            )
    report.listed[what] = count


def _open_disputes(service: PaymentProvider, since: datetime | None) -> list[Any]:
    """Return the disputes that we believe open and that are older than the list."""
    if since is None:
        return []
    held = Dispute.objects.filter(
        provider=service.name, closed_at=None, opened_at__lt=since
    )
    return [service.fetch_dispute(row.provider_ref) for row in held.order_by("pk")]


def reconcile_all(*, now: datetime) -> list[Reconciliation]:
    """Compare with every provider that is connected and can be asked."""
    return [
        reconcile(service, now=now)
        for _name, service in providers
        if service.is_ready() and not service.by_hand
    ]


@task
def reconcile_nightly() -> None:
    """Compare once; running twice does no harm."""
    reconcile_all(now=clock.now())
