"""Addresses of what is sold around the checkout: proposals, gifts, affiliates."""

from __future__ import annotations

from django.urls import path

from perenne.money.web.affiliates import affiliates, backoffice_affiliates
from perenne.money.web.checkout import after
from perenne.money.web.offers import backoffice_extras
from perenne.money.web.orders import backoffice_gifts

urlpatterns = [
    path("orders/<str:key>/proposal/", after.answer_proposal, name="money_proposal"),
    path("orders/<str:key>/recipient/", after.recipient, name="money_recipient"),
    path("gift/<str:token>/", after.redeem, name="money_gift"),
    path("a/<slug:code>/", affiliates.follow, name="money_affiliate_link"),
    path("affiliate/<str:token>/", affiliates.page, name="money_affiliate"),
]
desk_urlpatterns = [
    path("offers/<int:pk>/extras/", backoffice_extras.edit, name="desk_money_extras"),
    path("gifts/", backoffice_gifts.gifts, name="desk_money_gifts"),
    path("gifts/<int:pk>/send/", backoffice_gifts.send, name="desk_money_gift_send"),
    path("affiliates/", backoffice_affiliates.affiliates, name="desk_money_affiliates"),
    path(
        "affiliates/due.csv",
        backoffice_affiliates.due_csv,
        name="desk_money_affiliates_csv",
    ),
    path(
        "affiliates/<int:pk>/",
        backoffice_affiliates.affiliate,
        name="desk_money_affiliate",
    ),
    path(
        "affiliates/<int:pk>/pay/",
        backoffice_affiliates.pay,
        name="desk_money_affiliate_pay",
    ),
]
