"""A booking's own page, at its unguessable address."""

import threading
import time
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.bookings import wording
from timetuna.bookings.choice import read_clock, read_customs
from timetuna.bookings.invitation import guest_invitation
from timetuna.bookings.links import link_path
from timetuna.bookings.models import Booking
from timetuna.bookings.place import place
from timetuna.bookings.queries import booking_by_link, link_promised, link_settled
from timetuna.bookings.views.slots import ICONS
from timetuna.lib.customs import Customs
from timetuna.lib.ics import google_url, office365_url, outlook_url, write
from timetuna.pages.looks import look_of

FIRST_PAINT_SECONDS = 3.0
LOOK_AGAIN_SECONDS = 0.05
# Waiting for a provider must never take all threads of a web process from other guests.
_waiting = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


@require_safe
def booked(request: HttpRequest, token: str) -> HttpResponse:
    """Show the booking; right after it was made, wait a moment so that the link is there at first paint."""
    booking = booking_or_404(token)
    _wait_for_link(booking)
    invitation = guest_invitation(booking, place(booking))
    confirmed = booking.status == Booking.Status.CONFIRMED
    path, clock = link_path(booking), read_clock(request.GET)
    tail = f"?clock={clock}" if clock else ""
    changeable = confirmed and booking.start_at > timezone.now()
    context = {
        "booking": booking_context(booking, read_customs(request)),
        "host": {"name": booking.host.name},
        **_moved(booking),
        "link": link_context(booking) if confirmed else None,
        "calendar_urls": [
            {"label": "Google Calendar", "url": google_url(invitation)},
            {"label": "Outlook", "url": outlook_url(invitation)},
            {"label": "Microsoft 365", "url": office365_url(invitation)},
        ],
        "ics_url": f"{path}/invite.ics",
        "move_url": f"{path}/move{tail}" if changeable and booking.page_id else "",
        "cancel_url": f"{path}/cancel{tail}" if changeable else "",
        "again_url": booking.page.address() if booking.page else "",
    }
    return private(render(request, "public/booked.html", context))


@require_safe
def link_state(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the page that asks whether the link is there: 204 while nothing has changed."""
    booking = booking_or_404(token)
    context = link_context(booking)
    if context["state"] == request.GET.get("state"):
        return private(HttpResponse(status=204))
    return private(render(request, "public/_link.html", {"link": context}))


@require_safe
def invite(_request: HttpRequest, token: str) -> HttpResponse:
    """Hand out the guest's invitation as a file."""
    booking = booking_or_404(token)
    cancelled = booking.status == Booking.Status.CANCELLED
    content = write(guest_invitation(booking, place(booking), cancelled=cancelled))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return private(response)


def booking_or_404(token: str) -> Booking:
    """Return the booking behind a link."""
    booking = booking_by_link(token)
    if booking is None:
        raise Http404
    return booking


def private(response: HttpResponse) -> HttpResponse:
    """Keep an address that is a secret out of caches, search engines and the next site's logs."""
    response["Cache-Control"] = "private, no-store"
    # Not "no-referrer": browsers then send "Origin: null" with this page's own forms, which are refused.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def booking_context(booking: Booking, customs: Customs) -> dict[str, Any]:
    """Return what pages about one booking say of it, in the guest's zone and way of writing times."""
    zone = wording.zone_or_utc(booking.guest_time_zone)
    begins, ends = booking.start_at.astimezone(zone), booking.end_at().astimezone(zone)
    clock = partial(wording.clock, twelve_hours=customs.twelve_hours)
    return {
        "title": booking.title,
        "state": booking.status,
        "guest_name": booking.guest_name,
        "guest_email": booking.guest_email,
        "day_title": f"{wording.day(begins.date())} {begins.year}",
        "time_label": f"{clock(begins)} to {clock(ends)}",
        "time_note": wording.which_of_two(begins),
        "host_label": wording.for_other(
            begins,
            name=booking.host.name,
            zone=wording.zone_or_utc(booking.host_time_zone),
            twelve_hours=customs.twelve_hours,
        ),
        "zone_label": wording.zone_on_page(zone, at=booking.start_at),
        "notes": booking.guest_notes,
        "look_url": look_of(booking.page).style_path,
    }


def link_context(booking: Booking) -> dict[str, str]:
    """Return what `public/_link.html` shows."""
    where = place(booking)
    state = "ready" if not where.pending else "late" if link_promised(booking) else "coming"
    return {
        "state": state,
        "kind": where.label,
        "icon": ICONS.get(booking.meeting_type, "video"),
        "url": where.url,
        "text": "" if where.url or where.pending else where.text,
        "passcode": where.passcode,
        "poll_url": f"{link_path(booking)}/link?state={state}",
    }


def _moved(booking: Booking) -> dict[str, str]:
    """Return headline and lead for a booking that has another time than at first; else what the template says."""
    if booking.status != Booking.Status.CONFIRMED or not booking.revision:
        return {}
    lead = f"The new time is on its way to {booking.guest_email}, with the calendar invite."
    return {"headline": "Your booking has a new time", "lead": lead}


def _wait_for_link(booking: Booking) -> None:
    """Return as soon as the link is there or will come by mail, or 3 seconds after the booking was made."""
    until = booking.created_at.timestamp() + FIRST_PAINT_SECONDS
    if time.time() >= until or link_settled(booking) or not _waiting.acquire(blocking=False):
        return
    try:
        while time.time() < until and not link_settled(booking):
            time.sleep(LOOK_AGAIN_SECONDS)
    finally:
        _waiting.release()
