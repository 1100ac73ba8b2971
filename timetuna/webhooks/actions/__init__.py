"""What webhooks do: a verb a file."""
