"""Leaving: the end of a contract, withdrawal, what is given back."""
