"""What renews, as it stands and as its member knows it."""
