"""Calendly: its API, read by an import."""
