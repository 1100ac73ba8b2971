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
FIRST_KINDS = ("confirmed", "promised")
NAME_LENGTH = 60


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
    start = _start(booking, booking.guest_time_zone)
    if kind == "cancelled":
        by_guest = booking.cancelled_by == GUEST
        return Words(
            subject=f"Cancelled: {titled}, {start}",
            headline="This meeting is cancelled",
            sentences=("You cancelled it.",)
            if by_guest
            else (f"{host} cancelled it.", *_note(booking, host)),
            button="See the booking",
        )
    if kind == "moved":
        return Words(
            subject=f"Moved: {titled}, now {start}",
            headline="This meeting has a new time",
            sentences=_link_after_move(booking, where),
            button=button,
        )
    if kind == "link":
        return Words(
            subject=f"{where.label} link: {titled}, {start}",
            headline=f"Here is your {where.label} link",
            sentences=("Everything else stays as it was.",),
            button=button,
        )
    return Words(
        subject=_own_subject(booking) or f"{titled}: {start}",
        headline="You are booked",
        sentences=(f"{host} is expecting you.", *_late(where)),
        button=button,
    )


def host_words(booking: Booking, kind: Kind, where: Place) -> Words:
    """Return what the host reads."""
    guest = single_line(booking.guest_name, max_length=NAME_LENGTH)
    start = _start(booking, booking.host_time_zone)
    if kind == "cancelled":
        by_guest = booking.cancelled_by == GUEST
        by = (f"{guest} cancelled it.", *_note(booking, guest)) if by_guest else ("You cancelled it.",)
        return Words(
            subject=f"Cancelled: {booking.title} with {guest}, {start}",
            headline="A meeting is cancelled",
            sentences=(*by, *_left_behind(booking, where, Ability.REMOVE)),
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
            subject=f"{where.label} link: {booking.title} with {guest}, {start}",
            headline=f"The {where.label} link is there",
            sentences=("Your guest has it too.", *_duplicates(where)),
            button="See the booking",
        )
    return Words(
        subject=f"{guest} booked {booking.title}: {start}",
        headline="You have a new booking",
        sentences=_missing(where) or _duplicates(where),
        button="Mend the link" if where.pending else "See the booking",
    )


def attachment_words(kind: Kind) -> str:
    """Say what opening the attached invitation does."""
    if kind == "cancelled":
        return "The attached file takes this meeting out of your calendar."
    does = {"moved": "moves this meeting in", "link": "puts the link into"}.get(kind, "adds this meeting to")
    return f"The attached invitation {does} your calendar."


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
        "guest name": single_line(booking.guest_name, max_length=NAME_LENGTH),
        "host name": booking.host.name,
        "page": booking.title,
        "start": _start(booking, booking.guest_time_zone),
        "duration": wording.length(booking.minutes),
        "meeting type": place(booking).label,
    }


def _start(booking: Booking, zone: str) -> str:
    return wording.short_when(booking.start_at, zone=wording.zone_or_utc(zone))


def _note(booking: Booking, name: str) -> tuple[str, ...]:
    """Pass on what one side wrote to the other. Nobody gets their own words: the address may be somebody else's."""
    return (f"{name} wrote: {booking.cancel_note}",) if booking.cancel_note else ()


def _late(where: Place) -> tuple[str, ...]:
    if not where.pending:
        return ()
    return (f"The {where.label} link follows in a second mail. There is nothing you need to do.",)


def _link_after_move(booking: Booking, where: Place) -> tuple[str, ...]:
    if where.pending or not _link_is_new(booking):
        return _late(where)
    return (f"The {where.label} link is a new one, too. The earlier link does not work for the new time.",)


def _link_is_new(booking: Booking) -> bool:
    """Say whether the latest move was too far for the old link."""
    latest = booking.history.filter(event__in=("moved", "link_renewed")).last()
    return latest is not None and latest.event == "link_renewed"


def _missing(where: Place) -> tuple[str, ...]:
    if not where.pending:
        return ()
    return (
        f"The {where.label} link is missing. {where.problem}".strip(),
        "The booking stands, and your guest knows that the link follows. The booking's page shows what can be done.",
    )


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
    if ability is Ability.MOVE and _link_is_new(booking):
        renewed = (
            f"The earlier {where.label} link would have ended before the new time, so it is a new one. "
            f"The earlier meeting stays in your {where.label} account; you can delete it there."
        )
        return (*_missing(where), renewed)
    if not where.meeting_number or may(booking, ability):
        return _missing(where) if ability is Ability.MOVE else ()
    if ability is Ability.REMOVE:
        return (
            f"The {where.label} meeting {where.meeting_number} stays in your {where.label} account; delete it there.",
        )
    return (f"The link stays the same. Your {where.label} account still shows the earlier time.",)
