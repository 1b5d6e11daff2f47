"""The owner's screens for coupons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.offers.coupons import (
    add_coupon,
    change_coupon,
    set_coupon_active,
)
from perenne.money.queries.checkout.checkout import zone_of_business
from perenne.money.queries.offers.coupons import (
    counts_now,
    coupon_by_id,
    coupon_words,
    coupons_matching,
    offers_of,
    orders_with,
)
from perenne.money.queries.offers.offers import offer_titles
from perenne.money.web.offers.forms_coupons import (
    CouponForm,
    CouponLimitsForm,
    limits_of,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_STATES = [
    ("open", gettext_lazy("Counts now")),
    ("over", pgettext_lazy("code", "Over")),
]


@desk_view("money.view_coupon")
@require_GET
def coupons(request: HttpRequest) -> HttpResponse:
    """List coupons; search by code or note, filter by state."""
    now = now_()
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    page = keyset_page(
        coupons_matching(text, state, now).prefetch_related("offers"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "money/backoffice/coupons.html",
        {
            "page": page,
            "rows": [
                (row, coupon_words(row), counts_now(row, now)) for row in page.rows
            ],
            "q": text,
            "state": state,
            "states": _STATES,
            "zone": zone_of_business(),
        },
    )


def _options() -> dict[str, Any]:
    return {"offers": offer_titles(), "time_zone": str(zone_of_business())}


@desk_view("money.add_coupon")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Put a new code up."""
    if request.method == "POST":
        with timezone.override(ZoneInfo(str(zone_of_business()))):
            form = CouponForm(request.POST, **_options())
            valid = form.is_valid()
        if valid:
            try:
                row = add_coupon(**form.coupon(), actor=actor_of(request), now=now_())
            except Refusal as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, _("The code counts from its first day on."))
                return redirect("desk_money_coupon", pk=row.pk)
    else:
        wanted = request.GET.get("offer", "")
        offers = [int(wanted)] if wanted.isdigit() else []
        form = CouponForm(initial={"offers": offers}, **_options())
    return render(
        request,
        "money/backoffice/coupon.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@desk_view("money.change_coupon")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a code's limits, and see what it was used for."""
    row, now = coupon_by_id(pk), now_()
    zone = zone_of_business()
    if request.method == "POST":
        with timezone.override(ZoneInfo(str(zone))):
            form = CouponLimitsForm(request.POST, **_options())
            valid = form.is_valid()
        if valid:
            try:
                change_coupon(pk, **form.limits(), actor=actor_of(request), now=now)
            except Refusal as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, _("The code is saved."))
                return redirect("desk_money_coupon", pk=pk)
    else:
        offers = offers_of(row)
        form = CouponLimitsForm(
            initial=limits_of(row, [offer.pk for offer in offers], str(zone)),
            **_options(),
        )
    return render(
        request,
        "money/backoffice/coupon.html",
        {
            "coupon": row,
            "words": coupon_words(row),
            "counts": counts_now(row, now),
            "form": form,
            "orders": orders_with(row)[:50],
            "links": [
                f"{settings.SITE_URL}/offers/{offer.slug}/?coupon={row.code}"
                for offer in offers_of(row)[:5]
            ],
            "zone": zone,
        },
        status=422 if form.errors else 200,
    )


@desk_view("money.change_coupon")
@require_POST
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a code count, or no more."""
    on = request.POST.get("active") == "1"
    set_coupon_active(pk, active=on, actor=actor_of(request), now=now_())
    text = _("The code counts again.") if on else _("The code counts no more.")
    messages.success(request, text)
    return redirect("desk_money_coupon", pk=pk)
