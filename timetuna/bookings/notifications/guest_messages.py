"""The sentences of mails about who else takes part: to themselves, and to the two sides when they come or go."""

from django.utils.translation import gettext, ngettext

from timetuna.bookings.events import ATTENDEE, HOST
from timetuna.bookings.guests import others
from timetuna.bookings.integrations.location import Location
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.message import NAME_LENGTH, Words, start_of
from timetuna.lib.text import single_line, without_addresses

GUESTS_KIND = "guests"


def invited_by(attendee: Attendee) -> str:
    """Say why somebody who did not book hears of the booking."""
    named = {"guest": shown_name(attendee.booking), "host": attendee.booking.host.name}
    if attendee.invited_by == HOST:
        return gettext("%(guest)s booked this meeting with %(host)s, who invited you, too.") % named
    return gettext("%(guest)s booked this meeting with %(host)s and named you as a guest.") % named


def invited(attendee: Attendee, where: Location, named: dict[str, str]) -> Words:
    """Return what somebody reads who was invited too. They may not know who booked, who typed their address."""
    return Words(
        subject=gettext("%(title)s with %(host)s: %(start)s") % named,
        headline=gettext("You are invited"),
        sentences=(
            invited_by(attendee),
            *late(where),
            gettext("If this says nothing to you, you can ignore it: nothing was booked in your name."),
        ),
        button=gettext("See the booking"),
    )


def uninvited(attendee: Attendee, named: dict[str, str]) -> Words:
    """Return what somebody reads who was taken off, or has left."""
    left = attendee.removed_by == ATTENDEE
    by = attendee.booking.host.name if attendee.removed_by == HOST else shown_name(attendee.booking)
    sentence = (
        gettext("You took yourself off the guests of this meeting.")
        if left
        else gettext("%(guest)s took you off the guests of this meeting.") % {"guest": by}
    )
    return Words(
        subject=gettext("No longer invited: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("You are no longer invited"),
        sentences=(sentence,),
        button=gettext("See the booking") if left else "",
    )


def guests_changed(booking: Booking, *, host_zone: str = "") -> Words:
    """Return what the guest reads when somebody was added or taken off, or a host, by the clock of `host_zone`."""
    people = [_shown(attendee) for attendee in others(booking)]
    zone = host_zone or booking.booker.time_zone
    other = shown_name(booking) if host_zone else booking.host.name
    named = {
        "title": booking.title,
        "name": other,
        "start": start_of(booking, zone),
        "people": ", ".join(people),
    }
    comes = ngettext("Invited too: %(people)s.", "Invited too: %(people)s.", len(people)) % named
    return Words(
        subject=gettext("Guests changed: %(title)s with %(name)s, %(start)s") % named,
        headline=gettext("The guests of this meeting have changed"),
        sentences=(comes if people else gettext("Nobody else is invited any more."),),
        button=gettext("See the booking") if host_zone else gettext("See or change the booking"),
    )


def shown_name(booking: Booking) -> str:
    """Return the guest's name, without anything that mail programs make a link of."""
    return without_addresses(single_line(booking.booker.name, max_length=NAME_LENGTH))


def _shown(attendee: Attendee) -> str:
    """Return the words for somebody. Their name was typed by the guest, or by who pretends to be it."""
    name = without_addresses(attendee.name)
    return single_line(f"{name} <{attendee.email}>" if name else attendee.email, max_length=200)


def late(where: Location) -> tuple[str, ...]:
    """Say that the link is still to come, where it is."""
    if not where.pending:
        return ()
    return (gettext("The %(label)s link follows in a second mail.") % {"label": where.label},)
