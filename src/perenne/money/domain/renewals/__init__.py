"""What our own clock charges, and what follows from it."""
