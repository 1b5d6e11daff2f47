"""What the payment providers tell, compared with what we know."""
