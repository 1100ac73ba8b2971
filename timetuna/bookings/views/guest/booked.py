"""A booking as somebody on the guest's side sees it, at their own unguessable address."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.bookings.charge import Charge, charge_of, pay_path
from timetuna.bookings.consents import may_be_texted
from timetuna.bookings.events import BookingEvent, Status, earlier_start, is_fresh
from timetuna.bookings.integrations.location import attendee_invitation, place_for
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.kinds.bookings import instead_of
from timetuna.bookings.notifications.telling import shown_name
from timetuna.bookings.policies import (
    attendee_or_404,
    can_mend,
    cancel_refusal,
    guests_refusal,
    is_unanswered,
    leave_refusal,
    may_change,
    most_guests,
    move_refusal,
    note_opened,
    sentences,
    takes_part,
)
from timetuna.bookings.queries import (
    address_again,
    answer_text,
    costs,
    has_bounced,
    host_faces,
    link_path,
    link_promised,
    link_settled,
    others,
    shown_to_others,
)
from timetuna.bookings.slots.selection import read_clock, read_customs
from timetuna.bookings.views.guest.framed import frame_booking
from timetuna.bookings.views.guest.headlines import (
    MADE,
    Headline,
    for_others,
    how_soon,
    over,
    under_way,
    waiting_or_off,
)
from timetuna.bookings.visitor import led_on, made_lately
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import Customs, ZoneChoice
from timetuna.lib.ics import google_url, office365_url, outlook_url
from timetuna.lib.text import unbroken
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.public import Met, met_by
from timetuna.pages.queries import look_of
from timetuna.web.forms import Screen, private, show
from timetuna.web.framing import MINE, framable, framed_url, has_just_made, is_embedded

FIRST_PAINT_SECONDS, RECHECK_SECONDS = 3.0, 0.05
# Waiting for a provider must never take all threads of a web process from other guests.
_slots_to_wait = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


class Answered(NamedTuple):
    """What was asked and answered."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A date as a sheet of a calendar."""

    weekday: str
    day: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBooking:
    """notes, answers: the reader's own.  met: who hosts it."""

    title: str
    met: Met
    state: str
    guest_name: str
    tile: Tile
    day_title: str
    time_label: str
    time_note: str
    host_label: str
    zone_label: str
    notes: str
    answers: Sequence[Answered]
    color: str


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
    texts_url: str
    terms: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """What somebody who was invited too may do: leave, come back, and say which zone is theirs."""

    left: bool
    leave_url: str
    zone_url: str
    zone: ZoneChoice


class Phase(StrEnum):
    """Where a meeting stands in time; NONE where it is not booked, or off."""

    NONE = ""
    COMING = "coming"
    NOW = "now"
    OVER = "over"


