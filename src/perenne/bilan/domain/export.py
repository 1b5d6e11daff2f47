"""The review as plain values, for the command line and other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from perenne.bilan.domain.dependency import Dependency
    from perenne.bilan.domain.holidays import AwayCash, HolidayTest
    from perenne.bilan.domain.review import LaunchLine, Review, StreamLine


def review_values(review: Review) -> dict[str, Any]:
    """Return the review as JSON values: cents, minutes, ISO dates, fractions."""
    confidence = review.coverage.confidence
    return {
        "from": review.period.start.isoformat(),
        "to": review.period.end.isoformat(),
        "date_rule": review.date_rule,
        "currency": review.currency,
        "net_cents": review.net,
        "minutes": review.minutes,
        "net_per_hour_cents": None if confidence == "unknown" else review.rate,
        "passive_ratio": _fraction(review.passive),
        "coverage": {
            "worked_days": review.coverage.worked,
            "working_days": review.coverage.working,
            "share": _fraction(review.coverage.share),
            "confidence": confidence,
        },
        "unspread_shared_minutes": review.unspread,
        "contributions_not_deducted": [s.name for s in review.undeducted],
        "rows_in_other_currencies": review.other_currencies,
        "streams": [_stream(line, confidence) for line in review.lines],
        "months": [
            {
                "month": month.isoformat()[:7],
                "net_cents": {
                    source.name: values[at] for source, values in review.net_by_month
                },
            }
            for at, month in enumerate(review.months)
        ],
        "dependency": {
            "streams": _dependency(review.by_stream),
            "clients": _dependency(review.by_client),
        },
        "absences": [_holiday(test) for test in review.holidays],
        "launches": [_launch(line) for line in review.launches],
    }


def _fraction(value: Decimal | float | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _stream(line: StreamLine, confidence: str) -> dict[str, Any]:
    known = confidence != "unknown"
    cash, hours = line.cash, line.hours
    return {
        "name": line.source.name,
        "nature": line.source.nature,
        "receipts_cents": cash.receipts,
        "refunds_cents": cash.refunds,
        "fees_cents": cash.fees,
        "costs_cents": cash.costs,
        "contributions_cents": cash.contributions,
        "net_cents": cash.net,
        "receipts": cash.receipt_count,
        "direct_minutes": hours.direct,
        "shared_minutes": hours.shared,
        "build_minutes": hours.build,
        "build_spread_minutes": hours.build_spread,
        "upkeep_minutes": hours.upkeep,
        "net_per_hour_cents": line.rate if known else None,
        "net_per_hour_build_at_once_cents": line.rate_at_once if known else None,
        "net_per_hour_range_cents": list(line.range) if line.range and known else None,
        "passive_ratio": _fraction(line.passive),
    }


def _dependency(found: Dependency | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "first": found.top_name,
        "first_share": _fraction(found.top_share),
        "hhi": _fraction(found.hhi),
        "effective_number": _fraction(found.effective_number),
    }


def _holiday(test: HolidayTest) -> dict[str, Any]:
    return {
        "from": test.away.first_on.isoformat(),
        "to": test.away.last_on.isoformat(),
        "label": test.away.label,
        "by_date_received": _away(test.received),
        "by_date_sold": _away(test.sold),
    }


def _away(seen: AwayCash) -> dict[str, Any]:
    return {
        "net_cents": seen.net,
        "by_cause_cents": dict(seen.by_cause),
        "weekly_net_cents": seen.weekly,
        "normal_week_cents": seen.normal_week,
        "share_of_a_normal_week": _fraction(seen.kept),
    }


def _launch(line: LaunchLine) -> dict[str, Any]:
    return {
        "launch": line.slug,
        "name": line.name,
        "opens_on": line.opens_on.isoformat(),
        "base": line.base,
        "buyers": line.buyers,
        "buyers_outside_base": line.buyers_outside,
        "conversion": _fraction(line.share),
        "conversion_low": _fraction(line.low),
        "conversion_high": _fraction(line.high),
        "net_cents": line.net_cents,
        "refunded_cents": line.refunded_cents,
        "provisional": line.provisional,
        "minutes": line.minutes,
        "net_per_hour_cents": line.per_hour_cents,
    }
