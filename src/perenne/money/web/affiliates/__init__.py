"""People who bring buyers."""
