"""Sees to it that the event in the host's calendar is as the booking is: written once, moved in place, removed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from django.utils import timezone

from timetuna.bookings.events import Status
from timetuna.bookings.fulfilment.event_lease import store_problem, store_removal, store_written, turn
from timetuna.bookings.integrations.event import (
    Home,
    carries_link,
    events_of,
    home_of,
    in_line,
    is_wanted,
    makes_link,
    service,
    words_for_all,
)
from timetuna.bookings.integrations.location import provider_label
from timetuna.bookings.models import Booking, Conference
from timetuna.calendars.access_tokens import use
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.queue import GiveUp, Retry
from timetuna.providers.errors import NeedsReconnect, ProviderError

T = TypeVar("T")
State = CalendarEvent.State
_MAKING = timedelta(seconds=2)


def ensure_event(booking: Booking, *, check: bool = False) -> None:
    """Done once each host's event is as the booking is; at once where no calendar gets one. Raises Retry or GiveUp.

    What cannot be written into one calendar keeps no other from getting it: all are tried before anything is raised.
    check: write also what should be there already, in case its host has deleted it, or moved it elsewhere. What else
    its host changed in it stays, until the booking itself changes.
    """
    events = events_of(booking)
    ends = [_tried(partial(_ensure, booking, event, check=check)) for event in events]
    if booking.host_id not in {event.host_id for event in events}:
        ends.append(_tried(partial(_miss_no_link, booking)))
    reasons = [end for end in ends if end]
    if reasons:
        raise next((end for end in reasons if isinstance(end, Retry)), reasons[0])


def _tried(do: Callable[[], None]) -> Retry | GiveUp | None:
    try:
        do()
    except (Retry, GiveUp) as end:
        return end
    return None


def _ensure(booking: Booking, event: CalendarEvent, *, check: bool) -> None:
    if not is_wanted(booking, event):
        _remove(booking, event)
    elif booking.status == Status.CONFIRMED and (check or not in_line(booking, event)):
        _write(booking, event)


def _write(booking: Booking, event: CalendarEvent) -> None:
    if booking.end_at() < timezone.now():
        raise GiveUp("The time of this meeting is over; its event is not written any more.")
    home = _home(booking, event)
    _refuse_unfit(booking, event, home)

    def put(credential: str) -> bool:
        with turn(event) as taken:
            if taken.booking.status != Status.CONFIRMED:
                raise Retry("The booking was changed meanwhile; its event follows.", at=timezone.now())
            written = home.writer.put(
                replace(taken.entry, unchanged=taken.before.written_digest == taken.digest),
                calendar=event.outside_calendar,
                reference=taken.before.reference,
                credential=credential,
            )
            store_written(taken, written)
            return bool(written.join_url or not taken.entry.meeting_type)

    if not _call(booking, event, home, put):
        raise Retry(f"{service(event)} is still making the link.", at=timezone.now() + _MAKING)


def _remove(booking: Booking, event: CalendarEvent) -> None:
    if event.state == State.REMOVED:
        return
    untouched = CalendarEvent.objects.filter(pk=event.pk, reference="", in_doubt=False)
    if untouched.update(state=State.REMOVED, problem=""):
        return
    home = _home(booking, event)

    def remove(credential: str) -> None:
        with turn(event) as taken:
            calendar, reference = event.outside_calendar, taken.before.reference
            if taken.before.in_doubt:
                # Only writing finds an event whose reference was lost on its way to us.
                reference = home.writer.put(
                    taken.entry, calendar=calendar, reference=reference, credential=credential
                ).reference
            home.writer.remove(reference, calendar=calendar, credential=credential)
            store_removal(taken)

    _call(booking, event, home, remove)


def _home(booking: Booking, event: CalendarEvent) -> Home:
    """Who writes. Raises GiveUp with what the host has to do; connecting again starts the work."""
    home = home_of(event)
    if home is None:
        where = words_for_all(booking, event)
        sentence = f"{service(event)} is not connected. Connect it again and {where} is brought up to date."
        store_problem(booking, event, sentence, state=State.WAITING)
        raise GiveUp(sentence)
    if event.account_id != home.account.pk:
        calendar = home.account.calendars.filter(outside_id=event.outside_calendar).first()
        CalendarEvent.objects.filter(pk=event.pk).update(account=home.account, calendar=calendar)
    return home


def _refuse_unfit(booking: Booking, event: CalendarEvent, home: Home) -> None:
    if carries_link(booking, event.host_id) and booking.meeting_type not in home.writer.meeting_types():
        label = provider_label(booking.meeting_type)
        sentence = f"{service(event)} makes no {label} links. Choose another calendar for the page."
        store_problem(booking, event, sentence, state=State.WAITING)
        raise GiveUp(sentence)


def _miss_no_link(booking: Booking) -> None:
    """Be content without an event, unless the meeting's link is to come out of it."""
    unlinked = Conference.objects.filter(booking=booking).exclude(state=Conference.State.READY)
    if not makes_link(booking) or booking.status != Status.CONFIRMED or not unlinked.exists():
        return
    sentence = f"No connected calendar makes {provider_label(booking.meeting_type)} links for this page."
    unlinked.update(problem=sentence, state=Conference.State.WAITING)
    raise GiveUp(sentence)


def _call(booking: Booking, event: CalendarEvent, home: Home, do: Callable[[str], T]) -> T:
    try:
        return use(home.account.pk, do)
    except NeedsReconnect as error:
        store_problem(booking, event, str(error), state=State.WAITING)
        raise GiveUp(str(error)) from error
    except ProviderError as error:
        store_problem(booking, event, str(error), state=State.REFUSED if error.permanent else State.WAITING)
        if error.permanent:
            raise GiveUp(str(error)) from error
        raise Retry(str(error), at=error.retry_after) from error
