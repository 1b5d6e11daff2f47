"""Invoices, receipts and the ledger."""
