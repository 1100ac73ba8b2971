"""Stripe: accounts, Checkout, payments, refunds, disputes and signed events."""
