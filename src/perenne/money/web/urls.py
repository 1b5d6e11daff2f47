"""Addresses of money."""

from __future__ import annotations

from django.urls import path, register_converter

from perenne.money.web import urls_books, urls_extras, urls_life, urls_providers
from perenne.money.web.checkout import offer_page, public
from perenne.money.web.exits import backoffice_declarations, exits
from perenne.money.web.inbox import hooks
from perenne.money.web.offers import (
    backoffice_coupons,
    backoffice_offers,
    backoffice_prices,
)
from perenne.money.web.orders import backoffice_orders, transfers

urlpatterns = [
    *urls_books.urlpatterns,
    path("offers/<slug:slug>/", offer_page.offer_page, name="money_offer"),
    path("checkout/<slug:slug>/", public.checkout, name="money_checkout"),
    path("orders/<str:key>/", public.order_page, name="money_order"),
    path("orders/<str:key>/proforma.pdf", transfers.proforma, name="money_proforma"),
    path("orders/<str:key>/pay/", public.order_pay, name="money_order_pay"),
    *urls_extras.urlpatterns,
    path("pay/<str:key>/", public.pay_charge, name="money_pay"),
    path("pay/<str:key>/done/", public.pay_done, name="money_pay_done"),
    path("cancel-contract/", exits.cancel_contract, name="cancel_contract"),
    path(
        "cancel-contract/done/",
        exits.cancel_contract_done,
        name="cancel_contract_done",
    ),
    path("withdraw/", exits.withdraw, name="withdraw"),
    path("withdraw/done/", exits.withdraw_done, name="withdraw_done"),
    *urls_life.urlpatterns,
]
register_converter(hooks.ProviderName, "payment_provider")
hook_urlpatterns = [
    path("<payment_provider:name>/", hooks.provider_hook, name="money_hook")
]
desk_urlpatterns = [
    *urls_extras.desk_urlpatterns,
    *urls_books.desk_urlpatterns,
    *urls_providers.desk_urlpatterns,
    *urls_life.desk_urlpatterns,
    path("offers/", backoffice_offers.offers, name="desk_money_offers"),
    path("offers/new/", backoffice_offers.add, name="desk_money_offer_add"),
    path("offers/<int:pk>/", backoffice_offers.edit, name="desk_money_offer"),
    path("offers/<int:pk>/price/", backoffice_prices.price, name="desk_money_price"),
    path(
        "offers/<int:pk>/price/<int:price_pk>/end/",
        backoffice_prices.end,
        name="desk_money_price_end",
    ),
    path(
        "offers/<int:pk>/price/<int:price_pk>/step/",
        backoffice_prices.step,
        name="desk_money_step",
    ),
    path(
        "offers/<int:pk>/step/<int:step_pk>/out/",
        backoffice_prices.step_out,
        name="desk_money_step_out",
    ),
    path("coupons/", backoffice_coupons.coupons, name="desk_money_coupons"),
    path("coupons/new/", backoffice_coupons.add, name="desk_money_coupon_add"),
    path("coupons/<int:pk>/", backoffice_coupons.edit, name="desk_money_coupon"),
    path(
        "coupons/<int:pk>/active/",
        backoffice_coupons.active,
        name="desk_money_coupon_active",
    ),
    path("orders/", backoffice_orders.orders, name="desk_money_orders"),
    path("orders/<int:pk>/", backoffice_orders.order, name="desk_money_order"),
    path(
        "orders/<int:pk>/close/",
        backoffice_orders.close,
        name="desk_money_order_close",
    ),
    path(
        "orders/<int:pk>/transfer/",
        backoffice_orders.transfer_paid,
        name="desk_money_transfer",
    ),
    path(
        "orders/<int:pk>/refund/<int:payment_pk>/",
        backoffice_orders.refund,
        name="desk_money_refund",
    ),
    path(
        "declarations/",
        backoffice_declarations.declarations,
        name="desk_money_declarations",
    ),
    path(
        "declarations/<int:pk>/",
        backoffice_declarations.declaration,
        name="desk_money_declaration",
    ),
    path(
        "declarations/<int:pk>/refund/",
        backoffice_declarations.refund,
        name="desk_money_declaration_refund",
    ),
    path(
        "declarations/<int:pk>/settle/",
        backoffice_declarations.settle,
        name="desk_money_declaration_settle",
    ),
]
