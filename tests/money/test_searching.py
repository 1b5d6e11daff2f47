"""Lists of money are searched by an address's beginning without reading a whole table."""

import pytest
from django.db import connection

from perenne.money.queries.exits.exits import cases_matching
from perenne.money.queries.orders.orders import orders_matching
from perenne.money.queries.subscriptions.subscriptions import subscriptions_matching


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan")
@pytest.mark.parametrize(
    "matching", [orders_matching, subscriptions_matching, cases_matching]
)
def test_a_search_by_address_reads_an_index(db, matching):
    found = matching("Ana").order_by("-pk")[:51]
    plan = found.explain().splitlines()
    assert [step for step in plan if step.split(" ", 3)[3].startswith("SCAN")] == []
