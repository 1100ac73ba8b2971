"""The sentences of a booking's mails, by kind and by who reads them."""

from dataclasses import dataclass
from typing import Literal

from timetuna.bookings import wording
from timetuna.bookings.abilities import may
from timetuna.bookings.models import Booking
from timetuna.bookings.outbox import GUEST
from timetuna.bookings.place import Place, place
from timetuna.lib.text import single_line
from timetuna.pages.placeholders import fill
from timetuna.providers.base import Ability

Kind = Literal["confirmed", "promised", "link", "moved", "cancelled"]
NAME_IN_SUBJECT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A mail's subject, its headline, the sentences below it, and the label of its button."""

    subject: str
    headline: str
    sentences: tuple[str, ...] = ()
    button: str


def guest_words(booking: Booking, kind: Kind, where: Place) -> Words:
    """Return what the guest reads."""
    host = booking.host.name
    titled = f"{booking.title} with {host}"
    button = "See or change the booking"
    if kind == "cancelled":
        by = "You cancelled it." if booking.cancelled_by == GUEST else f"{host} cancelled it."
        note = (f"Note: {booking.cancel_note}",) if booking.cancel_note else ()
        return Words(
            subject=f"Cancelled: {titled}",
            headline="This meeting is cancelled",
            sentences=(by, *note),
            button=button,
        )
    if kind == "moved":
        return Words(
            subject=f"Moved: {titled}, {_start(booking, booking.guest_time_zone)}",
            headline="This meeting has a new time",
            sentences=("The invitation attached here replaces the earlier one.",),
            button=button,
        )
    if kind == "link":
        return Words(
            subject=f"The {where.label} link: {titled}",
            headline=f"Here is the {where.label} link",
            sentences=("Everything else stays as it was.",),
            button=button,
        )
    late = (f"The {where.label} link follows in a second mail. There is nothing you need to do.",)
    return Words(
        subject=_own_subject(booking) or f"{titled}: {_start(booking, booking.guest_time_zone)}",
        headline="You are booked",
        sentences=(f"{host} is expecting you.", *(late if kind == "promised" else ())),
        button=button,
    )


def host_words(booking: Booking, kind: Kind, where: Place) -> Words:
    """Return what the host reads."""
    guest = single_line(booking.guest_name, max_length=NAME_IN_SUBJECT)
    start = _start(booking, booking.host_time_zone)
    if kind == "cancelled":
        by = f"{guest} cancelled it." if booking.cancelled_by == GUEST else "You cancelled it."
        note = (f"Note: {booking.cancel_note}",) if booking.cancel_note else ()
        return Words(
            subject=f"Cancelled: {booking.title} with {guest}, {start}",
            headline="A meeting is cancelled",
            sentences=(by, *note, *_left_behind(booking, where, Ability.REMOVE)),
            button="See the booking",
        )
    if kind == "moved":
        return Words(
            subject=f"Moved: {booking.title} with {guest}, now {start}",
            headline="A meeting has a new time",
            sentences=_left_behind(booking, where, Ability.MOVE),
            button="See the booking",
        )
    if kind == "link":
        return Words(
            subject=f"The {where.label} link: {booking.title} with {guest}, {start}",
            headline=f"The {where.label} link is there",
            sentences=("Your guest has it too.", *_duplicates(where)),
            button="See the booking",
        )
    missing = (
        f"The {where.label} link is missing. {where.problem}",
        "The booking stands. The button below shows what can be done; your guest was told that the link follows.",
    )
    return Words(
        subject=f"{guest} booked {booking.title}: {start}",
        headline="You have a new booking",
        sentences=missing if kind == "promised" else _duplicates(where),
        button="Mend the link" if kind == "promised" else "See the booking",
    )


def guest_message(booking: Booking) -> str:
    """Return the page's own extra message, its placeholders filled."""
    page = booking.page
    return fill(page.mail_message, _placeholders(booking)) if page and page.mail_message else ""


def _own_subject(booking: Booking) -> str:
    page = booking.page
    if page is None or not page.mail_subject:
        return ""
    return single_line(fill(page.mail_subject, _placeholders(booking)), max_length=150)


def _placeholders(booking: Booking) -> dict[str, str]:
    return {
        "guest name": single_line(booking.guest_name, max_length=NAME_IN_SUBJECT),
        "host name": booking.host.name,
        "page": booking.title,
        "start": _start(booking, booking.guest_time_zone),
        "duration": wording.length(booking.minutes),
        "meeting type": place(booking).label,
    }


def _start(booking: Booking, zone: str) -> str:
    return wording.short_when(booking.start_at, zone=wording.zone_or_utc(zone))


def _duplicates(where: Place) -> tuple[str, ...]:
    if not where.possible_duplicates:
        return ()
    sentence = (
        f"{where.label} did not say whether an earlier try had worked, so your {where.label} account may hold a second "
        f"meeting of this name and time. The one in use has the number {where.meeting_number}; delete the other one."
    )
    return (sentence,)


def _left_behind(booking: Booking, where: Place, ability: Ability) -> tuple[str, ...]:
    """Say what stays as it was outside, where the grant does not let us change it."""
    if not where.meeting_number or may(booking, ability):
        return ()
    if ability is Ability.REMOVE:
        return (
            f"The {where.label} meeting {where.meeting_number} stays in your {where.label} account; delete it there.",
        )
    return (f"The link stays the same. Your {where.label} account still shows the earlier time.",)
