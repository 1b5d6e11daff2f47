"""Two payments at once, around the threshold: only one stays below it (R121)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, connections

from perenne.core.tokens import new_token
from perenne.money.actions.payments.payments import mark_transfer_paid
from perenne.money.models import Order, VatEntry

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time"
    ),
]


def test_of_many_sales_at_once_the_right_ones_go_abroad(
    make_offer, make_order, buyer, now
):
    offer = make_offer("half", one_off=300_000)
    german = replace(buyer, country="DE")
    orders = [
        make_order(offer, buyer=german, method="transfer", key=new_token())
        for _number in range(8)
    ]

    def pay(order):
        try:
            mark_transfer_paid(order.pk, paid_at=now, actor="owner", now=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(pay, orders))
    assert Order.objects.filter(state="paid").count() == 8
    assert VatEntry.objects.filter(country="FR").count() == 3
    assert VatEntry.objects.filter(country="DE").count() == 5
    at_home = sum(
        VatEntry.objects.filter(country="FR").values_list("net_cents", flat=True)
    )
    assert at_home == 900_000
