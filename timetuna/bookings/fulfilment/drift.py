"""What should exist outside for a booking, and what of it is missing as far as this server knows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from timetuna.bookings.events import BookingEvent
from timetuna.bookings.fulfilment.fulfil import fulfil
from timetuna.bookings.fulfilment.update_conference import move_outside, remove_outside
from timetuna.bookings.history import SILENT
from timetuna.bookings.integrations.event_entry import State
from timetuna.bookings.integrations.grants import may
from timetuna.bookings.models import Booking, Conference, HistoryEntry
from timetuna.bookings.notifications.queue import MEMORY, is_announced
from timetuna.bookings.notifications.send import send_mail
from timetuna.bookings.queries import work_of
from timetuna.bookings.states import CALLED_OFF, OFF, TRANSITIONS, Status, ahead
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.models import Job
from timetuna.jobs.registry import Handler
from timetuna.providers.base import Ability

_OPEN = (Job.State.WAITING, Job.State.RUNNING)
_TURNS = {BookingEvent.MOVED, *(one.event for one in TRANSITIONS)}
_TELLING = {Status.CONFIRMED: BookingEvent.MOVED} | dict.fromkeys(CALLED_OFF, BookingEvent.CANCELLED)
_SAME_MOMENT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that should have been written down: mails of a kind, or work. `words` is for the host."""

    words: str
    mails: str = ""
    work: Handler[..., None] | None = None


def missing(booking: Booking, *, now: datetime) -> Iterator[Missing]:
    """Return what is not written down although it should be, but for the event. Only our own rows are asked."""
    jobs = list(work_of(booking))
    if not booking.is_off() and not ahead(booking, now=now):
        return
    if not booking.is_off() and _lacks_fulfilment(booking, jobs, now):
        yield Missing(words="the work that follows from a booking was missing and is done now.", work=fulfil)
    yield from _lacks_mails(booking, jobs, now)
    if booking.is_off() and _lacks_removal(booking, jobs, now):
        yield Missing(words="the meeting outside was not deleted and is now.", work=remove_outside)


def _lacks_fulfilment(booking: Booking, jobs: Sequence[Job], now: datetime) -> bool:
    """Say whether nobody is at the link or the first mails. A refused link waits for its host, not for a day."""
    if any(job.name in {fulfil.name, move_outside.name} and job.state in _OPEN for job in jobs):
        return False
    conference: Conference | None = getattr(booking, "conference", None)
    waits = conference is not None and conference.state in {
        Conference.State.WAITING,
        Conference.State.CREATING,
    }
    return waits or not is_announced(booking, jobs, now=now)


def _lacks_mails(booking: Booking, jobs: Sequence[Job], now: datetime) -> Iterator[Missing]:
    """Find a move or a cancellation whose mails are not there, which were written down at the same moment."""
    last = HistoryEntry.objects.filter(booking=booking, event__in=_TURNS).last()
    if last is None or last.event != _TELLING.get(Status(booking.status)) or last.at < now - MEMORY:
        return
    if last.source == SILENT:
        return
    later = [job for job in jobs if job.name == send_mail.name and job.created_at > last.at - _SAME_MOMENT]
    moving = any(job.name == move_outside.name and job.state in _OPEN for job in jobs)
    if not moving and not any(job.arguments.get("kind") == last.event for job in later):
        yield Missing(
            words=f"the mails of the change were missing and are sent now ({last.event}).", mails=last.event
        )


def _lacks_removal(booking: Booking, jobs: Sequence[Job], now: datetime) -> bool:
    recent = booking.history.filter(event=BookingEvent.CANCELLED, at__gt=now - MEMORY).exists()
    return (
        recent and not any(job.name == remove_outside.name for job in jobs) and may(booking, Ability.REMOVE)
    )


def behind_of(host_id: int, *, now: datetime) -> list[tuple[Booking, CalendarEvent]]:
    """Return the host's bookings whose events are not as they are: those to come, and all that are cancelled."""
    events = CalendarEvent.objects.filter(booking_uid=OuterRef("uid"), host=host_id)
    current = events.filter(state=State.WRITTEN, written_revision=OuterRef("revision")).exclude(
        written_digest=""
    )
    stale = Q(status=Status.CONFIRMED, start_at__gt=now) & Exists(events) & ~Exists(current)
    left = Q(status__in=OFF) & Exists(events.exclude(state=State.REMOVED))
    found = Booking.objects.filter(stale | left, booking_hosts__host=host_id)
    bookings = {booking.uid: booking for booking in found}
    rows = CalendarEvent.objects.filter(booking_uid__in=bookings, host=host_id)
    return [(bookings[row.booking_uid], row) for row in rows]
