"""Whose VAT a sale bears, and what is declared of it."""
