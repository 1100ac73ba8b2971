"""A booking as somebody on the guest's side sees it, at their own unguessable address."""

import threading
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.bookings.events import earlier_start
from timetuna.bookings.guests import others
from timetuna.bookings.integrations.invitation import attendee_invitation
from timetuna.bookings.integrations.location import place_for
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.permissions import attendee_or_404, may_change
from timetuna.bookings.policies import cancel_refusal, guests_refusal, most_guests, move_refusal, sentences
from timetuna.bookings.queries import link_path, link_promised, link_settled
from timetuna.bookings.slots.selection import read_clock, read_customs
from timetuna.bookings.states import REQUESTS
from timetuna.bookings.status.guest_headline import headline_of
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import Customs, zone_options
from timetuna.lib.ics import google_url, office365_url, outlook_url, write
from timetuna.pages.meeting_types.registry import meeting_kind
from timetuna.pages.queries import look_of

FIRST_PAINT_SECONDS = 3.0
RECHECK_SECONDS = 0.05
# Waiting for a provider must never take all threads of a web process from other guests.
_waiting = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


@require_safe
def booked(request: HttpRequest, token: str) -> HttpResponse:
    """Show the booking; right after it was made, wait a moment so that the link is there at first paint."""
    attendee = attendee_or_404(token)
    booking = attendee.booking
    _wait_for_link(booking)
    customs, now = read_customs(request), timezone.now()
    takes_part = booking.status == Booking.Status.CONFIRMED and attendee.active
    context = {
        "booking": booking_context(attendee, customs) | {"old_time_label": _old_time(attendee, customs)},
        "host": {"name": booking.host.name},
        "headline": headline_of(attendee, twelve_hours=customs.twelve_hours),
        "link": link_context(attendee) if takes_part else None,
        "people": others(booking),
        **(_calendars(attendee) if takes_part else {}),
        **(_changes if may_change(attendee) else _own_part)(attendee, read_clock(request.GET), customs, now),
        "again_url": booking.page.address() if booking.page and may_change(attendee) else "",
    }
    return private(render(request, "public/booked.html", context))


