"""A booking as somebody on the guest's side sees it, at their own unguessable address."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from timetuna.bookings.events import CALLED_OFF, BookingEvent, Status, earlier_start
from timetuna.bookings.integrations.location import Location, attendee_invitation, place_for
from timetuna.bookings.models import Answer, Attendee, Booking
from timetuna.bookings.notifications.kinds.bookings import instead_of
from timetuna.bookings.notifications.telling import invited_by, shown_name
from timetuna.bookings.policies import (
    attendee_or_404,
    cancel_refusal,
    guests_refusal,
    leave_refusal,
    may_change,
    most_guests,
    move_refusal,
    sentences,
    takes_part,
)
from timetuna.bookings.queries import (
    acting_host,
    host_names,
    hosts_in_words,
    link_path,
    link_promised,
    link_settled,
    others,
    shown_to_others,
)
from timetuna.bookings.slots.selection import read_clock, read_customs
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import Customs, ZoneChoice
from timetuna.lib.ics import google_url, office365_url, outlook_url, write
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.public import Met, met_by
from timetuna.pages.queries import look_of
from timetuna.web.forms import Screen, private, show

FIRST_PAINT_SECONDS = 3.0
RECHECK_SECONDS = 0.05
# Waiting for a provider must never take all threads of a web process from other guests.
_slots_to_wait = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


class Answered(NamedTuple):
    """What was asked and answered."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBooking:
    """notes, answers: the reader's own.  met: who hosts it."""

    title: str
    met: Met
    state: str
    guest_name: str
    day_title: str
    time_label: str
    time_note: str
    host_label: str
    zone_label: str
    notes: str
    answers: Sequence[Answered]
    look_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLink:
    """How to take part: "ready", "coming" or "late", and then a link or a text. poll_url: where to ask again."""

    state: str
    kind: str
    icon: str
    url: str
    text: str
    passcode: str
    poll_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Where who booked does what may still be done, "" for what may not; terms: the sentences about it."""

    move_url: str
    cancel_url: str
    guests_url: str
    terms: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """What somebody who was invited too may do: leave, come back, and say which zone is theirs."""

    left: bool
    leave_url: str
    zone_url: str
    zone: ZoneChoice


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline, a sentence below it, and what the host wrote, if anything."""

    title: str
    lead: str = ""
    wrote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedScreen(Screen):
    """old_time_label: when it was to be before it was moved.  again_url: where it was booked."""

    template = "public/booked.html"
    booking: ShownBooking
    old_time_label: str
    headline: Headline
    link: ShownLink | None
    people: Sequence[str]
    calendar_urls: Sequence[tuple[str, str]]
    ics_url: str
    changes: Changes | None
    own: OwnPart | None
    again_url: str


@dataclass(frozen=True, slots=True)
class LinkScreen(Screen):
    """The part of the page that asks again for the link."""

    template = "public/_link.html"
    link: ShownLink


@require_safe
def booked(request: HttpRequest, token: str) -> HttpResponse:
    """Right after it was made, wait a moment so that the link is there at first paint."""
    attendee = attendee_or_404(token)
    booking = attendee.booking
    _wait_for_link(booking)
    customs, now = read_customs(request), timezone.now()
    told = takes_part(attendee)
    calendar_urls, ics_url = _calendars(attendee) if told else ((), "")
    changeable = may_change(attendee)
    screen = BookedScreen(
        booking=shown_booking(attendee, customs),
        old_time_label=_old_time(attendee, customs),
        headline=headline_of(attendee, twelve_hours=customs.twelve_hours),
        link=_link(attendee) if told else None,
        people=[row.shown() if attendee.is_booker else shown_to_others(row) for row in others(booking)],
        calendar_urls=calendar_urls,
        ics_url=ics_url,
        changes=_changes(attendee, read_clock(request.GET), customs, now) if changeable else None,
        own=None if changeable else _own_part(attendee, now),
        again_url=booking.page.address() if booking.page and changeable else "",
    )
    return private(show(request, screen))


@require_safe
def link_state(request: HttpRequest, token: str) -> HttpResponse:
    """204 while nothing has changed.

    Whoever does not take part, or no longer does, is shown their page, where that is said.
    """
    attendee = attendee_or_404(token)
    if not takes_part(attendee):
        return private(_to_page(request, attendee))
    link = _link(attendee)
    if link.state == request.GET.get("state"):
        return private(HttpResponse(status=204))
    return private(show(request, LinkScreen(link)))


