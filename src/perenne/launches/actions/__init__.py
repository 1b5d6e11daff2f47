"""Every write of launches."""
