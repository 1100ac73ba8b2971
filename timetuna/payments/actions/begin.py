"""A booking that costs something: what is to be paid is written down with it, and where it is paid is asked for."""

from django.utils.translation import gettext

from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.events import BookingEvent, Happening, on_event
from timetuna.bookings.hooks import on_unpaid
from timetuna.bookings.models import Booking
from timetuna.pages.prices import Price
from timetuna.payments.actions.settle import settle, settle_in_the_end, settle_later
from timetuna.payments.models import Payment, StripeAccount


@on_event(BookingEvent.PAYMENT_AWAITED)
def write_down(happening: Happening) -> None:
    """Write down what is to be paid, have the page to pay on made, and have the time freed if nobody pays."""
    booking, price = happening.booking, happening.facts["price"]
    store_payment(booking, price, by_hand=happening.facts["by_hand"])
    settle_later(booking, name="begin")
    settle_in_the_end(booking)


def store_payment(booking: Booking, price: Price, *, by_hand: bool) -> Payment:
    """With the rules of the page as they are now. Raises SlotTaken where nobody can be paid."""
    page = booking.page
    account = StripeAccount.objects.filter(host=page.host_id).first() if page else None
    if page is None or account is None or not account.works():
        raise SlotTaken(
            gettext("This cannot be paid at the moment, so it cannot be booked. Try again later.")
        )
    return Payment.objects.create(
        booking=booking,
        account=account,
        stripe_account=account.stripe_id,
        payee_id=account.host_id,
        amount=price.amount,
        currency=price.currency,
        charges_tax=page.charges_tax,
        by_hand=by_hand,
        refund_hours=page.refund_hours,
        created_at=booking.created_at,
    )


@on_unpaid
def lead_to_payment(booking_id: int) -> None:
    """Have the page to pay on at once, so that the guest can be led there; where that fails the worker tries again."""
    settle(booking_id)
