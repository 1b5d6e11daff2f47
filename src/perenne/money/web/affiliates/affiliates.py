"""An affiliate's link, and the page that tells them what they have earned (LA12, R1).

The link keeps nothing on the visitor's device: the code travels in addresses and in the
checkout's form, and is forgotten when the visitor leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from perenne.core.clock import now as now_
from perenne.core.errors import NotFound
from perenne.core.web.ratelimit import client_address, limit
from perenne.money.queries.affiliates.affiliate_links import affiliate_of_token
from perenne.money.queries.affiliates.affiliates import (
    affiliate_by_code,
    balances,
    commissions_of,
    payouts_of,
    rule_of,
    sales_of,
)
from perenne.money.queries.checkout.checkout import civil_day, zone_of_business
from perenne.money.queries.offers.offers import offer_by_slug, offers_on_sale

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_SHOWN = 50


@never_cache
@require_GET
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Go to the offer that was named, or show what is on sale."""
    affiliate = affiliate_by_code(code)
    if affiliate is None:
        raise NotFound
    via = urlencode({"via": affiliate.code})
    offers = list(offers_on_sale(now_())[:_SHOWN])
    named = offer_by_slug(request.GET.get("to", ""))
    if named is None and len(offers) == 1:
        named = offers[0]
    if named is not None and named.active:
        return redirect(f"{reverse('money_offer', args=[named.slug])}?{via}")
    context = {"offers": offers, "via": via}
    return render(request, "money/public/affiliate_offers.html", context)


@never_cache
@require_GET
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show an affiliate what they earned; nothing about who bought."""
    limit("affiliate", client_address(request), times=60, seconds=600)
    affiliate = affiliate_of_token(token)
    link = reverse("money_affiliate_link", args=[affiliate.code])
    return render(
        request,
        "money/public/affiliate.html",
        {
            "affiliate": affiliate,
            "rule": rule_of(affiliate),
            "link": settings.SITE_URL + link,
            "sales": sales_of(affiliate.pk),
            "balances": balances(civil_day(now_()), [affiliate.pk]),
            "rows": commissions_of(affiliate.pk)[:_SHOWN],
            "payouts": payouts_of(affiliate.pk)[:_SHOWN],
            "zone": zone_of_business(),
        },
    )
