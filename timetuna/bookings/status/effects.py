"""What a booking does outside, and how it stands, in the sentences its host reads."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from timetuna.bookings.events import BookingEvent, Status, ahead
from timetuna.bookings.fulfilment.fulfil import check_event, fulfil, sync_event
from timetuna.bookings.fulfilment.update_conference import move_outside, remove_outside
from timetuna.bookings.integrations.event import event_of, makes_link, reconnect_words, service
from timetuna.bookings.integrations.location import (
    able_to_make,
    duplicates,
    link_host_id,
    place,
    provider_label,
)
from timetuna.bookings.models import Booking, Conference, HistoryEntry
from timetuna.bookings.queries import counts, work_of
from timetuna.bookings.status.badges import makers
from timetuna.bookings.status.job import Effect, EffectState, Remedy, mail_effects, next_try, standing
from timetuna.bookings.status.rows import Reader
from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.queries import connection, listing
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


def effects(booking: Booking, history: Iterable[HistoryEntry], reader: Reader) -> list[Effect]:
    """What happened or is to happen outside: meeting, event, then the mails. A few queries."""
    jobs = list(work_of(booking))
    return [
        *_meeting(booking, history, jobs, reader),
        *_changes(booking, jobs, reader),
        *event_effects(booking, jobs, reader),
        *mail_effects(booking, jobs, reader),
    ]


def _meeting(
    booking: Booking, history: Iterable[HistoryEntry], jobs: Sequence[Job], reader: Reader
) -> list[Effect]:
    """Nothing where none is made."""
    conference = _conference(booking)
    if conference is None:
        return []
    title = f"{provider_label(conference.provider)} meeting"
    if conference.state == Conference.State.READY:
        made = [entry.at for entry in history if entry.event == BookingEvent.LINK_MADE]
        when = datetimes.stamp(made[-1], zone=reader.zone, now=reader.now) if made else ""
        text = f"{f'Made {when}'.strip()}. {duplicates(place(booking))}".strip()
        return [Effect(title=title, state=EffectState.DONE, text=text)]
    if not ahead(booking, now=reader.now):
        return [
            Effect(title=title, state=EffectState.NOTE, text="None was made, and none is needed any more.")
        ]
    missing = _missing(booking, conference, title, jobs, reader)
    return [replace(missing, accounts=_accounts(booking, conference, reader))]


def _missing(
    booking: Booking, conference: Conference, title: str, jobs: Sequence[Job], reader: Reader
) -> Effect:
    """Why there is no link yet, and what mends it."""
    at_it = makers(booking, jobs)
    job = at_it[-1] if at_it else None
    connect = _connect(booking, conference)
    if connect and (name := _somebody_else(booking, conference, reader)):
        reason = conference.problem or "The link is missing."
        text = f"{reason} {name} has to {connect[:1].lower()}{connect[1:]}."
        return Effect(title=title, state=EffectState.FAILED, text=text)
    if connect:
        return Effect(
            title=title, state=EffectState.FAILED, text=conference.problem or "The link is missing.",
            remedy=Remedy.CONNECT, remedy_text=connect,
        )  # fmt: skip
    if job is not None and not conference.problem:
        return standing(job, title, done="Made", reader=reader)
    again = next_try(job, reader) if job is not None else ""
    return Effect(
        title=title,
        state=EffectState.WAITING if job is not None else EffectState.FAILED,
        text=f"{conference.problem or 'The link is missing.'} {again}".strip(),
        remedy=Remedy.RETRY,
    )


def _accounts(booking: Booking, conference: Conference, reader: Reader) -> tuple[tuple[int, str], ...]:
    """Of other hosts, once the one whose account it is meant to be has failed: nobody else's is tried by itself."""
    if not conference.problem or not booking.booking_hosts.exclude(host=link_host_id(booking)).exists():
        return ()
    label, able = provider_label(conference.provider), able_to_make(booking) - {link_host_id(booking)}
    names = {row.host_id: row.host.name for row in booking.booking_hosts.select_related("host")}
    return tuple(
        (
            host_id,
            f"Use your {label}"
            if host_id == reader.host_id
            else f"Use {names[host_id]}\N{RIGHT SINGLE QUOTATION MARK}s {label}",
        )
        for host_id in sorted(able)
    )


def _connect(booking: Booking, conference: Conference) -> str:
    """Of the button that mends the connection; "" where it needs no mending, or cannot be mended."""
    if makes_link(booking):
        event = event_of(booking, link_host_id(booking))
        return reconnect_words(event) if event else ""
    kind = listing(conference.provider)
    if kind is None or not kind.ready:
        return ""
    account = connection(conference.host_id or booking.host_id, conference.provider)
    if account is None:
        return f"Connect {kind.label}"
    return f"Reconnect {kind.label}" if account.needs_reconnect else ""


def _somebody_else(booking: Booking, conference: Conference, reader: Reader) -> str:
    """Whose account makes the link; "" where that is the reader's own."""
    host = conference.host or booking.host
    return "" if host.pk == reader.host_id else host.name


def _changes(booking: Booking, jobs: Sequence[Job], reader: Reader) -> list[Effect]:
    """How it stands with carrying a move or a cancellation to a meeting that was made."""
    conference = _conference(booking)
    if conference is None or not _linked(booking):
        return []
    label, name = provider_label(conference.provider), _somebody_else(booking, conference, reader)
    account = f"the {label} account of {name}" if name else f"your {label} account"
    if booking.is_off():
        removing = [job for job in jobs if job.name == remove_outside.name]
        who = name or "you"
        left = f"Meeting {conference.reference} stays in {account}; {who} can delete it there."
        return [_carried(booking, removing, f"Deleting it in {label}", reader)] if removing else [
            Effect(title=f"In {label}", state=EffectState.NOTE, text=left)
        ]  # fmt: skip
    moving = [job for job in jobs if job.name == move_outside.name and counts(job, booking)]
    if moving and moving[-1].state != Job.State.DONE:
        return [_carried(booking, moving, f"New time in {label}", reader)]
    if conference.scheduled_for not in {None, booking.start_at}:
        text = f"The link stays the same. {account[:1].upper()}{account[1:]} still shows the earlier time."
        return [Effect(title=f"In {label}", state=EffectState.NOTE, text=text)]
    return [_carried(booking, moving, f"New time in {label}", reader)] if moving else []


def _carried(booking: Booking, jobs: Sequence[Job], title: str, reader: Reader) -> Effect:
    conference, stands = _conference(booking), standing(jobs[-1], title, done="Done", reader=reader)
    connect = _connect(booking, conference) if conference else ""
    if not connect or stands.remedy is not Remedy.RETRY:
        return stands
    if conference and (name := _somebody_else(booking, conference, reader)):
        text = f"{stands.text} {name} has to {connect[:1].lower()}{connect[1:]} first."
        return Effect(title=title, state=stands.state, text=text)
    # Connecting starts the making of links only; after it, this is tried again by hand.
    text = f"{stands.text} {connect} first, then try again."
    return Effect(title=title, state=stands.state, text=text, remedy=Remedy.CONNECT, remedy_text=connect)


def _conference(booking: Booking) -> Conference | None:
    return getattr(booking, "conference", None)


def _linked(booking: Booking) -> bool:
    conference = _conference(booking)
    return conference is not None and conference.state == Conference.State.READY
