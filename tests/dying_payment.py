"""Has a booking paid, and given back, in a process that is killed at its n-th step, for n = 1, 2, 3 … until it ends.

A step is a statement, a commit and a call that leaves: each once before and once after. Run as a process of its own,
with the product's settings and a sandbox; prints one JSON line a run.
"""

import json
import sys
import traceback
from datetime import timedelta
from itertools import count

import django

django.setup()

from sandbox.stripe.control import StripeControl  # noqa: E402
from tests.clock import present  # noqa: E402
from tests.dying import SIDES, Steps, in_child, install, read_once, recover, work_off  # noqa: E402
from tests.guest import weekdays  # noqa: E402
from timetuna.availability.interval import minute_of  # noqa: E402
from timetuna.bookings.actions.book import Order, book  # noqa: E402
from timetuna.bookings.actions.cancel import cancel  # noqa: E402
from timetuna.bookings.forms.book import new_key  # noqa: E402
from timetuna.bookings.guests import Guest  # noqa: E402
from timetuna.bookings.models import Booking  # noqa: E402
from timetuna.jobs.models import Job  # noqa: E402
from timetuna.pages.models import BookingPage  # noqa: E402
from timetuna.payments.actions.settle import settle  # noqa: E402
from timetuna.payments.models import Payment, StripeAccount  # noqa: E402
from timetuna.payments.secrets import seal  # noqa: E402

_RUNS = count()


class Trial:
    """A page that costs something, and its guests."""

    def __init__(self, page_id: int, sandbox: str) -> None:
        self.sandbox = sandbox
        self.page = BookingPage.objects.get(pk=page_id)
        self.starts = iter(weekdays(700))
        with StripeControl(sandbox) as control:
            control.hold()
            key = control.key()
        account = StripeAccount(
            host=self.page.host, kind="own", stripe_id="acct_sandboxRobin01", currency="eur"
        )
        seal(account, "secret", key)
        account.save()
        rules = {"price": 4500, "currency": "eur", "refund_hours": 0}
        BookingPage.objects.filter(pk=page_id).update(**rules)

    def order(self) -> Order:
        number = next(_RUNS)
        guest = Guest("Sam Guest", f"guest{number}@guest.example", "UTC", answers={"phone": "+4930123456"})
        return Order(
            page_id=self.page.pk,
            minutes=30,
            start_minute=minute_of(next(self.starts)),
            kind="phone",
            guest=guest,
            key=new_key(),
        )

    def pay(self, booking: Booking) -> None:
        """As the guest does, once they can."""
        session = Payment.objects.get(booking=booking).session_id
        with StripeControl(self.sandbox) as control:
            known = {one["id"]: one["status"] for one in control.sessions()}
            if known.get(session) == "open":
                control.pay(session)

    def live(self, order: Order) -> None:
        """Book, pay, come back, and call it off early enough to get the money back."""
        booking = book(order, now=present())
        self.pay(booking)
        settle(booking.pk)
        work_off()
        cancel(booking.pk, actor="guest", note_text="", now=present())
        work_off()

    def again(self, order: Order) -> None:
        """What the guest and the worker do after the restart, until nothing is left to do."""
        recover()
        booking = book(order, now=present())  # the same form: the same booking
        if booking.status == "awaiting_payment":
            settle(booking.pk)
            self.pay(booking)
            settle(booking.pk)
            booking.refresh_from_db()
        if not booking.is_off():
            cancel(booking.pk, actor="guest", note_text="", now=present())
        recover()


def die_at(trial: Trial, step: int, name: str) -> str:
    """Live until that step, start again; print what became of it and return how it ended."""
    order = trial.order()

    def dying() -> None:
        install(Steps(step, name))
        try:
            trial.live(order)
        except Exception:
            traceback.print_exc()
            raise

    ended = in_child(dying)
    in_child(lambda: trial.again(order))
    booking = Booking.objects.get(idempotency_key=order.key)
    payment = Payment.objects.get(booking=booking)
    events = [row.event for row in booking.history.all()]
    jobs = Job.objects.filter(concurrency=booking.concurrency_key())
    line = {
        "step": f"{name} {step}",
        "ended": ended,
        "booking": booking.public_id,
        "status": booking.status,
        "state": payment.state,
        "refunded": payment.refunded,
        "refunds": payment.refunds.count(),
        "paid": events.count("paid"),
        "came": events.count("money_came"),
        "back": events.count("refunded"),
        "outside": events.count("refunded_at_stripe"),
        "open_jobs": jobs.filter(name="payments.settle")
        .exclude(state="done")
        .exclude(run_at__gt=late())
        .count(),
    }
    print(json.dumps(line), flush=True)
    return ended


def late() -> object:
    """What waits for its time to be up has nothing to do before."""
    return present() + timedelta(minutes=5)


def main(page_id: int, sandbox: str, first: int, stride: int) -> None:
    """Die at every stride-th step from the first on, and on both sides of every call."""
    read_once()
    trial = Trial(page_id, sandbox)
    for start, every, name in ((first, stride, ""), *((1, 1, f"{side} a call") for side in SIDES)):
        last = start
        while die_at(trial, last, name) != "done":
            last += every


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
