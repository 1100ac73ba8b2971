"""Web addresses that are told of bookings, by Standard Webhooks 1.0, and what there was to tell for 30 days."""
