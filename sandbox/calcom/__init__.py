"""Cal.com: its API, read by an import."""
