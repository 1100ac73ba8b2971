"""What a booking does outside, and how it stands, in the sentences its host reads."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext

from timetuna.bookings.events import BookingEvent, Status, ahead
from timetuna.bookings.fulfilment.ensure import remove_outside
from timetuna.bookings.fulfilment.fulfil import check_event, fulfil, sync_event
from timetuna.bookings.fulfilment.update_conference import move_outside
from timetuna.bookings.integrations.doubles import duplicates
from timetuna.bookings.integrations.event import event_of, makes_link, mending_of, service
from timetuna.bookings.integrations.location import (
    able_to_make,
    link_host_id,
    place,
    provider_label,
)
from timetuna.bookings.integrations.mending import Mending, mending
from timetuna.bookings.models import Booking, Conference, HistoryEntry
from timetuna.bookings.queries import counts, work_of
from timetuna.bookings.status.badges import makers
from timetuna.bookings.status.job import (
    Effect,
    EffectState,
    Remedy,
    carried,
    made,
    mail_effects,
    next_try,
    removed,
    standing,
    written,
)
from timetuna.bookings.status.rows import Reader
from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.queries import connection, listing
from timetuna.jobs.models import Job
from timetuna.l10n.retold import retold

_WRITERS = frozenset({fulfil.name, sync_event.name, check_event.name})


def event_effects(booking: Booking, jobs: Sequence[Job], reader: Reader) -> list[Effect]:
    """One for the event in the reader's calendar, or nothing without one. A query or two."""
    event = event_of(booking, reader.host_id)
    if event is None:
        return []
    title = _title(event)
    if _is_as_it_should(booking, event):
        done = removed() if booking.is_off() else written()
        return [Effect(title=title, state=EffectState.DONE, text=done.said(event.changed_at, reader))]
    if booking.status == Status.CONFIRMED and not ahead(booking, now=reader.now):
        text = gettext("It was not brought up to date, and needs not be any more.")
        return [Effect(title=title, state=EffectState.NOTE, text=text)]
    return [_behind(event, title, jobs, reader)]


def _is_as_it_should(booking: Booking, event: CalendarEvent) -> bool:
    if booking.is_off():
        return event.state == CalendarEvent.State.REMOVED
    return event.state == CalendarEvent.State.WRITTEN and event.written_revision == booking.revision


def _behind(event: CalendarEvent, title: str, jobs: Sequence[Job], reader: Reader) -> Effect:
    """Why the event is not as the booking is, and what mends it."""
    job = next((job for job in reversed(jobs) if job.name in _WRITERS and job.state != Job.State.DONE), None)
    connect, trying = mending_of(event), job is not None and job.state != Job.State.FAILED
    if connect:
        text = retold(event.problem) or gettext("It could not be brought up to date.")
        return Effect(
            title=title,
            state=EffectState.FAILED,
            text=text,
            remedy=Remedy.CONNECT,
            remedy_text=connect.button(),
        )
    if job is not None and trying and not event.problem:
        return standing(job, title, done=written(), reader=reader)
    again = next_try(job, reader) if job is not None and trying else ""
    problem = retold(event.problem) or gettext("It is not up to date.")
    text = f"{problem} {again}".strip()
    state = EffectState.WAITING if trying else EffectState.FAILED
    return Effect(title=title, state=state, text=text, remedy=Remedy.RETRY)


def _title(event: CalendarEvent) -> str:
    if event.calendar:
        both = {"calendar": event.calendar.name, "service": service(event)}
        return gettext("Event in %(calendar)s (%(service)s)") % both
    return gettext("Event in %(service)s") % {"service": service(event)}


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
    title = gettext("%(provider)s meeting") % {"provider": provider_label(conference.provider)}
    if conference.state == Conference.State.READY:
        moments = [entry.at for entry in history if entry.event == BookingEvent.LINK_MADE]
        done = made().said(moments[-1] if moments else None, reader)
        text = f"{done} {duplicates(place(booking))}".strip()
        return [Effect(title=title, state=EffectState.DONE, text=text)]
    if not ahead(booking, now=reader.now):
        text = gettext("None was made, and none is needed any more.")
        return [Effect(title=title, state=EffectState.NOTE, text=text)]
    missing = _missing(booking, conference, title, jobs, reader)
    return [replace(missing, accounts=_accounts(booking, conference, reader))]


