"""From an offer's page to a paid order."""
