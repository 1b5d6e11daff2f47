"""Addresses of what the payment providers tell: events, disputes, comparisons."""

from __future__ import annotations

from django.urls import path

from perenne.money.web.inbox import backoffice_disputes as disputes
from perenne.money.web.inbox import backoffice_events as events

desk_urlpatterns = [
    path("payment-events/", events.events, name="desk_money_events"),
    path("payment-events/<int:pk>/", events.event, name="desk_money_event"),
    path(
        "payment-events/<int:pk>/replay/",
        events.replay,
        name="desk_money_event_replay",
    ),
    path("disputes/", disputes.disputes, name="desk_money_disputes"),
    path("disputes/<int:pk>/", disputes.dispute, name="desk_money_dispute"),
    path(
        "disputes/<int:pk>/evidence.pdf",
        disputes.dispute_file,
        {"kind": "pdf"},
        name="desk_money_dispute_pdf",
    ),
    path(
        "disputes/<int:pk>/evidence.txt",
        disputes.dispute_file,
        {"kind": "txt"},
        name="desk_money_dispute_txt",
    ),
    path("reconciliation/", events.reconciliation, name="desk_money_reconciliation"),
    path(
        "reconciliation/run/",
        events.reconcile_now,
        name="desk_money_reconciliation_run",
    ),
]
