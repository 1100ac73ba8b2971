"""What those on the guest's side may do with a booking, and until when; and whom to ask else."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.translation import gettext, gettext_noop

from timetuna.bookings.events import ATTENDEE, CALLED_OFF, FRESH, Status
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.queries import attendee_by_link, others
from timetuna.l10n import datetimes
from timetuna.pages.models import BookingPage
from timetuna.rate_limits.limits import Limit, spend, used

TOLD = CALLED_OFF | {Status.CONFIRMED}
"""The states in which those who were invited too have heard of the booking."""


def may_see(attendee: Attendee) -> bool:
    """Whether somebody on the guest's side may see the booking at their own address.

    Who was invited too may from when they are told, that is once it is no request any more, until they are taken off;
    who has left may see that, and come back.
    """
    if attendee.is_booker:
        return True
    left = attendee.removed_by == ATTENDEE
    return attendee.booking.status in TOLD and (attendee.active or left)


def takes_part(attendee: Attendee) -> bool:
    """Whether they are told where the meeting is: it is booked, and they have not left it."""
    return attendee.active and attendee.booking.status == Status.CONFIRMED


def may_change(attendee: Attendee) -> bool:
    """Move and cancel the booking, and say who else comes."""
    return attendee.is_booker


def may_leave(attendee: Attendee) -> bool:
    """Take themselves off the booking, or come back."""
    return not attendee.is_booker and may_see(attendee)


def attendee_or_404(token: str) -> Attendee:
    """Whose link it is, with booking, host and page. Raises Http404 for who may not see the booking."""
    attendee = attendee_by_link(token)
    if attendee is None or not may_see(attendee):
        raise Http404
    return attendee


def booker_or_404(token: str) -> Attendee:
    """The same. Raises Http404 for who may not change the booking."""
    attendee = attendee_or_404(token)
    if not may_change(attendee):
        raise Http404
    return attendee


def guest_or_404(token: str) -> Attendee:
    """The same. Raises Http404 for who may not leave the booking."""
    attendee = attendee_or_404(token)
    if not may_leave(attendee):
        raise Http404
    return attendee


OPTIONAL = BookingPage.AskReason.OPTIONAL


class _Change(NamedTuple):
    """What is to be done, in the sentences that refuse it."""

    cancelled: str
    begun: str
    never: str = ""
    too_late: str = ""
    over: str = ""


_MOVE = _Change(
    gettext_noop("This booking is cancelled, so it cannot be moved."),
    gettext_noop("This meeting has begun, so it cannot be moved any more."),
    gettext_noop("This booking cannot be moved by its guest."),
    gettext_noop("This booking could be moved until %(deadline)s."),
)
_CANCEL = _Change(
    gettext_noop("This booking is cancelled already."),
    gettext_noop("This meeting has begun, so it cannot be cancelled any more."),
    gettext_noop("This booking cannot be cancelled by its guest."),
    gettext_noop("This booking could be cancelled until %(deadline)s."),
)
_GUESTS = _Change(
    gettext_noop("This booking is cancelled, so nobody else can be invited."),
    gettext_noop("This meeting has begun, so its guests cannot be changed any more."),
)
_REMOVE = _GUESTS._replace(
    cancelled=gettext_noop("This booking is cancelled, so nobody can be taken off it any more.")
)
_LEAVE = _Change(
    gettext_noop("This booking is cancelled already, so there is nothing to leave."),
    gettext_noop("This meeting has begun, so you cannot leave it here any more."),
    over=gettext_noop("This meeting is over, so you cannot leave it any more."),
)
_RETURN = _Change(
    gettext_noop("This booking is cancelled, so you cannot come back to it."),
    gettext_noop("This meeting has begun, so you cannot come back to it here any more."),
    over=gettext_noop("This meeting is over, so you cannot come back to it."),
)


def move_refusal(booking: Booking, *, now: datetime) -> str:
    """Why the guest cannot move it any more; "" where they can."""
    return _with_advice(booking, _move_refusal(booking, now, twelve_hours=booking.booker.clock == "12"))


def cancel_refusal(booking: Booking, *, now: datetime) -> str:
    """Why the guest cannot cancel it any more; "" where they can. A request can be taken back at any time."""
    return _with_advice(booking, _cancel_refusal(booking, now, twelve_hours=booking.booker.clock == "12"))


def guests_refusal(booking: Booking, *, now: datetime) -> str:
    """Why nobody can be added any more; "" where the guest can do so."""
    return _settled(booking, now, _GUESTS)


def removal_refusal(booking: Booking, *, now: datetime) -> str:
    """Why nobody can be taken off any more; "" where the guest can do so."""
    return _settled(booking, now, _REMOVE)


def leave_refusal(attendee: Attendee, *, now: datetime) -> str:
    """Why somebody who was invited too cannot leave, or having left come back; "" where they can.

    Leaving is possible until the start, coming back once, while there is a place.
    """
    booking = attendee.booking
    if attendee.active:
        return _settled(booking, now, _LEAVE)
    if settled := _settled(booking, now, _RETURN):
        return settled
    if attendee.returned:
        refusal = gettext("You have come back to this meeting once already.")
    elif others(booking).count() >= most_guests(booking):
        refusal = gettext("Your place is taken by now.")
    else:
        return ""
    named = {"name": booking.host.name, "email": booking.host.email}
    advice = gettext("To come after all, write to %(name)s: %(email)s.") % named
    return f"{refusal} {advice}"


OPENED = Limit("opened links of mails", (1, int(FRESH.total_seconds())))
MOST_MENDED = 3
"""How often one booking can: each time somebody is mailed who may not have asked for it."""


def can_mend(booking: Booking, *, now: datetime) -> bool:
    """For half an hour after it was made, unless somebody has shown that mails reach them, or opened the link in one.

    Whether it is the browser that made it has to be asked beside.
    """
    booker = booking.booker
    return (
        booking.status in {Status.PENDING, Status.CONFIRMED}
        and booking.page is not None
        and now - booking.created_at < FRESH
        and booking.start_at > now
        and booker.mended < MOST_MENDED
        and not booker.confirmed
        and not used(OPENED, _opened(booking))
    )


def note_opened(booking: Booking, *, now: datetime) -> None:
    """Somebody else than the browser that booked has opened the link: the address is theirs from now on.

    Counted, and not written down with the booking, since a look only reads.
    """
    if can_mend(booking, now=now):
        spend(OPENED, _opened(booking))


def _opened(booking: Booking) -> str:
    return f"{booking.pk}.{booking.booker.mended}"


def most_guests(booking: Booking) -> int:
    """How many others the guest may bring; none once the page is gone."""
    return booking.page.most_guests if booking.page else 0


def asks_reason(booking: Booking) -> str:
    """Whether who cancels or moves is asked why; of what is not paid yet nobody else has heard."""
    if booking.status == Status.AWAITING_PAYMENT:
        return BookingPage.AskReason.NO
    return booking.page.ask_reason if booking.page else OPTIONAL


_NEVER, _LATE, _UNTIL, _OPEN = "never", "late", "until", "open"
_TERMS = {
    _NEVER: (
        gettext_noop("Once booked, it cannot be moved or cancelled here."),
        gettext_noop("Once booked, it cannot be moved here."),
        gettext_noop("Once booked, it cannot be cancelled here."),
    ),
    _LATE: (
        gettext_noop("It begins too soon to be moved or cancelled here."),
        gettext_noop("It begins too soon to be moved here."),
        gettext_noop("It begins too soon to be cancelled here."),
    ),
    _UNTIL: (
        gettext_noop("You can move or cancel it until %(deadline)s."),
        gettext_noop("You can move it until %(deadline)s."),
        gettext_noop("You can cancel it until %(deadline)s."),
    ),
    _OPEN: (
        gettext_noop("You can move or cancel it until it begins."),
        gettext_noop("You can move it until it begins."),
        gettext_noop("You can cancel it until it begins."),
    ),
}
"""What is said of both, of moving and of cancelling."""


def terms_before(
    page: BookingPage, start: datetime, *, now: datetime, zone: ZoneInfo, twelve_hours: bool = False
) -> list[str]:
    """What who is about to book this time, or to move there, reads: until when it can be moved and cancelled then."""
    move, cancel = page.change_notice_minutes, page.cancel_notice_minutes
    found = [_term(notice, start, now) for notice in (move, cancel)]
    alike = found[0] == found[1] and (found[0] != _UNTIL or move == cancel)
    said = []
    for number, term, notice in (
        [(0, found[0], move)] if alike else [(1, found[0], move), (2, found[1], cancel)]
    ):
        last = start - timedelta(minutes=notice or 0)
        deadline = datetimes.short_when(last, zone=zone, twelve_hours=twelve_hours)
        said.append(gettext(_TERMS[term][number]) % {"deadline": deadline})
    if {_NEVER, _LATE} & {*found}:
        said.append(gettext("To change it, write to your host."))
    return said


def _term(notice: int | None, start: datetime, now: datetime) -> str:
    if notice is None:
        return _NEVER
    if start - timedelta(minutes=notice) <= now:
        return _LATE
    return _UNTIL if notice else _OPEN


def sentences(booking: Booking, *, now: datetime, twelve_hours: bool = False) -> list[str]:
    """Until when the guest may move and cancel, or why not; nothing where both can be done until the start."""
    if _settled(booking, now, _MOVE) or booking.status == Status.AWAITING_PAYMENT:
        return []
    refusals = [
        _move_refusal(booking, now, twelve_hours=twelve_hours),
        _cancel_refusal(booking, now, twelve_hours=twelve_hours),
    ]
    said = [refusal for refusal in refusals if refusal]
    return [
        *said,
        *([_advice(booking)] if said else []),
        *_deadlines(booking, refusals, twelve_hours=twelve_hours),
    ]


def _move_refusal(booking: Booking, now: datetime, *, twelve_hours: bool) -> str:
    if settled := _settled(booking, now, _MOVE):
        return settled
    if booking.status == Status.AWAITING_PAYMENT:
        return gettext("It can be moved once it is paid.")
    if booking.page is None:
        return gettext("The page this was booked on is gone, so it cannot be moved here.")
    return _too_late(booking, booking.page.change_notice_minutes, now, _MOVE, twelve_hours=twelve_hours)


def _cancel_refusal(booking: Booking, now: datetime, *, twelve_hours: bool) -> str:
    if settled := _settled(booking, now, _CANCEL):
        return settled
    if booking.page is None or booking.status in {Status.PENDING, Status.AWAITING_PAYMENT}:
        return ""
    return _too_late(booking, booking.page.cancel_notice_minutes, now, _CANCEL, twelve_hours=twelve_hours)


def _settled(booking: Booking, now: datetime, change: _Change) -> str:
    if booking.is_off() or is_unanswered(booking, now):
        return gettext(change.cancelled)
    if change.over and booking.end_at() <= now:
        return gettext(change.over)
    return gettext(change.begun) if booking.start_at <= now else ""


def is_unanswered(booking: Booking, now: datetime) -> bool:
    """Whether it is a request whose time is over, also where the work that ends it is late."""
    until = booking.pending_until
    return booking.status == Status.PENDING and until is not None and until <= now


def _too_late(
    booking: Booking, notice: int | None, now: datetime, change: _Change, *, twelve_hours: bool
) -> str:
    if notice is None:
        return gettext(change.never)
    if booking.start_at - timedelta(minutes=notice) <= now:
        return gettext(change.too_late) % {"deadline": _deadline(booking, notice, twelve_hours=twelve_hours)}
    return ""


def _deadlines(booking: Booking, refusals: list[str], *, twelve_hours: bool) -> list[str]:
    """Until when what is not refused can be done."""
    page = booking.page
    if page is None:
        return []
    move = 0 if refusals[0] else page.change_notice_minutes or 0
    pending = booking.status == Status.PENDING
    cancel = 0 if refusals[1] or pending else page.cancel_notice_minutes or 0
    if move and move == cancel:
        return [
            gettext("You can move or cancel it until %(deadline)s.")
            % {"deadline": _deadline(booking, move, twelve_hours=twelve_hours)}
        ]
    said = []
    if move:
        said.append(
            gettext("You can move it until %(deadline)s.")
            % {"deadline": _deadline(booking, move, twelve_hours=twelve_hours)}
        )
    if cancel:
        said.append(
            gettext("You can cancel it until %(deadline)s.")
            % {"deadline": _deadline(booking, cancel, twelve_hours=twelve_hours)}
        )
    return said


def _deadline(booking: Booking, notice: int, *, twelve_hours: bool) -> str:
    zone = datetimes.zone_or_utc(booking.booker.time_zone)
    last = booking.start_at - timedelta(minutes=notice)
    return datetimes.short_when(last, zone=zone, twelve_hours=twelve_hours)


def _with_advice(booking: Booking, refusal: str) -> str:
    if not refusal or booking.is_off():
        return refusal
    return f"{refusal} {_advice(booking)}"


def _advice(booking: Booking) -> str:
    named = {"name": booking.host.name, "email": booking.host.email}
    return gettext("To change it, write to %(name)s: %(email)s.") % named
