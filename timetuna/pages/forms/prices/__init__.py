"""What guests pay, as a host types it."""
