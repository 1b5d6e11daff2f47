"""What costs nothing."""
