"""The sentences of mails that time brings: reminders before a meeting, and a follow-up after it."""

from timetuna.bookings.mail_parts import NAME_LENGTH, Words, start_of
from timetuna.bookings.models import Booking
from timetuna.bookings.place import Place
from timetuna.lib.text import single_line

TIMELY_KINDS = frozenset({"reminder", "follow_up"})


def guest_reminder(booking: Booking, where: Place) -> Words:
    """Return what the guest reads some time before the start."""
    start = start_of(booking, booking.guest_time_zone)
    return Words(
        subject=f"Reminder: {booking.title} with {booking.host.name}, {start}",
        headline="Your meeting is coming up",
        sentences=_late(where),
        button="See or change the booking",
    )


def host_reminder(booking: Booking, where: Place) -> Words:
    """Return what the host reads some time before the start."""
    guest = single_line(booking.guest_name, max_length=NAME_LENGTH)
    return Words(
        subject=f"Reminder: {booking.title} with {guest}, {start_of(booking, booking.host_time_zone)}",
        headline="A meeting is coming up",
        sentences=(f"The {where.label} link is still missing. {where.problem}".strip(),)
        if where.pending
        else (),
        button="Mend the link" if where.pending else "See the booking",
    )


def follow_up(booking: Booking) -> Words:
    """Return what the guest reads after the meeting."""
    return Words(
        subject=f"Thank you: {booking.title} with {booking.host.name}",
        headline="Thank you for your time",
        sentences=(f"You met {booking.host.name}.",),
        button="See the booking",
    )


def _late(where: Place) -> tuple[str, ...]:
    return (f"The {where.label} link follows in a mail of its own.",) if where.pending else ()
