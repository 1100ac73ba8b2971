"""Bookings of a host as the tables hold them, in whatever state a test is about, and what the pages say of them."""

import csv
import io
import secrets
from datetime import timedelta
from html import unescape

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.models import Attendee, Booking, BookingHost, Conference
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.queries import set_new_link
from timetuna.jobs.models import Job
from timetuna.payments.models import Payment


def now():
    return present()


BOOKER = {field.name for field in Attendee._meta.get_fields()} - {"id", "booking"}


def put(host, start, *, minutes=30, page=None, link=None, cancelled_by="", **columns):
    """Store a booking; `link` is the state of its Zoom meeting, if it has one, and columns are its or its booker's."""
    booker = {name: columns.pop(name) for name in BOOKER & columns.keys()}
    booking = Booking(
        **{
            "host": host,
            "page": page,
            "title": "Intro call",
            "start_at": start,
            "minutes": minutes,
            "host_time_zone": "Europe/Berlin",
            "meeting_type": "zoom" if link else "in_person",
            "location": "" if link else "Room 1",
            "idempotency_key": secrets.token_hex(12),
            "created_at": now() - timedelta(hours=5),
            "status": f"cancelled_by_{cancelled_by}" if cancelled_by else "confirmed",
        }
        | columns
    )
    booking.save()
    put_booker(booking, **{"time_zone": "America/New_York", "added_at": booking.created_at} | booker)
    first = minute_of(start)
    BookingHost.objects.create(
        booking=booking,
        host=host,
        start_minute=first,
        end_minute=first + minutes,
        active=not cancelled_by,
    )
    booking.history.create(actor="guest", event="booked", text="Booked by the guest.", source="link")
    if link:
        conference(booking, link)
    return booking


def put_booker(booking, **columns):
    """Store who booked."""
    who = {"name": "Sam Guest", "email": "sam@guest.example", "time_zone": "UTC"} | columns
    booking.booker = put_attendee(booking, is_booker=True, **who)


def put_attendee(booking, **columns):
    """Store somebody on the guest's side."""
    attendee = Attendee(booking=booking, **columns)
    set_new_link(attendee)
    attendee.save()
    return attendee


def put_payment(booking, **columns):
    """Store that 45 euros were paid for it, or what columns say."""
    paid = {"stripe_account": "acct_1", "amount": 4500, "currency": "eur", "state": "paid"}
    return Payment.objects.create(booking=booking, payee_id=booking.host_id, **paid | columns)


def conference(booking, state):
    made = state == Conference.State.READY
    Conference.objects.create(
        booking=booking,
        provider="zoom",
        state=state,
        reference="91234567890" if made else "",
        join_url="https://zoom.example/j/91234567890" if made else "",
        passcode="483920" if made else "",
        scheduled_for=booking.start_at if made else None,
        problem="" if made else "Zoom is not connected. Connect Zoom and the link is made.",
    )


def job(booking, name="bookings.mail", **columns):
    arguments = {"booking_id": booking.pk}
    if name == "bookings.mail":
        arguments |= {
            "kind": "confirmed",
            "audience": audience_of(booking.booker),
            "revision": booking.revision,
        }
    return Job.objects.create(
        **{"name": name, "concurrency": booking.concurrency_key(), "arguments": arguments} | columns
    )


def shown(answer):
    return " ".join(unescape(answer.content.decode()).split())


def times(day):
    return [line.times.replace("\N{EN DASH}", "-") for line in day.lines]


def guests(answer):
    return [line.guest for day in answer.context["days"] for line in day.lines]


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
