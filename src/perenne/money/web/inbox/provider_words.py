"""The words for what became of events and comparisons."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

_OUTCOMES = {
    "ignored": gettext_lazy("Kept, nothing to do"),
    "paid": gettext_lazy("The payment is recorded"),
    "recorded": gettext_lazy("The payment is recorded"),
    "not paid": gettext_lazy("Nothing was paid"),
    "under way": gettext_lazy("The bank has not answered yet"),
    "declined": gettext_lazy("The bank refused it"),
    "unknown order": gettext_lazy("No order of ours"),
    "unknown charge": gettext_lazy("No renewal of ours"),
    "unknown payment": gettext_lazy("No payment of ours"),
    "unknown method": gettext_lazy("No card of ours"),
    "refunded": gettext_lazy("The refund is recorded"),
    "came back": gettext_lazy("The refund came back and is booked"),
    "failed": gettext_lazy("The refund failed"),
    "known": gettext_lazy("Known before"),
    "opened": gettext_lazy("The dispute is noted"),
    "answered": gettext_lazy("The bank decides on the dispute"),
    "won": gettext_lazy("The dispute is won"),
    "lost": gettext_lazy("The dispute is lost and booked"),
    "paid out": gettext_lazy("The payout is recorded"),
    "sent back": gettext_lazy("The payout was sent back"),
    "not connected": gettext_lazy("The provider is not connected"),
    "saved": gettext_lazy("The new card is in use"),
    "expired": gettext_lazy("The page expired"),
    "not saved": gettext_lazy("Nothing was saved"),
    "noted": gettext_lazy("Noted at the subscription"),
    "fee booked": gettext_lazy("The fee is booked"),
    "surplus": gettext_lazy("Received twice: give it back"),
    "amount differs": gettext_lazy("The amounts differ"),
    "not at the provider": gettext_lazy("The provider does not know it"),
    "RefundTooHigh": gettext_lazy("More was given back than is left here"),
}
_REASONS = {
    "fraudulent": gettext_lazy("The holder of the card says that it was not them"),
    "unrecognized": gettext_lazy("The buyer does not recognise the payment"),
    "duplicate": gettext_lazy("Charged twice"),
    "subscription_canceled": gettext_lazy("Charged after the subscription had ended"),
    "product_not_received": gettext_lazy("Not received"),
    "product_unacceptable": gettext_lazy("Not what was promised"),
    "credit_not_processed": gettext_lazy("A refund that was due did not come"),
    "debit_not_authorized": gettext_lazy("The debit was not allowed"),
    "customer_initiated": gettext_lazy("The buyer had the debit returned"),
    "insufficient_funds": gettext_lazy("The account was empty"),
    "incorrect_account_details": gettext_lazy("The account does not exist"),
    "bank_cannot_process": gettext_lazy("The bank could not carry it out"),
    "general": gettext_lazy("No reason given"),
}
WHAT = {
    "payments": gettext_lazy("Payments"),
    "refunds": pgettext_lazy("money", "Refunds"),
    "disputes": gettext_lazy("Disputes"),
    "payouts": pgettext_lazy("money", "Payouts"),
    "methods": gettext_lazy("Cards and accounts"),
}


def outcome_words(outcome: str) -> str:
    """Return what became of it as a sentence; a code that has none stays as it is."""
    if outcome.startswith("refused: "):
        code = outcome.removeprefix("refused: ")
        return _("The provider refused: %(code)s") % {"code": code}
    return str(_OUTCOMES.get(outcome, outcome))


def reason_words(reason: str) -> str:
    """Return why a buyer takes a payment back; a code that has no words stays."""
    return str(_REASONS.get(reason, reason))


def what_words(what: str) -> str:
    """Return the name of a kind of row in a comparison."""
    return str(WHAT.get(what, what))
