"""`bin/perenne import stripe-subscriptions FILE|--from-provider`: no new cards (OP3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from perenne.core import clock
from perenne.core.queries import current_business
from perenne.money.api import (
    ProviderRefused,
    ProviderUnavailable,
    current_prices,
    offer_by_slug,
    subscriptions_at_stripe,
    takeover_reason,
)
from perenne.portability.actions.stripe_subscriptions import Plan, take_over_all
from perenne.portability.domain.subscription_files import (
    UnreadableSubscriptions,
    read_objects,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.management.base import CommandParser

    from perenne.portability.actions.stripe_subscriptions import Report

_SHOWN = 50


class Command(BaseCommand):
    """Take subscriptions over; exit 0 when all were read, whatever rows were refused."""

    help = "Take over live Stripe subscriptions without new cards."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            help="saved subscription objects, JSON or JSONL",
        )
        parser.add_argument(
            "--from-provider", action="store_true", help="ask Stripe for them"
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="PRICE=OFFER[:PRICE_ID]",
            help="Stripe's price and the address of your offer (or one price of it)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything, write nothing"
        )
        parser.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, **options: Any) -> None:
        """Take them over and print what became of each."""
        if bool(options["file"]) == options["from_provider"]:
            raise CommandError("Name a file, or --from-provider.", returncode=2)
        business = current_business()
        plan = Plan(
            mapping=_mapping(options["map"]),
            language=business.language if business else "fr",
            actor="owner",
            dry_run=options["dry_run"],
        )
        try:
            report = take_over_all(_rows(options), plan, now=clock.now())
        except UnreadableSubscriptions as error:
            raise CommandError("The file holds no subscriptions.") from error
        except ProviderUnavailable as error:
            raise CommandError(
                "Stripe does not answer. Try again: nothing is done twice."
            ) from error
        except ProviderRefused as refusal:
            raise CommandError(f"Stripe refuses: {refusal.code}.") from refusal
        if options["json"]:
            answer = _answer(report, dry_run=options["dry_run"])
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._print(report)

    def _print(self, report: Report) -> None:
        for name in ("rows", "taken", "unchanged", "waiting"):
            self.stdout.write(f"{name:>10} {getattr(report, name)}")
        self.stdout.write(f"{'refused':>10} {len(report.refused)}")
        for row in report.refused[:_SHOWN]:
            reason = takeover_reason(row.code, row.detail)
            self.stdout.write(f"  {row.row}. {row.ref}: {reason}")
        if report.waiting:
            self.stdout.write(
                "Stripe was not told yet about those that wait: nothing is charged for "
                "them before. The worker tries again."
            )


def _rows(options: dict[str, Any]) -> Iterable[Any]:
    if options["from_provider"]:
        return subscriptions_at_stripe()
    path: Path = options["file"]
    if not path.is_file():
        raise CommandError(f"There is no file {path}.", returncode=2)
    return read_objects(path.read_bytes())


def _mapping(pairs: list[str]) -> dict[str, int]:
    """Return Stripe's price → our price's id.

    Without a price's id, the offer must have one price that renews.
    """
    mapping = {}
    for pair in pairs:
        theirs, _sign, ours = pair.partition("=")
        slug, _sign, wanted = ours.partition(":")
        offer = offer_by_slug(slug)
        prices = [
            price
            for price in (current_prices(offer.pk, clock.now()) if offer else [])
            if price.interval != "one_off" and wanted in {"", str(price.pk)}
        ]
        if len(prices) != 1:
            held = ", ".join(f"{slug}:{price.pk} ({price})" for price in prices)
            raise CommandError(f"--map {pair}: name one price. {held}", returncode=2)
        mapping[theirs] = prices[0].pk
    return mapping


def _answer(report: Report, *, dry_run: bool) -> dict[str, Any]:
    """Return what --json prints."""
    return {
        "rows": report.rows,
        "taken": report.taken,
        "unchanged": report.unchanged,
        "waiting": report.waiting,
        "refused": [
            {
                "row": row.row,
                "id": row.ref,
                "code": row.code,
                "reason": takeover_reason(row.code, row.detail),
            }
            for row in report.refused
        ],
        "dry_run": dry_run,
    }
