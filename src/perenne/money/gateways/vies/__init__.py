"""The Union's register of VAT numbers (VIES)."""
