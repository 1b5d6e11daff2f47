"""Bank transfer: no calls to anybody, the owner looks at the bank account."""