def _missing(
    booking: Booking, conference: Conference, title: str, jobs: Sequence[Job], reader: Reader
) -> Effect:
    """Why there is no link yet, and what mends it."""
    at_it = makers(booking, jobs)
    job = at_it[-1] if at_it else None
    connect = _connect(booking, conference)
    reason = retold(conference.problem) or gettext("The link is missing.")
    if connect and (name := _somebody_else(booking, conference, reader)):
        return Effect(title=title, state=EffectState.FAILED, text=f"{reason} {connect.asked_of(name)}")
    if connect:
        return Effect(
            title=title,
            state=EffectState.FAILED,
            text=reason,
            remedy=Remedy.CONNECT,
            remedy_text=connect.button(),
        )
    if job is not None and not conference.problem:
        return standing(job, title, done=made(), reader=reader)
    again = next_try(job, reader) if job is not None else ""
    return Effect(
        title=title,
        state=EffectState.WAITING if job is not None else EffectState.FAILED,
        text=f"{reason} {again}".strip(),
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
            gettext("Use your %(provider)s") % {"provider": label}
            if host_id == reader.host_id
            else gettext("Use %(name)s\N{RIGHT SINGLE QUOTATION MARK}s %(provider)s")
            % {"name": names[host_id], "provider": label},
        )
        for host_id in sorted(able)
    )


def _connect(booking: Booking, conference: Conference) -> Mending | None:
    """None where the connection needs no mending, or cannot be mended."""
    if makes_link(booking):
        event = event_of(booking, link_host_id(booking))
        return mending_of(event) if event else None
    kind = listing(conference.provider)
    if kind is None or not kind.ready:
        return None
    return mending(kind.label, connection(conference.host_id or booking.host_id, conference.provider))


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
    words = {"provider": label, "name": name, "meeting": conference.reference}
    title, new_time = gettext("In %(provider)s") % words, gettext("New time in %(provider)s") % words
    if booking.is_off():
        removing = [job for job in jobs if job.name == remove_outside.name]
        if removing:
            return [_carried(booking, removing, gettext("Deleting it in %(provider)s") % words, reader)]
        left = (
            gettext(
                "Meeting %(meeting)s stays in the %(provider)s account of %(name)s; %(name)s can delete it there."
            )
            if name
            else gettext("Meeting %(meeting)s stays in your %(provider)s account; you can delete it there.")
        )
        return [Effect(title=title, state=EffectState.NOTE, text=left % words)]
    moving = [job for job in jobs if job.name == move_outside.name and counts(job, booking)]
    if moving and moving[-1].state != Job.State.DONE:
        return [_carried(booking, moving, new_time, reader)]
    if conference.scheduled_for not in {None, booking.start_at}:
        stays = (
            gettext(
                "The link stays the same. The %(provider)s account of %(name)s still shows the earlier time."
            )
            if name
            else gettext("The link stays the same. Your %(provider)s account still shows the earlier time.")
        )
        return [Effect(title=title, state=EffectState.NOTE, text=stays % words)]
    return [_carried(booking, moving, new_time, reader)] if moving else []


def _carried(booking: Booking, jobs: Sequence[Job], title: str, reader: Reader) -> Effect:
    conference, stands = _conference(booking), standing(jobs[-1], title, done=carried(), reader=reader)
    connect = _connect(booking, conference) if conference else None
    if not connect or stands.remedy is not Remedy.RETRY:
        return stands
    if conference and (name := _somebody_else(booking, conference, reader)):
        text = f"{stands.text} {connect.asked_of(name, first=True)}"
        return Effect(title=title, state=stands.state, text=text)
    # Connecting starts the making of links only; after it, this is tried again by hand.
    text = f"{stands.text} {connect.then_again()}"
    return Effect(
        title=title, state=stands.state, text=text, remedy=Remedy.CONNECT, remedy_text=connect.button()
    )


def _conference(booking: Booking) -> Conference | None:
    return getattr(booking, "conference", None)


def _linked(booking: Booking) -> bool:
    conference = _conference(booking)
    return conference is not None and conference.state == Conference.State.READY
