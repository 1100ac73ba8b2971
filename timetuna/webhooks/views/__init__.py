"""Settings → Developers → Webhooks."""
