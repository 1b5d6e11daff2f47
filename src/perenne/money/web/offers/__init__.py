"""What is sold, and at which price."""
