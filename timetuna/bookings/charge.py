"""What a booking's guest pays, as people and programs read it.

The app `payments`, which stands on this one, has the row; `select_related("payment")` reads it with its booking, and a
booking that costs nothing has none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext
from django.utils.translation import gettext as gettext_for_hosts

from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.queries import costs, link_path
from timetuna.l10n.money import decimal_of, in_words, plain

TAKEN = frozenset({"paid", "partly_refunded", "refunded", "lost"})
"""The states in which the money has gone to the host, whatever came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """total: with tax, counted as the currency is; refunded, too.  receipt_url: "" while there is none.

    problem: what its host should know, as it is stored.  payee: the id of whom it was paid to.
    refund_hours: see `Payment`.
    """

    state: str
    total: int
    currency: str
    refunded: int
    disputed: bool
    receipt_url: str
    problem: str
    payee: int | None
    refund_hours: int | None

    def is_taken(self) -> bool:
        return self.state in TAKEN

    def was_never_paid(self) -> bool:
        """Nor was anything set aside."""
        return self.state in {"awaiting", "expired"}

    def amount(self) -> str:
        return in_words(self.total, self.currency)

    def given_back(self) -> str:
        return in_words(self.refunded, self.currency)

    def left(self) -> int:
        """What the host still has of it."""
        return self.total - self.refunded if self.is_taken() and self.state != "lost" else 0

    def remains(self) -> str:
        return in_words(self.left(), self.currency)

    def plain_left(self) -> str:
        """As a field has it."""
        return plain(self.left(), self.currency)

    def new_form(self) -> str:
        """What makes one refund of a form that is sent twice."""
        return str(uuid4())

    def tone(self) -> str:
        """Of its badge."""
        return {"paid": "good", "lost": "bad"}.get(self.state, "warn")

    def decimal(self) -> str:
        """As tables of numbers have it."""
        return decimal_of(self.total, self.currency)

    def decimal_left(self) -> str:
        return decimal_of(self.left(), self.currency)

    def words(self) -> str:
        """For its host and its guest alike, as it follows the amount: "paid", "refunded"."""
        return said(self.state, part=self.given_back())

    def sentence(self) -> str:
        """As in "45.00 €, paid"."""
        return gettext("%(amount)s, %(state)s") % {"amount": self.amount(), "state": self.words()}


def said(state: str, *, part: str = "") -> str:
    """part: how much was given back, of partly_refunded."""
    words = {
        "awaiting": gettext("not paid yet"),
        "authorised": gettext("set aside"),
        "paid": gettext("paid"),
        "released": gettext("let go, not charged"),
        "expired": gettext("not paid"),
        "refunded": gettext("refunded"),
        "partly_refunded": gettext("%(amount)s refunded") % {"amount": part},
        "lost": gettext("taken back by the bank"),
    }
    return words.get(state, state)


def charge_of(booking: Booking) -> Charge | None:
    """None of one that costs nothing. A query, unless the booking was read with it.

    What is set aside for a request that has ended counts as let go, also while Stripe is still to be asked.
    """
    row: Any = getattr(booking, "payment", None)
    if row is None:
        return None
    let_go = booking.is_off() and row.state == "authorised"
    return Charge(
        state="released" if let_go else row.state,
        total=row.amount + row.tax,
        currency=row.currency,
        refunded=row.refunded,
        disputed=row.disputed,
        receipt_url="" if let_go or row.state == "released" else row.receipt_url,
        problem=row.problem,
        payee=row.payee_id,
        refund_hours=row.refund_hours,
    )


def is_called_off(booking: Booking) -> bool:
    """Whether its host wants it off, also while its guest may still be able to pay for it."""
    row: Any = getattr(booking, "payment", None)
    return row is not None and bool(row.called_off)


def refund_problem(booking: Booking) -> str:
    """Why its host cannot give anything back here now, a sentence; "" where they can. A query, where it is paid."""
    charge, row = charge_of(booking), getattr(booking, "payment", None)
    if charge is None or row is None or not charge.left():
        return ""
    if row.account_id is None:
        return gettext_for_hosts("Stripe is not connected any more. Give the money back at Stripe itself.")
    waiting = sum(row.refunds.filter(state="waiting").values_list("amount", flat=True))
    if waiting:
        said = gettext_for_hosts("%(amount)s waits to go back to your guest. It is tried again by itself.")
        return said % {"amount": in_words(waiting, charge.currency)}
    if charge.disputed:
        return gettext_for_hosts(
            "The guest’s bank disputes this payment, so it cannot be given back here. Answer it at Stripe."
        )
    return ""


def pay_path(attendee: Attendee, *, now: datetime) -> str:
    """Where who booked pays; "" where there is nothing to be paid, or it is too late."""
    booking = attendee.booking
    in_time = booking.pending_until is None or booking.pending_until > now
    waits = booking.status == Booking.Status.AWAITING_PAYMENT and in_time
    return link_path(attendee, "booked_pay") if waits and attendee.is_booker else ""


def goes_back(refund_hours: int | None, booking: Booking, *, by_guest: bool, now: datetime) -> bool:
    """Whether all that is left of it goes back by itself when it is called off now. refund_hours: see `Payment`."""
    if refund_hours is None:
        return False
    return not by_guest or now <= booking.start_at - timedelta(hours=refund_hours)


def told_guest_before(booking: Booking, *, now: datetime) -> str:
    """What becomes of the money if its guest calls it off now; "" where there is nothing to say."""
    charge = charge_of(booking) if costs(booking) else None
    if charge is None or not charge.left():
        return gettext("Nothing is charged.") if charge and charge.state == "authorised" else ""
    if goes_back(charge.refund_hours, booking, by_guest=True, now=now):
        return gettext("%(amount)s goes back to you.") % {"amount": charge.remains()}
    return _stays(charge, late=True)


def told_host_before(booking: Booking, *, now: datetime) -> str:
    """The same, if its host does."""
    charge = charge_of(booking) if costs(booking) else None
    if charge is None or not charge.left():
        return ""
    if goes_back(charge.refund_hours, booking, by_guest=False, now=now):
        return gettext_for_hosts("%(amount)s goes back to your guest.") % {"amount": charge.remains()}
    return gettext_for_hosts("Nothing is given back by itself; you can give money back on the booking.")


def told_guest_after(booking: Booking) -> str:
    """What becomes of the money now that it is off; "" where there is nothing to say."""
    charge = charge_of(booking) if costs(booking) else None
    if charge is None or not charge.is_taken():
        let_go = charge is not None and charge.state in {"authorised", "released"}
        return gettext("Nothing is charged.") if let_go else ""
    row: Any = booking
    waiting = sum(one.amount for one in row.payment.refunds.filter(state="waiting"))
    if back := charge.refunded + waiting:
        return gettext("%(amount)s goes back to you.") % {"amount": in_words(back, charge.currency)}
    return _stays(charge, late=booking.status == Booking.Status.CANCELLED_BY_GUEST) if charge.left() else ""


def _stays(charge: Charge, *, late: bool) -> str:
    if late and charge.refund_hours is not None:
        return gettext("The page’s rule gives no money back this late.")
    return gettext("No money goes back by itself.")
