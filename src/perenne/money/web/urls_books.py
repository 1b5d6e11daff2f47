"""Addresses of the books: invoices, receipts book, money from outside."""

from __future__ import annotations

from django.urls import path

from perenne.money.web.books import backoffice_invoices as invoices
from perenne.money.web.books import backoffice_ledger as ledger
from perenne.money.web.books import portal_invoices
from perenne.money.web.vat import backoffice_vat as vat

urlpatterns = [
    path("me/invoices/", portal_invoices.invoices, name="money_invoices"),
    path(
        "me/invoices/<str:number>.pdf",
        portal_invoices.invoice_pdf,
        name="money_invoice_pdf",
    ),
]
desk_urlpatterns = [
    path("invoices/", invoices.invoices, name="desk_money_invoices"),
    path("invoices.csv", invoices.invoices_csv, name="desk_money_invoices_csv"),
    path("invoices/waiting/", invoices.waiting, name="desk_money_invoices_waiting"),
    path(
        "invoices/<str:number>.pdf",
        invoices.invoice_pdf,
        name="desk_money_invoice_pdf",
    ),
    path("invoices/<str:number>/", invoices.invoice, name="desk_money_invoice"),
    path(
        "invoices/<str:number>/paid/",
        invoices.mark_paid,
        name="desk_money_invoice_paid",
    ),
    path(
        "invoices/<str:number>/credit/",
        invoices.credit,
        name="desk_money_invoice_credit",
    ),
    path("ledger/", ledger.ledger, name="desk_money_ledger"),
    path("ledger.csv", ledger.ledger_csv, name="desk_money_ledger_csv"),
    path("outside/", ledger.outside, name="desk_money_outside"),
    path(
        "outside/<int:entry_id>/reverse/",
        ledger.reverse,
        name="desk_money_outside_reverse",
    ),
    path("vat/", vat.vat, name="desk_money_vat"),
    path("vat.csv", vat.vat_csv, name="desk_money_vat_csv"),
    path("orders/<int:pk>/country/", vat.confirm, name="desk_money_country"),
]
