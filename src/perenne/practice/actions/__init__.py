"""Every write of practice, by noun."""