@require_safe
def link_state(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the page that asks whether the link is there: 204 while nothing has changed."""
    context = link_context(attendee_or_404(token))
    if context["state"] == request.GET.get("state"):
        return private(HttpResponse(status=204))
    return private(render(request, "public/_link.html", {"link": context}))


@require_safe
def invite(_request: HttpRequest, token: str) -> HttpResponse:
    """Hand out the reader's own invitation as a file. A request that was not confirmed has none."""
    attendee = attendee_or_404(token)
    booking = attendee.booking
    if booking.status in REQUESTS or not attendee.active:
        return private(HttpResponseRedirect(link_path(attendee)))
    cancelled = booking.is_off()
    content = write(attendee_invitation(attendee, place_for(attendee), cancelled=cancelled))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return private(response)


def private(response: HttpResponse) -> HttpResponse:
    """Keep an address that is a secret out of caches, search engines and the next site's logs."""
    response["Cache-Control"] = "private, no-store"
    # Not "no-referrer": browsers then send "Origin: null" with this page's own forms, which are refused.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def booking_context(attendee: Attendee, customs: Customs) -> dict[str, Any]:
    """Return what pages about one booking say of it, in the reader's zone and way of writing times."""
    booking, zone = attendee.booking, datetimes.zone_or_utc(attendee.time_zone)
    begins, ends = booking.start_at.astimezone(zone), booking.end_at().astimezone(zone)
    return {
        "title": booking.title,
        "state": "cancelled" if booking.is_off() else booking.status,
        "guest_name": booking.booker.name,
        "day_title": datetimes.day_of_year(begins.date()),
        "time_label": datetimes.span(begins, ends, twelve_hours=customs.twelve_hours),
        "time_note": datetimes.which_of_two(begins),
        "host_label": datetimes.for_other(
            begins,
            name=booking.host.name,
            zone=datetimes.zone_or_utc(booking.host_time_zone),
            twelve_hours=customs.twelve_hours,
        ),
        "zone_label": datetimes.zone_on_page(zone, at=booking.start_at),
        "notes": attendee.notes,
        "look_url": look_of(booking.page).style_path,
    }


def link_context(attendee: Attendee) -> dict[str, str]:
    """Return what `public/_link.html` shows."""
    booking, where = attendee.booking, place_for(attendee)
    state = "ready" if not where.pending else "late" if link_promised(booking) else "coming"
    return {
        "state": state,
        "kind": where.label,
        "icon": meeting_kind(booking.meeting_type).icon,
        "url": where.url,
        "text": "" if where.url or where.pending else where.text,
        "passcode": where.passcode,
        "poll_url": f"{link_path(attendee, 'booked_link')}?state={state}",
    }


def _calendars(attendee: Attendee) -> dict[str, Any]:
    invitation = attendee_invitation(attendee, place_for(attendee))
    return {
        "calendar_urls": [
            {"label": "Google Calendar", "url": google_url(invitation)},
            {"label": "Outlook", "url": outlook_url(invitation)},
            {"label": "Microsoft 365", "url": office365_url(invitation)},
        ],
        "ics_url": link_path(attendee, "booked_invite"),
    }


_NOTHING_TO_CHANGE = dict.fromkeys(
    ("move_url", "cancel_url", "guests_url", "left", "leave_url", "zone_url"), ""
) | {"terms": ()}


def _changes(attendee: Attendee, clock: str, customs: Customs, now: datetime) -> dict[str, Any]:
    """Return where what the booker may still do is done, and the sentences about it."""
    booking, tail = attendee.booking, f"?clock={clock}" if clock else ""
    guests = most_guests(booking) or others(booking).exists()
    return _NOTHING_TO_CHANGE | {
        "move_url": "" if move_refusal(booking, now=now) else link_path(attendee, "booked_move") + tail,
        "cancel_url": "" if cancel_refusal(booking, now=now) else link_path(attendee, "booked_cancel") + tail,
        "guests_url": link_path(attendee, "booked_guests")
        if guests and not guests_refusal(booking, now=now)
        else "",
        "terms": sentences(booking, now=now, twelve_hours=customs.twelve_hours),
    }


def _own_part(attendee: Attendee, _clock: str, _customs: Customs, now: datetime) -> dict[str, Any]:
    """Return what somebody who was invited too may do: leave, come back, and say which zone is theirs."""
    zone = datetimes.zone_or_utc(attendee.time_zone)
    return _NOTHING_TO_CHANGE | {
        "left": not attendee.active,
        "leave_url": "" if guests_refusal(attendee.booking, now=now) else link_path(attendee, "booked_leave"),
        "zone_url": link_path(attendee, "booked_zone"),
        "zone": zone.key,
        "zone_shown": datetimes.zone_on_page(zone, at=now),
        "zone_options": zone_options,
    }


def _old_time(attendee: Attendee, customs: Customs) -> str:
    """Say when it was to be before it was moved."""
    earlier = earlier_start(attendee.booking)
    if earlier is None or attendee.booking.is_off():
        return ""
    begins = earlier.astimezone(datetimes.zone_or_utc(attendee.time_zone))
    return f"{datetimes.day_of_year(begins.date())}, {datetimes.clock(begins, twelve_hours=customs.twelve_hours)}"


def _wait_for_link(booking: Booking) -> None:
    """Return as soon as the link is there or will come by mail, or 3 seconds after the booking was made."""
    until = booking.created_at.timestamp() + FIRST_PAINT_SECONDS
    if booking.status != Booking.Status.CONFIRMED:
        return
    if time.time() >= until or link_settled(booking) or not _waiting.acquire(blocking=False):
        return
    try:
        while time.time() < until and not link_settled(booking):
            time.sleep(RECHECK_SECONDS)
    finally:
        _waiting.release()
