"""What payments keep when the guest of a booking is erased, and why: what accounts have to be kept of (0099)."""

OF_PAYMENTS = {
    "payments.StripeAccount": {
        "a host's": "name secret webhook_secret",
        "one of a few words": "kind currency",
        "ids and random numbers": "stripe_id address endpoint_id",
        "our own sentences": "problem",
    },
    "payments.Payment": {
        "one of a few words": "currency state",
        "ids and random numbers": "stripe_account intent_id charge_id",
        "blanked, since they lead to who paid; `test_forgetting.py`": "session_id session_url receipt_url",
        "blanked, as it is what a host wrote to the guest; `test_forgetting.py`": "called_off",
        "who said yes, of the hosts": "capture",
        "our own sentences": "problem",
    },
    "payments.Refund": {
        "one of a few words": "reason state",
        "ids and random numbers": "stripe_id key",
        "our own sentences": "problem",
    },
    "payments.StripeEvent": {"ids and random numbers": "account event_id"},
}
"""By model the columns that can hold texts, each with why erasing leaves it."""
