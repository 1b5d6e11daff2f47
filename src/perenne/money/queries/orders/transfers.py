"""How an order is paid by bank transfer, as a QR code's text (MB23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.money.domain.checkout.epc_qr import NotForEpc, Transfer, epc_payload

if TYPE_CHECKING:
    from perenne.core.models import Business
    from perenne.money.models import Order

_SOLE_TRADERS = {"micro", "ei"}


def payee(business: Business) -> str:
    """Return the name of the account's holder: a sole trader is themselves."""
    if business.legal_form in _SOLE_TRADERS:
        return business.owner_name or business.name
    return business.name


def transfer_code(order: Order, business: Business | None) -> str:
    """Return the text of the transfer's QR code, "" where the standard has none."""
    if business is None or order.currency != "EUR":
        return ""
    transfer = Transfer(
        name=payee(business),
        iban=business.bank_iban,
        bic=business.bank_bic,
        amount_cents=order.gross_cents,
        text=order.number,
    )
    try:
        return epc_payload(transfer)
    except NotForEpc:
        return ""
