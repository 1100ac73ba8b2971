"""People as somebody types them: who books, and whom they bring; how many of them are mailed, and how they are kept."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext

from timetuna.bookings.errors import NotPossible, TooManyBookings
from timetuna.bookings.events import GUEST, HOST, BookingEvent
from timetuna.bookings.models import Attendee, Booking, HistoryEntry
from timetuna.bookings.queries import NAME_LENGTH, set_new_link
from timetuna.bookings.said_to_hosts import MANY_NAMED
from timetuna.lib.mail import clean_address, mailbox_of, pasted_address
from timetuna.lib.text import single_line
from timetuna.rate_limits.limits import room_in, wait_in_words

_PART = re.compile(r"""(?:"(?:[^"\\\n]|\\.)*"|[^,;\n])+""")  # signs between quotes part nothing
_NAMED = re.compile(r"""(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<>]*?))\s*<(?P<address>[^<>]*)>""")
_ESCAPED = re.compile(r"\\(.)")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who books, or is to be invited too. The address is plain and in lower case; the name may be empty.

    time_zone, language, clock ("12" or "24"): "" are those of who books.
    answers: what the form asked them, by the attendee's columns.
    """

    name: str
    email: str
    time_zone: str = ""
    language: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    clock: str = ""

    def mailbox(self) -> str:
        """What all addresses of their mailbox have in common."""
        return mailbox_of(self.email)


def read_guests(text: str, *, most: int) -> tuple[Guest, ...]:
    """Read addresses, one a line or with commas between them, each maybe as "Name <address>"; each counts once.

    Raises ValueError with a sentence.
    """
    found: dict[str, Guest] = {}
    for part in _parts(text):
        guest = _read(part)
        found.setdefault(guest.mailbox(), guest)
        if len(found) > most:
            raise ValueError(too_many(most))
    return tuple(found.values())


def _parts(text: str) -> Iterator[str]:
    """One for each address; "Gast, Zoë <zoe@example.org>" has a comma in its name."""
    before = ""
    for line in text.split("\n"):
        for part in filter(None, (part.strip() for part in _PART.findall(line))):
            if before and not _NAMED.fullmatch(part):
                yield before
                before = ""
            whole = f"{before}, {part}" if before else part
            before = ""
            if "@" not in whole:
                before = whole
            elif "<" not in whole and all("@" in one for one in whole.split()):
                yield from whole.split()
            else:
                yield whole
        if before:
            yield before
            before = ""


def too_many(most: int) -> str:
    if not most:
        return gettext("Nobody else can be brought to this meeting.")
    sentence = ngettext(
        "You can bring %(most)d person at most.", "You can bring %(most)d people at most.", most
    )
    return sentence % {"most": most}


def _read(part: str) -> Guest:
    named = _NAMED.fullmatch(part)
    name = _name(named) if named else ""
    try:
        email = clean_address(pasted_address(named["address"] if named else part)).lower()
    except ValueError as error:
        typed = single_line(part, max_length=_SHOWN)
        sentence = gettext("“%(text)s” is no email address; it should be like name@example.org.")
        raise ValueError(sentence % {"text": typed}) from error
    return Guest(single_line(name, max_length=NAME_LENGTH), email)


def _name(named: re.Match[str]) -> str:
    quoted = named["quoted"]
    return str(named["plain"]).strip(' "') if quoted is None else _ESCAPED.sub(r"\1", quoted)


_UNPROVEN = 3
MOST_BROUGHT = 20
"""How many different people guests of one network who have shown nothing may have mailed in a day."""
_FEWEST_EVER = 4
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def limit_bookings(email: str, *, others: Iterable[Guest] = (), now: datetime) -> None:
    """Raises TooManyBookings if the guest has booked, or somebody they bring was named, too often lately."""
    if wait := _room_for_mails_in(mailbox_of(email), now):
        sentence = gettext("This email address has made many bookings lately. Try again in %(wait)s.")
        raise TooManyBookings(sentence % {"wait": wait_in_words(wait)}, wait=wait)
    limit_mails_to(others, now=now)


def limit_mails_to(others: Iterable[Guest], *, now: datetime) -> None:
    """Raises TooManyBookings if somebody who is to be brought was named too often lately, by whomever."""
    for guest in others:
        if wait := _room_for_mails_in(guest.mailbox(), now):
            sentence = gettext(
                "%(email)s has been invited many times lately. Leave this address out, or try again in %(wait)s."
            )
            named = {"email": guest.email, "wait": wait_in_words(wait)}
            raise TooManyBookings(sentence % named, wait=wait)


_MAILING = (
    BookingEvent.MOVED,
    BookingEvent.GUESTS_ADDED,
    BookingEvent.GUEST_REMOVED,
    BookingEvent.ADDRESS_MENDED,
)


def limit_changes(booking: Booking, *, now: datetime) -> None:
    """Raises TooManyBookings if guests with this mailbox changed bookings too often lately: each mails everybody.

    They may do so as often in a day as they may book. All guests of one network who have not shown that their address
    is theirs may do so as often as three of them: a script has as many addresses as it likes.
    """
    _, most = settings.GUEST_MAIL_LIMITS
    changes = HistoryEntry.objects.filter(
        event__in=_MAILING,
        actor=GUEST,
        at__gte=now - _DAY,
    )
    if booking.source_network and not booking.booker.confirmed:
        unproven = changes.filter(
            booking__source_network=booking.source_network,
            booking__attendees__is_booker=True,
            booking__attendees__confirmed=False,
        )
        if wait := _room_for_changes_in(unproven, _UNPROVEN * most, now):
            sentence = gettext("Many bookings from your network were changed lately. Try again in %(wait)s.")
            raise TooManyBookings(sentence % {"wait": wait_in_words(wait)}, wait=wait)
    mailbox = mailbox_of(booking.booker.email)
    same = changes.filter(booking__attendees__is_booker=True, booking__attendees__mailbox=mailbox)
    if wait := _room_for_changes_in(same, most, now):
        sentence = gettext("This email address has changed many bookings lately. Try again in %(wait)s.")
        raise TooManyBookings(sentence % {"wait": wait_in_words(wait)}, wait=wait)


def _room_for_changes_in(changes: QuerySet[HistoryEntry], most: int, now: datetime) -> float:
    moments = changes.order_by("-at").values_list("at", flat=True)[:most]
    return room_in(list(moments), most, _DAY, now=now)


def limit_invited(booking: Booking, others: Iterable[Guest], *, most: int, now: datetime) -> None:
    """Raises TooManyBookings if a guest who has shown nothing would have ever new people mailed in turn.

    People count, not changes, and also those who were taken off again. One booking may name twice as many as it may
    have at once (`most`), and all of one network in a day so many that further bookings ask for a code.
    """
    if booking.booker.confirmed:
        return
    new = {one.mailbox() for one in others}
    named = set(booking.attendees.filter(is_booker=False).values_list("mailbox", flat=True))
    if new - named and len(named | new) > max(2 * most, _FEWEST_EVER):
        raise TooManyBookings(gettext("Many people were named for this booking already. Write to your host."))
    if new - named and (wait := room_for_others_in(booking.source_network, others, now=now)):
        sentence = gettext(
            "Many people were invited from your network lately. Try again in %(wait)s, or write to your host."
        )
        raise TooManyBookings(sentence % {"wait": wait_in_words(wait)}, wait=wait)


def room_for_others_in(network: str, others: Iterable[Guest], *, now: datetime) -> float:
    """In how many seconds these can be named; 0.0: now.

    Unproven guests of a network name only so many different people in a day.
    """
    new = {one.mailbox() for one in others}
    if not network or not new:
        return 0.0
    if len(new) > MOST_BROUGHT:
        return _DAY.total_seconds()
    named = Attendee.objects.filter(
        is_booker=False,
        invited_by=GUEST,
        booking__source_network=network,
        booking__attendees__is_booker=True,
        booking__attendees__confirmed=False,
    )
    rows = named.filter(added_at__gte=now - _DAY).exclude(mailbox__in=new)
    latest = dict(rows.order_by("added_at").values_list("mailbox", "added_at"))
    room = MOST_BROUGHT - len(new)
    return room_in(sorted(latest.values(), reverse=True), room + 1, _DAY, now=now)


def _room_for_mails_in(mailbox: str, now: datetime) -> float:
    """Count as one whom bookings are made for and who is brought to them: both get mails that they did not ask for."""
    hour, day = settings.GUEST_MAIL_LIMITS
    rows = Attendee.objects.filter(mailbox=mailbox, added_at__gte=now - _DAY)
    moments = list(rows.order_by("-added_at").values_list("added_at", flat=True)[: max(hour, day)])
    return max(room_in(moments, hour, _HOUR, now=now), room_in(moments, day, _DAY, now=now))


MOST_EVER = 20
"""How many people one booking can send mails to, however often they are exchanged."""


def invite(
    booking: Booking, guests: Sequence[Guest], *, most: int, now: datetime, actor: str = GUEST
) -> list[Attendee]:
    """Write down who is to come too, in the caller's transaction; return who was not there yet. Raises NotPossible.

    Who was taken off before is the same person again.
    """
    present = {row.mailbox: row for row in booking.attendees.filter(is_booker=False)}
    new = [guest for guest in guests if not (guest.mailbox() in present and present[guest.mailbox()].active)]
    _refuse_too_many(booking, new, present, most=most, actor=actor)
    columns = {"added_at": now, "invited_by": actor}
    return [store_attendee(booking, guest, row=present.get(guest.mailbox()), **columns) for guest in new]


def store_attendee(
    booking: Booking, guest: Guest, *, row: Attendee | None = None, **columns: Any
) -> Attendee:
    """In a row of their own or the one they had, which keeps its zone, language and clock."""
    attendee = row or Attendee(booking=booking, mailbox=guest.mailbox(), **guest.answers)
    columns |= {"name": guest.name, "email": guest.email, "active": True, "removed_by": ""}
    for name, value in columns.items():
        setattr(attendee, name, value)
    if row is None:
        like = attendee if attendee.is_booker else booking.booker
        attendee.time_zone = guest.time_zone or like.time_zone
        attendee.language = guest.language or like.language
        attendee.clock = guest.clock or like.clock
        set_new_link(attendee)
    attendee.save()
    return attendee


def _refuse_too_many(
    booking: Booking, new: Sequence[Guest], present: dict[str, Attendee], *, most: int, actor: str
) -> None:
    taking_part = {booking.booker.mailbox, mailbox_of(booking.host.email)}
    for guest in new:
        if guest.mailbox() in taking_part:
            raise NotPossible(
                gettext("%(email)s takes part anyway; name only others.") % {"email": guest.email}
            )
    active = sum(row.active for row in present.values())
    if active + len(new) > most:
        raise NotPossible(too_many(most))
    if len({*present, *(guest.mailbox() for guest in new)}) > max(MOST_EVER, most):
        raise NotPossible(
            MANY_NAMED
            if actor == HOST
            else gettext("Many people were named for this booking already. Write to your host.")
        )
