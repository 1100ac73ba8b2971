"""What guest, host, bank and Stripe do about the money of a life in `tests.mirroring`, by dice of its own."""

import random
from contextlib import suppress

from django.test import Client

from sandbox.stripe.control import StripeControl
from tests.clock import present
from timetuna.bookings.actions.cancel_together import restore_together
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.jobs.models import Job
from timetuna.payments.actions.refund import refund
from timetuna.payments.models import Payment

PRICE = 4500
FAULTS = (
    "stripe_lost_answer", "stripe_reset", "stripe_500", "stripe_429", "stripe_not_json",
    "stripe_event_lost", "stripe_event_twice", "stripe_event_forged",
)  # fmt: skip


class Money:
    """Of one booking, if it costs something. held: events that Stripe has told and nobody has delivered yet."""

    def __init__(self, booking_id: int, *, seed: int, outside: str) -> None:
        self.booking_id = booking_id
        self.dice = random.Random(f"money {seed}")  # noqa: S311 - so that a life can be led again
        self.stripe = StripeControl(outside)
        self.stripe.hold()
        self.held: list[dict] = []

    def happen(self) -> str:
        """Let one thing happen, and name it; raises what the product refuses it with."""
        if self._payment() is None:
            return ""
        do = self.dice.choice((
            self.pay, self.pay, self.pay, self.come_back, self.hear, self.hear, self.break_off, self.abandon,
            self.give_back, self.give_back_at_stripe, self.dispute, self.restore,
        ))  # fmt: skip
        do()
        return do.__name__

    def heal(self) -> None:
        """Have all that was told delivered, and the time be up for whoever has not paid."""
        if self._payment() is None:
            return
        self.take()
        for event in self.held:
            self.send(event)
        self.abandon(surely=True)

    def pay(self) -> None:
        self._at_stripe(self.stripe.pay)

    def come_back(self) -> None:
        booker = Booking.objects.get(pk=self.booking_id).booker
        Client(headers={"host": "localhost"}).get(link_path(booker, "booked_paid"))

    def hear(self) -> None:
        """One of the events, in no order, often twice."""
        self.take()
        if self.held:
            event = self.dice.choice(self.held)
            self.send(event)
            if self.dice.random() < 0.5:
                self.held.remove(event)

    def take(self) -> None:
        self.held += self.stripe.take()

    def send(self, event: dict) -> None:
        headers = {"host": "localhost", "stripe-signature": event["headers"]["Stripe-Signature"]}
        path = event["url"].partition("/api/")[2]
        Client(headers=headers).post(f"/api/{path}", data=event["body"], content_type="application/json")

    def break_off(self) -> None:
        self.stripe.fault(self.dice.choice(FAULTS), times=self.dice.randint(1, 2))

    def abandon(self, *, surely: bool = False) -> None:
        """Let the time to pay be up."""
        if surely or self.dice.random() < 0.3:
            waits = Booking.objects.filter(pk=self.booking_id, status="awaiting_payment")
            waits.update(pending_until=present())
            Job.objects.filter(name="payments.settle", state="waiting").update(run_at=present())

    def give_back(self) -> None:
        refund(self.booking_id, self.dice.choice((1, 700, PRICE)), by=self._payment().payee_id)

    def give_back_at_stripe(self) -> None:
        self._at_stripe(lambda session: self.stripe.refund(session, 300))

    def dispute(self) -> None:
        if self.dice.random() < 0.5:
            self._at_stripe(self.stripe.dispute)

    def restore(self) -> None:
        restore_together(Booking.objects.all(), [self.booking_id], now=present())

    def shown(self) -> dict[str, object] | None:
        """Return what the product says of it."""
        payment = self._payment()
        if payment is None:
            return None
        events = [row.event for row in payment.booking.history.all()]
        return {
            "booking": payment.booking.public_id,
            "state": payment.state,
            "refunded": payment.refunded,
            "disputed": payment.disputed,
            "by_rule": payment.refunds.filter(reason="rule").exists(),
            "waiting": payment.refunds.filter(state="waiting").count(),
            "paid": events.count("paid"),
            "came": events.count("money_came"),
        }

    def _payment(self) -> Payment | None:
        return Payment.objects.select_related("booking").filter(booking=self.booking_id).first()

    def _at_stripe(self, do) -> None:
        """Nothing where Stripe would not let anybody do it."""
        with suppress(ValueError):
            if session := self._payment().session_id:
                do(session)


def differences(money: dict, status: str, known: dict) -> list[str]:
    """Return in what the money at Stripe, as its stand-in knows it, is not as a booking of this status is."""
    mine = [one for one in known["sessions"] if one["client_reference_id"] == money["booking"]]
    intents = {one["payment_intent"] for one in mine if one["payment_intent"]}
    charges = [one for one in known["charges"] if one["payment_intent"] in intents]
    taken = sum(one["amount_captured"] for one in charges)
    back = sum(one["amount_refunded"] for one in charges)
    aside = sum(one["amount_capturable"] for one in known["intents"] if one["id"] in intents)
    was_booked = status in {"confirmed", "cancelled_by_guest", "cancelled_by_host"}
    said = {
        "charges": len(charges) <= 1,
        "open pages": not any(one["status"] == "open" for one in mine),
        "taken": taken == PRICE if was_booked else status == "pending" or taken == back,
        "aside": aside == (PRICE if status == "pending" else 0),
        "back": back == money["refunded"] and not money["waiting"],
        "back by rule": back == PRICE or not money["by_rule"],
        "disputed": money["disputed"] == any(one["disputed"] for one in charges),
        "state": status in {"confirmed", "pending", *CALLED_OFF}
        or money["state"] not in {"awaiting", "paid"},
        "history": money["came"] == bool(taken) and money["paid"] <= 1 and (money["paid"] or not was_booked),
        "ended": status != "awaiting_payment",
    }
    found = f"{status} {money} taken {taken} back {back} aside {aside}"
    return [f"money, {name}: {found}" for name, holds in said.items() if not holds]


CALLED_OFF = ("cancelled_by_guest", "cancelled_by_host")
