"""The sentences of mails that time brings: reminders before a meeting, and a follow-up after it."""

from django.utils.translation import gettext

from timetuna.bookings.integrations.location import Location
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.message import NAME_LENGTH, Words, start_of
from timetuna.lib.text import single_line

TIMELY_KINDS = frozenset({"reminder", "follow_up"})


def timely(attendee: Attendee, kind: str, where: Location) -> Words:
    """Return what somebody on the guest's side reads some time before the start, or after the end."""
    booking = attendee.booking
    named = {
        "title": booking.title,
        "host": booking.host.name,
        "start": start_of(booking, attendee.time_zone),
    }
    if kind == "follow_up":
        return Words(
            subject=gettext("Thank you: %(title)s with %(host)s") % named,
            headline=gettext("Thank you for your time"),
            sentences=(gettext("You met %(host)s.") % named,),
            button=gettext("See the booking"),
        )
    return Words(
        subject=gettext("Reminder: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("Your meeting is coming up"),
        sentences=_late(where),
        button=gettext("See or change the booking"),
    )


def host_reminder(booking: Booking, where: Location, zone: str) -> Words:
    """Return what a host reads some time before the start."""
    guest = single_line(booking.booker.name, max_length=NAME_LENGTH)
    return Words(
        subject=f"Reminder: {booking.title} with {guest}, {start_of(booking, zone)}",
        headline="A meeting is coming up",
        sentences=(f"The {where.label} link is still missing. {where.problem}".strip(),)
        if where.pending
        else (),
        button="Mend the link" if where.pending else "See the booking",
    )


def _late(where: Location) -> tuple[str, ...]:
    if not where.pending:
        return ()
    return (gettext("The %(label)s link follows in a mail of its own.") % {"label": where.label},)