_NEWS = (
    *MADE,
    BookingEvent.MOVED,
    BookingEvent.HANDED_OVER,
    BookingEvent.HAND_OVER_UNDONE,
    BookingEvent.RESTORED,
)
"""What its guest has to know, of which the latest counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedScreen(Screen):
    """charge, pay_url: what is paid, and where while it still is to be.

    old_time_label: when it was to be before it was moved.  again_url: where as long a one is booked.

    address_url: where another mail address is given, "" where it cannot be.
    tick: how it is shown at a glance: "good", "off", "waits" or "".
    """

    template = "public/booked.html"
    booking: ShownBooking
    old_time_label: str
    headline: Headline
    phase: Phase
    tick: str
    link: ShownLink | None
    people: Sequence[str]
    calendar_urls: Sequence[tuple[str, str, str]]
    ics_url: str
    changes: Changes | None
    own: OwnPart | None
    again_url: str
    address_url: str
    charge: Charge | None = None
    pay_url: str = ""


@framable()
@require_safe
def booked(request: HttpRequest, token: str) -> HttpResponse:
    """Right after it was made, wait a moment so that the link is there at first paint."""
    if path := led_on(request, token):
        return private(HttpResponseRedirect(path))
    attendee = attendee_or_404(token)
    booking = attendee.booking
    if is_embedded(request):
        frame_booking(request, attendee)
    _wait_for_link(booking)
    customs, now = read_customs(request, clock=attendee.clock), timezone.now()
    phase, told = phase_of(booking, now=now), takes_part(attendee)
    to_add = told and phase is not Phase.OVER
    calendar_urls, ics_url = _calendars(attendee) if to_add else ((), "")
    changeable = may_change(attendee)
    screen = BookedScreen(
        booking=shown_booking(attendee, customs),
        old_time_label="" if phase in {Phase.NOW, Phase.OVER} else _old_time(attendee, customs),
        headline=headline_of(attendee, now=now, twelve_hours=customs.twelve_hours),
        phase=phase,
        tick=_tick(attendee, phase, now),
        link=shown_link(attendee, is_over=phase is Phase.OVER) if told else None,
        people=[row.shown() if attendee.is_booker else shown_to_others(row) for row in others(booking)],
        calendar_urls=calendar_urls,
        ics_url=ics_url,
        changes=_changes(request, attendee, customs, now) if changeable else None,
        own=None if changeable or phase is Phase.OVER else _own_part(attendee, now),
        address_url=_address_url(request, attendee, now) if changeable else "",
        again_url=framed_url(request, address_again(booking)) if changeable else "",
        charge=charge_of(booking) if attendee.is_booker and costs(booking) else None,
        pay_url=pay_path(attendee, now=now) if costs(booking) else "",
    )
    return private(show(request, screen))


def _address_url(request: HttpRequest, attendee: Attendee, now: datetime) -> str:
    """Where the browser that has just booked gives another address; every other one has read the mail."""
    if mine := has_just_made(request, link_path(attendee)):
        path = f"{link_path(attendee, 'booked_address')}?{urlencode({MINE: mine})}"
        return framed_url(request, path) if can_mend(attendee.booking, now=now) else ""
    if is_embedded(request):
        return ""
    if str(attendee.booking_id) not in made_lately(request):
        note_opened(attendee.booking, now=now)
        return ""
    return link_path(attendee, "booked_address") if can_mend(attendee.booking, now=now) else ""


def phase_of(booking: Booking, *, now: datetime) -> Phase:
    """By the clock alone; whether it has just been booked stands in its history."""
    if booking.status != Status.CONFIRMED:
        return Phase.NONE
    if booking.end_at() <= now:
        return Phase.OVER
    return Phase.NOW if booking.start_at <= now else Phase.COMING


def _tick(attendee: Attendee, phase: Phase, now: datetime) -> str:
    booking = attendee.booking
    if not attendee.active or booking.is_off() or is_unanswered(booking, now):
        return "off"
    if phase is Phase.NONE:
        return "waits"
    return "good" if phase is Phase.COMING else ""


def shown_booking(attendee: Attendee, customs: Customs) -> ShownBooking:
    """In the reader's zone and way of writing times."""
    booking, zone = attendee.booking, datetimes.zone_or_utc(attendee.time_zone)
    begins, ends = booking.start_at.astimezone(zone), booking.end_at().astimezone(zone)
    return ShownBooking(
        title=booking.title,
        met=met_by(host_faces(booking)),
        state="cancelled" if booking.is_off() or is_unanswered(booking, timezone.now()) else booking.status,
        guest_name=booking.booker.name if attendee.is_booker else shown_name(booking),
        tile=Tile(datetimes.written(begins, "D"), f"{begins.day}", datetimes.written(begins, "M")),
        day_title=datetimes.day_of_year(begins.date()),
        time_label=datetimes.span(begins, ends, twelve_hours=customs.twelve_hours),
        time_note="" if datetimes.clocks_change(begins, ends) else datetimes.which_of_two(begins),
        host_label=datetimes.for_other(
            begins,
            name=booking.host.name,
            zone=datetimes.zone_or_utc(booking.host_time_zone),
            twelve_hours=customs.twelve_hours,
        ),
        zone_label=datetimes.zone_label(zone, at=booking.start_at),
        notes=attendee.notes,
        answers=[
            Answered(one.label, unbroken(answer_text(one)))
            for one in attendee.answers.all()
            if not one.hidden
        ],
        color=look_of(booking.page).color,
    )


