"""Accounts that are paid, what guests pay, and what they get back. Amounts are whole numbers of minor units."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from timetuna.bookings.models import Booking
from timetuna.db.public_id import new_public_id


def new_address() -> str:
    return new_public_id("")


def new_key() -> str:
    return str(uuid.uuid4())


class StripeAccount(models.Model):
    """A host's account at Stripe, which guests pay.

    kind: by the operator's platform (Connect), or by a key of the host's own.  stripe_id: as in "acct_1A2b3C".
    currency: the account's own, as "eur".  secret: sealed; a key of its own, "" for the platform's.
    address: the last part of /api/webhooks/stripe/…, for a key of its own.  endpoint_id, webhook_secret (sealed): what
    is registered at Stripe for it.
    problem: why nobody can pay by it, a sentence; problem_at: since when.  told_at: when its host was mailed of it.
    """

    class Kind(models.TextChoices):
        CONNECT = "connect"
        OWN = "own"

    host = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stripe_account"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    stripe_id = models.CharField(max_length=100, db_index=True)
    name = models.CharField(max_length=200, blank=True, default="")
    currency = models.CharField(max_length=3, blank=True, default="")
    livemode = models.BooleanField(default=False)
    secret = models.TextField(blank=True, default="")
    address = models.CharField(max_length=24, unique=True, default=new_address, editable=False)
    endpoint_id = models.CharField(max_length=100, blank=True, default="")
    webhook_secret = models.TextField(blank=True, default="")
    connected_at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=300, blank=True, default="")
    problem_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    def works(self) -> bool:
        """Whether guests can pay by it, as far as is known."""
        return not self.problem


class Payment(models.Model):
    """What the guest of a booking pays, has paid, or would have paid.

    account: None once it is disconnected; stripe_account says which it was.  payee: the host whose it is.
    amount: the price.  tax: what Stripe has added to it.
    charges_tax, by_hand, refund_hours: the page's rules when it was booked. by_hand: the money is only set aside until
    the host has said yes.  refund_hours: None is never by rule.
    attempt: how many sessions were asked for.  session_…, intent_id, charge_id: Stripe's.
    session_url: where the guest pays, "" where they cannot (any more).
    capture_before: until when what is set aside can be taken.  capture: what a host has said yes to, {} while they
    have not: who, and from where.
    called_off: what its host has said while it was still to be paid, {} while they have not: who, from where, with
    which words, and who is told.
    refunded: what was given back, by whomever.  disputed: the payer's bank tries to take it back.
    problem: what Stripe says stands in the way, for its host.
    """

    class State(models.TextChoices):
        AWAITING = "awaiting"
        AUTHORISED = "authorised"
        PAID = "paid"
        RELEASED = "released"
        EXPIRED = "expired"
        PARTLY_REFUNDED = "partly_refunded"
        REFUNDED = "refunded"
        LOST = "lost"

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="payment")
    account = models.ForeignKey(StripeAccount, null=True, on_delete=models.SET_NULL, related_name="payments")
    stripe_account = models.CharField(max_length=100)
    payee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    tax = models.BigIntegerField(default=0)
    charges_tax = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=False)
    refund_hours = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.AWAITING)
    disputed = models.BooleanField(default=False)
    attempt = models.PositiveSmallIntegerField(default=1)
    session_id = models.CharField(max_length=100, blank=True, default="")
    session_url = models.TextField(blank=True, default="")
    intent_id = models.CharField(max_length=100, blank=True, default="")
    charge_id = models.CharField(max_length=100, blank=True, default="")
    receipt_url = models.TextField(blank=True, default="")
    capture_before = models.DateTimeField(null=True)
    capture = models.JSONField(default=dict)
    called_off = models.JSONField(default=dict)
    paid_at = models.DateTimeField(null=True)
    refunded = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["session_id"], name="payments_of_session"),
            models.Index(fields=["intent_id"], name="payments_of_intent"),
        ]

    def total(self) -> int:
        """What the guest is charged: the price and the tax on it."""
        return self.amount + self.tax

    def left(self) -> int:
        """What can still be given back."""
        taken = self.state in TAKEN
        return self.total() - self.refunded if taken else 0


TAKEN = frozenset({Payment.State.PAID, Payment.State.PARTLY_REFUNDED, Payment.State.REFUNDED})
"""The money has gone from the guest to the host, whatever came back."""


class Refund(models.Model):
    """Money that goes back to a guest. key: Stripe gives it back once, however often it is asked with the same.

    by: which of the hosts asked for it.  problem: why it is not given, a sentence.
    """

    class Reason(models.TextChoices):
        HOST = "host"
        RULE = "rule"
        GONE = "gone"
        OUTSIDE = "outside"

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="refunds")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=10, choices=Reason.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    stripe_id = models.CharField(max_length=100, blank=True, default="")
    key = models.CharField(max_length=64, unique=True, default=new_key)
    problem = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]


class StripeEvent(models.Model):
    """A call of Stripe's that has come: the same one again does nothing. Kept for longer than Stripe repeats it."""

    account = models.CharField(max_length=100)
    event_id = models.CharField(max_length=100)
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="payments_one_event_each")
        ]
