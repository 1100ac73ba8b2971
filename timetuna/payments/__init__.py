"""Money that guests pay for bookings, by way of Stripe."""