def shown_link(attendee: Attendee, *, is_over: bool = False) -> ShownLink | None:
    """None where there is nothing to open any more; where somebody met stays."""
    booking, where = attendee.booking, place_for(attendee)
    if is_over and (where.url or where.pending):
        return None
    state = "ready" if not where.pending else "late" if link_promised(booking) else "coming"
    return ShownLink(
        state=state,
        kind=where.label,
        icon=meeting_kind(booking.meeting_type).icon,
        url=where.url,
        text="" if where.url or where.pending else unbroken(where.text),
        passcode=where.passcode,
        poll_url=f"{link_path(attendee, 'booked_link')}?state={state}",
    )


def _calendars(attendee: Attendee) -> tuple[Sequence[tuple[str, str, str]], str]:
    """By mark, name and address, and the address of the file for all others."""
    invitation = attendee_invitation(attendee, place_for(attendee))
    urls = (
        ("google", "Google Calendar", google_url(invitation)),
        ("outlook", "Outlook", outlook_url(invitation)),
        ("outlook", "Microsoft 365", office365_url(invitation)),
    )
    return urls, link_path(attendee, "booked_invite")


def _changes(request: HttpRequest, attendee: Attendee, customs: Customs, now: datetime) -> Changes:
    booking, tail = attendee.booking, f"?clock={read_clock(request.GET)}".removesuffix("?clock=")
    texted = attendee.phone and may_be_texted(attendee, now=now)
    invites = (most_guests(booking) or others(booking).exists()) and not guests_refusal(booking, now=now)
    move, cancel = (
        framed_url(request, link_path(attendee, f"booked_{to}") + tail) for to in ("move", "cancel")
    )
    return Changes(
        move_url="" if move_refusal(booking, now=now) else move,
        cancel_url="" if cancel_refusal(booking, now=now) else cancel,
        guests_url=link_path(attendee, "booked_guests") if invites else "",
        texts_url=link_path(attendee, "booked_texts") if texted else "",
        terms=sentences(booking, now=now, twelve_hours=customs.twelve_hours),
    )


def _own_part(attendee: Attendee, now: datetime) -> OwnPart:
    return OwnPart(
        left=not attendee.active,
        leave_url="" if leave_refusal(attendee, now=now) else link_path(attendee, "booked_leave"),
        zone_url=link_path(attendee, "booked_zone"),
        zone=datetimes.zone_choice(datetimes.zone_or_utc(attendee.time_zone)),
    )


def headline_of(attendee: Attendee, *, now: datetime, twelve_hours: bool = False) -> Headline:
    """To somebody on the guest's side, as things are now."""
    booking = attendee.booking
    phase = phase_of(booking, now=now)
    if phase is Phase.OVER:
        return over(attendee)
    if phase is Phase.NOW and attendee.active:
        return under_way(attendee, twelve_hours=twelve_hours)
    if not attendee.is_booker:
        return for_others(attendee)
    if phase is Phase.NONE:
        return waiting_or_off(booking, now=now, twelve_hours=twelve_hours)
    return _to_come(attendee, now=now, twelve_hours=twelve_hours)


def _to_come(attendee: Attendee, *, now: datetime, twelve_hours: bool) -> Headline:
    """What has just happened, and later how long it is until then."""
    booking, named = attendee.booking, {"email": attendee.email}
    latest = booking.history.filter(event__in=_NEWS).last()
    event, fresh = latest.event if latest else "", is_fresh(latest, now=now)
    instead = instead_of(booking) if event == BookingEvent.HANDED_OVER else ""
    if fresh and instead:
        return Headline(gettext("Who meets you has changed"), instead)
    lost = fresh and latest is not None and has_bounced(booking, since=latest.at)
    not_there = gettext(
        "Mails to %(email)s come back. Keep the address of this page: it leads to your booking."
    )
    if fresh and event == BookingEvent.MOVED:
        lead = gettext("The new time is on its way to %(email)s, with the calendar invite.")
        return Headline(gettext("Your booking has a new time"), (not_there if lost else lead) % named)
    if fresh and event in MADE:
        lead = gettext("A confirmation with a calendar invite is on its way to %(email)s.")
        return Headline(gettext("Your booking is confirmed"), (not_there if lost else lead) % named)
    return Headline(how_soon(attendee, now, twelve_hours=twelve_hours), instead)


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
