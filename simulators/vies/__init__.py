"""A stand-in for VIES, the Union's register of VAT numbers, on this machine.

It answers POST …/check-vat-number as the register's public REST interface does, and can
be told which numbers exist, or to give no answer.
"""
