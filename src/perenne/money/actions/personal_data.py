"""Personal-data requests: what money hands over, erases, and must keep (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.money.actions.subscriptions.subscriptions import (
    end_subscription,
    stop_renewal,
)
from perenne.money.domain.subscriptions.subscriptions import LIVE, Ending
from perenne.money.models import (
    Affiliate,
    BillingDetails,
    CheckoutReminder,
    Gift,
    Order,
    Parting,
    Subscription,
)
from perenne.money.queries.affiliates.affiliates import affiliate_rows
from perenne.money.queries.books.invoices import invoice_rows
from perenne.money.queries.books.ledger import entry_rows
from perenne.money.queries.exits.exits import declaration_rows
from perenne.money.queries.orders.gifts import gift_rows
from perenne.money.queries.orders.orders import order_rows, subscription_rows
from perenne.money.queries.orders.reminders import reminder_rows

if TYPE_CHECKING:
    from datetime import datetime

# Accounting records are kept ten years (C. com. L123-22), invoices too (LPF L102 B).
KEPT_BECAUSE = "C. com. L123-22, LPF L102 B"
# A declaration proves what was said and when: legal claims (GDPR art. 17(3)(e)) may be
# brought for five years.
DECLARATIONS_KEPT_BECAUSE = "C. civ. 2224"
_NEVER_PAID = ("pending", "cancelled", "expired")


class SalesData:
    """Orders that were paid stay, as the law asks; the others lose every name.

    That a trial was had stays with its order: it names nobody else.
    """

    title = _("Orders and subscriptions")
    tables = frozenset({"money.order", "money.subscription", "money.trialuse"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return orders and subscriptions, and why paid ones are kept."""
        return {
            "orders": order_rows(person_id),
            "subscriptions": subscription_rows(person_id),
            "kept_because": KEPT_BECAUSE,
        }

    @transaction.atomic
    def erase(self, person_id: int, *, now: datetime) -> None:
        """Empty the orders that were never paid and stop every renewal."""
        Order.objects.filter(person_id=person_id, state__in=_NEVER_PAID).update(
            name="",
            email="",
            street="",
            postcode="",
            city="",
            company="",
            vat_number="",
            buyer_type="consumer",
        )
        for row in Subscription.objects.filter(person_id=person_id, state__in=LIVE):
            _stop_without_a_word(row.pk, now=now)
        Parting.objects.filter(subscription__person_id=person_id).update(text="")
        BillingDetails.objects.filter(subscription__person_id=person_id).delete()
        log.record("money.person_erased", actor="system", at=now, person=person_id)


def _stop_without_a_word(subscription_id: int, *, now: datetime) -> None:
    """Stop a renewal; what cannot be stopped (instalments) is not asked for any more."""
    row = stop_renewal(subscription_id, actor="system", now=now, tell=False)
    if row.state in LIVE:
        end_subscription(row, actor="system", now=now, reason=Ending.VOLUNTARY)


class GiftsData:
    """Gifts given and redeemed, and reminders asked for: they go with their order.

    What is said of the other person is theirs; a gift that is open keeps its address, or
    it could not be redeemed.
    """

    title = _("Gifts and reminders")
    tables = frozenset({"money.gift"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return gifts and reminders."""
        return {
            "gifts": gift_rows(person_id),
            "reminders": reminder_rows(person_id),
        }

    @transaction.atomic
    def erase(self, person_id: int, *, now: datetime) -> None:
        """Forget the recipient of what this person redeemed, and unsent reminders."""
        Gift.objects.filter(person_id=person_id).update(
            recipient_name="", recipient_email="", message=""
        )
        unpaid = Gift.objects.filter(order__person_id=person_id, state="unpaid")
        unpaid.delete()
        CheckoutReminder.objects.filter(order__person_id=person_id).delete()
        log.record("money.gifts_erased", actor="system", at=now, person=person_id)


class AffiliateData:
    """What somebody earned as an affiliate: accounting records, kept like the books."""

    title = _("Earned as an affiliate")
    tables = frozenset({"money.affiliate"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return commissions and payouts, and why they are kept."""
        return {"earned": affiliate_rows(person_id), "kept_because": KEPT_BECAUSE}

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Close the link; what was earned and paid stays, as the law asks."""
        Affiliate.objects.filter(person_id=person_id).update(active=False)
        log.record("money.affiliate_closed", actor="system", at=now, person=person_id)


class BooksData:
    """Invoices and ledger rows: all of it is kept, because the law says so.

    Commercial papers for ten years (C. com. L123-22), invoices as long as the tax office
    may ask for them (LPF L102 B); GDPR art. 17(3)(b) keeps them from erasure (R88). The
    person they point to loses name and address; the issued document keeps its own.
    """

    title = _("Invoices and payments")
    tables = frozenset({"money.invoice", "money.ledgerentry"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return invoices and booked money, and why they are kept."""
        return {
            "invoices": invoice_rows(person_id),
            "money": entry_rows(person_id),
            "kept_because": KEPT_BECAUSE,
        }

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Note that nothing may be erased here."""
        log.record("money.books_kept", actor="system", at=now, person=person_id)


class DeclarationsData:
    """Declarations of the public exits: word for word, they are a proof and stay (R53)."""

    title = _("Terminations and withdrawals")
    tables = frozenset({"money.declaration", "money.declarationcase"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return what the person declared, and why it is kept."""
        return {
            "declarations": declaration_rows(person_id),
            "kept_because": DECLARATIONS_KEPT_BECAUSE,
        }

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Note that nothing may be erased here."""
        log.record("money.declarations_kept", actor="system", at=now, person=person_id)
