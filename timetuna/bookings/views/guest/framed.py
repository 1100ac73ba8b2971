"""What a guest's pages tell the website that frames them: of a booking its id and times, and to some who booked."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from timetuna.bookings.events import BookingEvent, Status, earlier_start, is_fresh
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.visitor import onward as target_of
from timetuna.pages.models import BookingPage
from timetuna.web.framing import ANYBODY, MADE, enter

_WAITS = {Status.PENDING: "requested", Status.AWAITING_PAYMENT: "unpaid"}
_MEANS = {
    "booked": (BookingEvent.BOOKED, BookingEvent.REQUESTED, BookingEvent.PAYMENT_AWAITED),
    "moved": (BookingEvent.MOVED,),
    "cancelled": (BookingEvent.CANCELLED, BookingEvent.WITHDRAWN),
}
"""By what the address says has just been done, what its history then says."""


def frame_booking(request: HttpRequest, attendee: Attendee) -> None:
    """For whoever booked alone: by the link of somebody else's mail nobody comes in a frame."""
    booking = attendee.booking
    page = booking.page
    if page is None or not attendee.is_booker:
        return
    made = request.GET.get(MADE, "")
    event = made if _has_just(booking, made) else ""
    path = f"{page.handle()}/{page.slug}"
    enter(request, page.embed_origins, page=path, event=event, data=_about(booking, event, path))


def _has_just(booking: Booking, made: str) -> bool:
    latest = booking.history.filter(event__in=_MEANS.get(made, ())).last() if made in _MEANS else None
    return is_fresh(latest, now=timezone.now())


def _about(booking: Booking, event: str, path: str) -> dict[str, Any]:
    told = {
        "id": booking.public_id,
        "start": booking.start_at.isoformat(),
        "end": booking.end_at().isoformat(),
        "zone": booking.booker.time_zone,
        "status": "cancelled" if booking.is_off() else _WAITS.get(Status(booking.status), "confirmed"),
        "meeting_type": booking.meeting_type,
        "page": path,
    }
    earlier = earlier_start(booking) if event == "moved" else None
    more = {"old_start": earlier.isoformat()} if earlier else {}
    if event == "booked" and booking.page:
        more |= _about_guest(booking, booking.page)
    return told | more if event else {}


def _about_guest(booking: Booking, page: BookingPage) -> dict[str, str]:
    """Where they are led on to, and who they are; neither to a website that is not listed by name."""
    if page.embed_origins == ANYBODY:
        return {}
    onward = target_of(page, "", booking.public_id)
    details = {"name": booking.booker.name, "email": booking.booker.email} if page.embed_details else {}
    return details | ({"onward": onward} if onward else {})
