"""Addresses of running subscriptions: the member's and the owner's."""

from __future__ import annotations

from django.urls import path

from perenne.money.web.subscriptions import (
    backoffice_lives,
    backoffice_rules,
    backoffice_subscriptions,
    portal,
    portal_plans,
)

_ONE = "me/subscription/<int:pk>"
_DESK = "subscriptions/<int:pk>"

urlpatterns = [
    path("me/subscription/", portal.subscriptions, name="money_subscriptions"),
    path(f"{_ONE}/stop/", portal.stop, name="money_stop"),
    path(f"{_ONE}/why/", portal.parting, name="money_parting"),
    path(f"{_ONE}/keep/", portal.keep, name="money_keep"),
    path(f"{_ONE}/stay/", portal.stay, name="money_stay"),
    path(f"{_ONE}/pause/", portal.pause, name="money_pause"),
    path(f"{_ONE}/resume/", portal.resume, name="money_resume"),
    path(f"{_ONE}/billing/", portal.billing, name="money_billing"),
    path(f"{_ONE}/plan/", portal_plans.plan, name="money_plan"),
    path(f"{_ONE}/plan/drop/", portal_plans.drop_plan, name="money_plan_drop"),
    path(f"{_ONE}/card/", portal_plans.card, name="money_card"),
    path(f"{_ONE}/card/done/", portal_plans.card_done, name="money_card_done"),
]

desk_urlpatterns = [
    path(
        "subscriptions/",
        backoffice_subscriptions.subscriptions,
        name="desk_money_subscriptions",
    ),
    path(
        "subscriptions/rules/",
        backoffice_rules.rules,
        name="desk_money_subscription_rules",
    ),
    path(
        "subscriptions/rules/plans/",
        backoffice_rules.add_group,
        name="desk_money_plan_group_add",
    ),
    path(
        "subscriptions/rules/plans/<int:pk>/remove/",
        backoffice_rules.remove_group,
        name="desk_money_plan_group_remove",
    ),
    path("subscriptions/prices/", backoffice_rules.prices, name="desk_money_rises"),
    path(
        "subscriptions/prices/<int:pk>/",
        backoffice_rules.rise,
        name="desk_money_rise",
    ),
    path(
        "subscriptions/prices/<int:pk>/withdraw/",
        backoffice_rules.withdraw,
        name="desk_money_rise_withdraw",
    ),
    path(
        f"{_DESK}/",
        backoffice_subscriptions.subscription,
        name="desk_money_subscription",
    ),
    path(f"{_DESK}/stop/", backoffice_lives.stop, name="desk_money_subscription_stop"),
    path(f"{_DESK}/keep/", backoffice_lives.keep, name="desk_money_subscription_keep"),
    path(
        f"{_DESK}/pause/", backoffice_lives.pause, name="desk_money_subscription_pause"
    ),
    path(
        f"{_DESK}/resume/",
        backoffice_lives.resume,
        name="desk_money_subscription_resume",
    ),
    path(f"{_DESK}/plan/", backoffice_lives.plan, name="desk_money_subscription_plan"),
    path(
        f"{_DESK}/waive/", backoffice_lives.waive, name="desk_money_subscription_waive"
    ),
]
