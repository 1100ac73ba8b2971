"""OAuth's addresses and the pages of connected apps: one resource a file."""
