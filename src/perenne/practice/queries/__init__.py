"""Every read of practice, by noun."""