@require_safe
def invite(_request: HttpRequest, token: str) -> HttpResponse:
    """The reader's own, as a file, or what takes it back, which no longer says where."""
    attendee = attendee_or_404(token)
    cancelled = attendee.booking.status in CALLED_OFF
    if not attendee.active or not (cancelled or takes_part(attendee)):
        return private(HttpResponseRedirect(link_path(attendee)))
    where = place_for(attendee)
    if cancelled:
        where = Location(label=where.label, text="")
    content = write(attendee_invitation(attendee, where, cancelled=cancelled))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return private(response)


def _to_page(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """A redirect that a page follows as a whole: one to its script would be followed into the part that asked."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(link_path(attendee))


def shown_booking(attendee: Attendee, customs: Customs) -> ShownBooking:
    """In the reader's zone and way of writing times."""
    booking, zone = attendee.booking, datetimes.zone_or_utc(attendee.time_zone)
    begins, ends = booking.start_at.astimezone(zone), booking.end_at().astimezone(zone)
    return ShownBooking(
        title=booking.title,
        met=met_by(host_names(booking)),
        state="cancelled" if booking.is_off() else booking.status,
        guest_name=booking.booker.name if attendee.is_booker else shown_name(booking),
        day_title=datetimes.day_of_year(begins.date()),
        time_label=datetimes.span(begins, ends, twelve_hours=customs.twelve_hours),
        time_note=datetimes.which_of_two(begins),
        host_label=datetimes.for_other(
            begins,
            name=booking.host.name,
            zone=datetimes.zone_or_utc(booking.host_time_zone),
            twelve_hours=customs.twelve_hours,
        ),
        zone_label=datetimes.zone_label(zone, at=booking.start_at),
        notes=attendee.notes,
        answers=[Answered(one.label, _answer(one)) for one in attendee.answers.all() if not one.hidden],
        look_url=look_of(booking.page).style_path,
    )


def _answer(answer: Answer) -> str:
    """What is ours in it, in the reader's language."""
    return gettext(answer.text) if answer.value is True or answer.kind == "consent" else answer.text


def _link(attendee: Attendee) -> ShownLink:
    booking, where = attendee.booking, place_for(attendee)
    state = "ready" if not where.pending else "late" if link_promised(booking) else "coming"
    return ShownLink(
        state=state,
        kind=where.label,
        icon=meeting_kind(booking.meeting_type).icon,
        url=where.url,
        text="" if where.url or where.pending else where.text,
        passcode=where.passcode,
        poll_url=f"{link_path(attendee, 'booked_link')}?state={state}",
    )


def _calendars(attendee: Attendee) -> tuple[Sequence[tuple[str, str]], str]:
    """By name and address, and the address of the file for all others."""
    invitation = attendee_invitation(attendee, place_for(attendee))
    urls = (
        ("Google Calendar", google_url(invitation)),
        ("Outlook", outlook_url(invitation)),
        ("Microsoft 365", office365_url(invitation)),
    )
    return urls, link_path(attendee, "booked_invite")


def _changes(attendee: Attendee, clock: str, customs: Customs, now: datetime) -> Changes:
    booking, tail = attendee.booking, f"?clock={clock}" if clock else ""
    guests = most_guests(booking) or others(booking).exists()
    return Changes(
        move_url="" if move_refusal(booking, now=now) else link_path(attendee, "booked_move") + tail,
        cancel_url="" if cancel_refusal(booking, now=now) else link_path(attendee, "booked_cancel") + tail,
        guests_url=link_path(attendee, "booked_guests")
        if guests and not guests_refusal(booking, now=now)
        else "",
        terms=sentences(booking, now=now, twelve_hours=customs.twelve_hours),
    )


def _own_part(attendee: Attendee, now: datetime) -> OwnPart:
    return OwnPart(
        left=not attendee.active,
        leave_url="" if leave_refusal(attendee, now=now) else link_path(attendee, "booked_leave"),
        zone_url=link_path(attendee, "booked_zone"),
        zone=datetimes.zone_choice(datetimes.zone_or_utc(attendee.time_zone)),
    )


def headline_of(attendee: Attendee, *, twelve_hours: bool = False) -> Headline:
    """To somebody on the guest's side."""
    booking = attendee.booking
    if not attendee.is_booker:
        return _for_others(attendee)
    named = {"host": hosts_in_words(booking), "lead": booking.host.name, "email": attendee.email}
    if booking.status == Status.PENDING:
        return _waiting(booking, named, twelve_hours=twelve_hours)
    if booking.is_off():
        ended = _cancelled if booking.status in CALLED_OFF else _ended
        return ended(booking, named)
    if _is_handed_over(booking):
        return Headline(gettext("Who meets you has changed"), instead_of(booking))
    if booking.history.filter(event=BookingEvent.MOVED).exists():
        lead = gettext("The new time is on its way to %(email)s, with the calendar invite.") % named
        return Headline(gettext("Your booking has a new time"), lead)
    lead = gettext("A confirmation with a calendar invite is on its way to %(email)s.") % named
    return Headline(gettext("Your booking is confirmed"), lead)


def _is_handed_over(booking: Booking) -> bool:
    """Whether that is the latest of what its guest has to know."""
    told = (BookingEvent.MOVED, BookingEvent.HANDED_OVER, BookingEvent.HAND_OVER_UNDONE)
    latest = booking.history.filter(event__in=told).last()
    return latest is not None and latest.event == BookingEvent.HANDED_OVER


def _for_others(attendee: Attendee) -> Headline:
    """To who was invited too: why they are, and nothing of what the two sides wrote."""
    booking = attendee.booking
    named = {"host": hosts_in_words(booking), "guest": shown_name(booking)}
    if booking.is_off():
        by_guest = booking.status == Status.CANCELLED_BY_GUEST
        by = named["guest"] if by_guest else acting_host(booking)
        return Headline(
            gettext("This booking is cancelled"), gettext("%(name)s cancelled it.") % {"name": by}
        )
    if not attendee.active:
        lead = gettext("%(guest)s and %(host)s are told. The meeting takes place without you.") % named
        return Headline(gettext("You have left this meeting"), lead)
    return Headline(gettext("You are invited"), invited_by(attendee))


def _waiting(booking: Booking, named: dict[str, str], *, twelve_hours: bool) -> Headline:
    zone, until = datetimes.zone_or_utc(booking.booker.time_zone), booking.pending_until or booking.start_at
    deadline = datetimes.short_when(until, zone=zone, twelve_hours=twelve_hours)
    lead = gettext(
        "%(lead)s confirms each booking. Until then nothing is booked, and the time is kept for you. "
        "You hear at %(email)s, by %(deadline)s at the latest."
    )
    return Headline(gettext("Your request is with %(host)s") % named, lead % (named | {"deadline": deadline}))


def _cancelled(booking: Booking, named: dict[str, str]) -> Headline:
    title = gettext("This booking is cancelled")
    if booking.status == Status.CANCELLED_BY_HOST:
        lead = gettext(
            "%(host)s cancelled it. A mail with a file that takes the meeting out of your calendar is on its way."
        )
        return Headline(title, lead % {"host": acting_host(booking)}, booking.cancel_note)
    lead = ngettext(
        "%(host)s is told. A mail with a file that takes the meeting out of your calendar is on its way.",
        "%(host)s are told. A mail with a file that takes the meeting out of your calendar is on its way.",
        len(host_names(booking)),
    )
    return Headline(title, lead % named)


def _ended(booking: Booking, named: dict[str, str]) -> Headline:
    """How a request ended without becoming a booking."""
    if booking.status == Status.WITHDRAWN:
        lead = gettext("%(lead)s is told, and the time is free again.") % named
        return Headline(gettext("Your request is taken back"), lead)
    if booking.status == Status.DECLINED:
        lead = gettext("%(lead)s cannot take this time.") % named
        return Headline(gettext("Your request was declined"), lead, booking.cancel_note)
    lead = gettext("%(lead)s did not answer in time. Nothing is booked, and the time is free again.") % named
    return Headline(gettext("Your request has ended"), lead)


def _old_time(attendee: Attendee, customs: Customs) -> str:
    """When it was to be before it was moved."""
    earlier = earlier_start(attendee.booking)
    if earlier is None or attendee.booking.is_off():
        return ""
    begins = earlier.astimezone(datetimes.zone_or_utc(attendee.time_zone))
    return f"{datetimes.day_of_year(begins.date())}, {datetimes.clock(begins, twelve_hours=customs.twelve_hours)}"


def _wait_for_link(booking: Booking) -> None:
    """Until the link is there or will come by mail, or 3 seconds after the booking was made."""
    until = booking.created_at.timestamp() + FIRST_PAINT_SECONDS
    if booking.status != Booking.Status.CONFIRMED:
        return
    if time.time() >= until or link_settled(booking) or not _slots_to_wait.acquire(blocking=False):
        return
    try:
        while time.time() < until and not link_settled(booking):
            time.sleep(RECHECK_SECONDS)
    finally:
        _slots_to_wait.release()
