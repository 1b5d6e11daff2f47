"""How an order is paid by bank transfer: in words, as a code, as a file (MB23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from perenne.core.clock import now as now_
from perenne.core.errors import NotFound
from perenne.core.queries import current_business
from perenne.core.web.ratelimit import client_address, limit
from perenne.money.actions.orders.proforma import proforma_pdf
from perenne.money.gateways.providers import TRANSFER
from perenne.money.gateways.qr import qr_svg
from perenne.money.queries.orders.orders import order_or_refuse
from perenne.money.queries.orders.transfers import payee, transfer_code

if TYPE_CHECKING:
    from django.http import HttpRequest

    from perenne.money.models import Order


def waits_for_transfer(order: Order) -> bool:
    """Tell whether an order is to be paid by transfer."""
    return order.provider == TRANSFER and order.state == "pending"


def how_to_transfer(order: Order) -> dict[str, Any]:
    """Return whom to pay and the code that a bank's app reads."""
    business = current_business()
    if not waits_for_transfer(order) or business is None:
        return {}
    text = transfer_code(order, business)
    label = _("QR code of the transfer")
    return {
        "payee": payee(business),
        "code": qr_svg(text, label=label) if text else "",
    }


@never_cache
@require_GET
def proforma(request: HttpRequest, key: str) -> HttpResponse:
    """Hand over the pro forma invoice of an order that waits for its transfer."""
    order = order_or_refuse(key)
    if not waits_for_transfer(order):
        raise NotFound
    limit("proforma", client_address(request), times=30, seconds=600)
    response = HttpResponse(
        proforma_pdf(order, now=now_()), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="{order.number}.pdf"'
    return response
