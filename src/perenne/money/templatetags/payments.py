"""How a payment was made, in words."""

from __future__ import annotations

from django import template

from perenne.money.queries.books.ledger import method_name

register = template.Library()
register.filter("method_name", method_name)
