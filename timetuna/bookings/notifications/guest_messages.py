"""The sentences of mails about further guests: to themselves, and to the two sides when they come or go."""

from dataclasses import replace

from django.utils.translation import gettext, ngettext

from timetuna.bookings.history import GUEST, HOST, earlier_start
from timetuna.bookings.integrations.invitation import brought
from timetuna.bookings.integrations.location import Location
from timetuna.bookings.models import Booking, BookingGuest
from timetuna.bookings.notifications.message import NAME_LENGTH, Words, start_of
from timetuna.bookings.notifications.reminder_messages import TIMELY_KINDS, follow_up, guest_reminder
from timetuna.bookings.states import ended_by
from timetuna.l10n import datetimes
from timetuna.lib.text import single_line, without_addresses

GUESTS_KIND = "guests"


def further_words(booking: Booking, kind: str, where: Location, *, by: str) -> Words:
    """Return what somebody reads whom the guest brings, or the host invited (`by`).

    They may not know the guest, who typed their address: nothing else that the guest wrote is passed on, and nothing
    with which the booking could be changed.
    """
    named = {
        "title": booking.title,
        "host": booking.host.name,
        "guest": shown_name(booking),
        "start": start_of(booking, booking.guest_time_zone),
        "label": where.label,
        "by": booking.host.name if by == HOST else shown_name(booking),
        "why": _named_you(booking, by),
    }
    if kind == "moved":
        return Words(
            subject=gettext("Moved: %(title)s with %(host)s, now %(start)s") % named,
            headline=gettext("This meeting has a new time"),
            sentences=(*was_at(booking, booking.guest_time_zone), *_late(where)),
        )
    if kind == "link":
        return Words(
            subject=gettext("%(label)s link: %(title)s with %(host)s, %(start)s") % named,
            headline=gettext("Here is your %(label)s link") % named,
            sentences=(gettext("Everything else stays as it was."),),
        )
    if kind in TIMELY_KINDS:
        return _timely(booking, kind, where, why=named["why"])
    if kind in {"cancelled", "uninvited"}:
        return _ends(booking, kind, named)
    return _invited(where, named)


def _timely(booking: Booking, kind: str, where: Location, *, why: str) -> Words:
    """Return what the guest reads, too, who says in it why they get it; the page's own text is for the guest alone."""
    words = guest_reminder(booking, where) if kind == "reminder" else follow_up(booking)
    return replace(words, sentences=(*words.sentences, why), button="")


def _named_you(booking: Booking, by: str) -> str:
    named = {"guest": shown_name(booking), "host": booking.host.name}
    if by == HOST:
        return gettext("%(guest)s booked this meeting with %(host)s, who invited you, too.") % named
    return gettext("%(guest)s booked this meeting with %(host)s and named you as a guest.") % named


def _invited(where: Location, named: dict[str, str]) -> Words:
    return Words(
        subject=gettext("%(title)s with %(host)s: %(start)s") % named,
        headline=gettext("You are invited"),
        sentences=(
            named["why"],
            *_late(where),
            gettext("If this says nothing to you, you can ignore it: nothing was booked in your name."),
        ),
    )


def _ends(booking: Booking, kind: str, named: dict[str, str]) -> Words:
    if kind == "uninvited":
        return Words(
            subject=gettext("No longer invited: %(title)s with %(host)s, %(start)s") % named,
            headline=gettext("You are no longer invited"),
            sentences=(
                gettext("%(guest)s took you off the guests of this meeting.") % {"guest": named["by"]},
            ),
        )
    by = named["guest"] if ended_by(booking) == GUEST else named["host"]
    return Words(
        subject=gettext("Cancelled: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("This meeting is cancelled"),
        sentences=(gettext("%(name)s cancelled it.") % {"name": by},),
    )


def guests_changed(booking: Booking, *, to_guest: bool) -> Words:
    """Return what guest and host read when somebody was added or taken off."""
    people = [_shown(row) for row in brought(booking)]
    zone = booking.guest_time_zone if to_guest else booking.host_time_zone
    other = booking.host.name if to_guest else shown_name(booking)
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
        button=gettext("See or change the booking") if to_guest else gettext("See the booking"),
    )


def shown_name(booking: Booking) -> str:
    """Return the guest's name, without anything that mail programs make a link of."""
    return without_addresses(single_line(booking.guest_name, max_length=NAME_LENGTH))


def _shown(row: BookingGuest) -> str:
    """Return the words for somebody who is brought. Their name was typed by the guest, or by who pretends to be it."""
    name = without_addresses(row.name)
    return single_line(f"{name} <{row.email}>" if name else row.email, max_length=200)


def was_at(booking: Booking, zone: str) -> tuple[str, ...]:
    """Say when a moved meeting was to begin before, as far as it is known."""
    earlier = earlier_start(booking)
    if earlier is None:
        return ()
    before = datetimes.when(earlier, minutes=booking.minutes, zone=datetimes.zone_or_utc(zone))
    return (gettext("Before, it was on %(when)s.") % {"when": before},)


def _late(where: Location) -> tuple[str, ...]:
    if not where.pending:
        return ()
    return (gettext("The %(label)s link follows in a second mail.") % {"label": where.label},)
