"""A booking as an iCalendar invitation: one event with one UID for life, a copy for each side."""

from django.conf import settings
from django.utils import timezone

from timetuna.bookings.links import link
from timetuna.bookings.models import Booking
from timetuna.bookings.place import Place
from timetuna.lib.ics import Attendee, Invitation


def guest_invitation(booking: Booking, place: Place, *, cancelled: bool = False) -> Invitation:
    """Return the guest's copy; it carries the guest's own link."""
    return _invitation(booking, place, manage=link(booking), cancelled=cancelled)


def host_invitation(booking: Booking, place: Place, *, cancelled: bool = False) -> Invitation:
    """Return the host's copy. A shared calendar must not give the guest's link away, so it carries the host's page."""
    return _invitation(booking, place, manage=host_page(booking), cancelled=cancelled)


def host_page(booking: Booking) -> str:
    """Return the address of the booking for its host, who has to sign in there."""
    return f"{settings.BASE_URL}/bookings/{booking.pk}"


def summary(booking: Booking) -> str:
    """Return the event's title: the page and both names."""
    return f"{booking.title}: {booking.guest_name} and {booking.host.name}"


def _invitation(booking: Booking, place: Place, *, manage: str, cancelled: bool) -> Invitation:
    host = booking.host
    return Invitation(
        uid=f"{booking.uid}@{settings.HOST}",
        sequence=booking.revision,
        method="CANCEL" if cancelled else "REQUEST",
        start=booking.start_at,
        end=booking.end_at(),
        stamp=timezone.now(),
        created=booking.created_at,
        summary=summary(booking),
        description=_description(booking, place, manage),
        location=place.text,
        url=place.url or manage,
        organizer_name=host.name,
        organizer_email=host.email,
        attendees=(
            Attendee(host.name, host.email, "ACCEPTED", "CHAIR"),
            Attendee(booking.guest_name, booking.guest_email, "ACCEPTED"),
        ),
    )


def _description(booking: Booking, place: Place, manage: str) -> str:
    lines = [f"{place.label}: {place.text}"]
    if place.passcode:
        lines.append(f"Passcode: {place.passcode}")
    lines.append(f"See or change this booking: {manage}")
    if booking.guest_notes:
        lines.append(f"\nNotes from {booking.guest_name}:\n{booking.guest_notes}")
    return "\n".join(lines)
