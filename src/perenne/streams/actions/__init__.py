"""Every write of streams, by noun."""
