"""How it stands with the event in the host's calendar, in the sentences its host reads."""

from collections.abc import Sequence

from timetuna.bookings.events import Status, ahead
from timetuna.bookings.fulfilment.fulfil import check_event, fulfil, sync_event
from timetuna.bookings.integrations.event import event_of, reconnect_words, service
from timetuna.bookings.models import Booking
from timetuna.bookings.status.job import Effect, EffectState, Remedy, next_try, standing
from timetuna.bookings.status.rows import Reader
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.models import Job
from timetuna.l10n import datetimes

_WRITERS = frozenset({fulfil.name, sync_event.name, check_event.name})


def event_effects(booking: Booking, jobs: Sequence[Job], reader: Reader) -> list[Effect]:
    """One for the event in the reader's calendar, or nothing without one. A query or two."""
    event = event_of(booking, reader.host_id)
    if event is None:
        return []
    title = _title(event)
    if _is_as_it_should(booking, event):
        done = "Removed" if booking.is_off() else "Written"
        when = datetimes.stamp(event.changed_at, zone=reader.zone, now=reader.now)
        return [Effect(title=title, state=EffectState.DONE, text=f"{done} {when}.")]
    if booking.status == Status.CONFIRMED and not ahead(booking, now=reader.now):
        text = "It was not brought up to date, and needs not be any more."
        return [Effect(title=title, state=EffectState.NOTE, text=text)]
    return [_behind(event, title, jobs, reader)]


def _is_as_it_should(booking: Booking, event: CalendarEvent) -> bool:
    if booking.is_off():
        return event.state == CalendarEvent.State.REMOVED
    return event.state == CalendarEvent.State.WRITTEN and event.written_revision == booking.revision


def _behind(event: CalendarEvent, title: str, jobs: Sequence[Job], reader: Reader) -> Effect:
    """Why the event is not as the booking is, and what mends it."""
    job = next((job for job in reversed(jobs) if job.name in _WRITERS and job.state != Job.State.DONE), None)
    connect, trying = reconnect_words(event), job is not None and job.state != Job.State.FAILED
    if connect:
        text = event.problem or "It could not be brought up to date."
        return Effect(
            title=title, state=EffectState.FAILED, text=text, remedy=Remedy.CONNECT, remedy_text=connect
        )
    if job is not None and trying and not event.problem:
        return standing(job, title, done="Written", reader=reader)
    again = next_try(job, reader) if job is not None and trying else ""
    text = f"{event.problem or 'It is not up to date.'} {again}".strip()
    state = EffectState.WAITING if trying else EffectState.FAILED
    return Effect(title=title, state=state, text=text, remedy=Remedy.RETRY)


def _title(event: CalendarEvent) -> str:
    return (
        f"Event in {event.calendar.name} ({service(event)})"
        if event.calendar
        else f"Event in {service(event)}"
    )
