"""Gets work going again: what waited for somebody, and what the daily look at each coming booking finds missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from timetuna.bookings.actions.answer_request import plan_expiry
from timetuna.bookings.events import (
    CALLED_OFF,
    HOST,
    OFF,
    SILENT,
    SYSTEM,
    TRANSITIONS,
    BookingEvent,
    Status,
    ahead,
    record,
)
from timetuna.bookings.fulfilment.ensure import remove_outside
from timetuna.bookings.fulfilment.fulfil import enqueue_check, enqueue_event, fulfil
from timetuna.bookings.fulfilment.update_conference import move_outside
from timetuna.bookings.integrations.event import State, events_of, home_of, in_line, makes_link
from timetuna.bookings.integrations.location import may
from timetuna.bookings.models import Booking, BookingHost, Conference, HistoryEntry
from timetuna.bookings.notifications.message import send_mail
from timetuna.bookings.notifications.queue import MEMORY, enqueue_mails, is_announced, plan_reminders
from timetuna.bookings.queries import with_booker, work_of
from timetuna.calendars.hooks import on_connected
from timetuna.calendars.models import CalendarAccount, CalendarEvent
from timetuna.calendars.queries import event_kinds_from
from timetuna.jobs.models import Job
from timetuna.jobs.queue import Handler, Retry, job, retry_now
from timetuna.providers.base import Ability

MOST_AT_ONCE = 200
_APART = timedelta(seconds=1.5)  # so that the looks of one run are spread until the next
_DAY, _GIVE_UP_AFTER = timedelta(days=1), timedelta(days=30)
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


@job("bookings.reconcile", every=timedelta(minutes=5))
def reconcile(*, now: datetime | None = None) -> int:
    """Takes the bookings that are due, so many at a time; return how many were looked at."""
    now = now or timezone.now()
    due = Booking.objects.filter(next_check_at__lte=now).order_by("next_check_at")
    rows = list(with_booker(due).select_related("host", "page", "conference")[:MOST_AT_ONCE])
    return sum(_check(row, now=now, at=now + number * _APART) for number, row in enumerate(rows))


def behind_of(host_id: int, *, now: datetime) -> list[tuple[Booking, CalendarEvent]]:
    """Whose events in the host's calendars are not as they are: those to come, and all that are off or not theirs."""
    events = CalendarEvent.objects.filter(booking_uid=OuterRef("uid"), host=host_id)
    current = events.filter(state=State.WRITTEN, written_revision=OuterRef("revision")).exclude(
        written_digest=""
    )
    mine = Exists(BookingHost.objects.filter(booking=OuterRef("pk"), host=host_id))
    stale = Q(mine, status=Status.CONFIRMED, start_at__gt=now) & ~Exists(current)
    left = (Q(status__in=OFF) | ~Q(mine)) & Exists(events.exclude(state=State.REMOVED))
    known = CalendarEvent.objects.filter(host=host_id).values("booking_uid")
    found = Booking.objects.filter(stale | left, uid__in=known)
    bookings = {booking.uid: booking for booking in found}
    rows = CalendarEvent.objects.filter(booking_uid__in=bookings, host=host_id)
    return [(bookings[row.booking_uid], row) for row in rows]


def _check(booking: Booking, *, now: datetime, at: datetime) -> bool:
    """Check one, once, whoever else is at it: the same update says so and when its next turn is."""
    with transaction.atomic():
        events = events_of(booking)
        mine = Booking.objects.filter(
            pk=booking.pk, next_check_at=booking.next_check_at, revision=booking.revision
        )
        if not mine.update(next_check_at=_next(booking, events, now)):
            return False
        for one in _missing(booking, now=now):
            _repair(booking, one)
        _see_to(booking, events, now=now, at=at)
        plan_reminders(booking, now=now)
        plan_expiry(booking)
    return True


def _repair(booking: Booking, what: Missing) -> None:
    record(booking, BookingEvent.REPAIRED, actor=SYSTEM, missing=what.words)
    if what.mails:
        enqueue_mails(booking, kind=what.mails)
    elif what.work and not retry_now(work_of(booking).filter(name=what.work.name)):
        what.work.enqueue(concurrency=booking.concurrency_key(), booking_id=booking.pk)


def _see_to(booking: Booking, events: list[CalendarEvent], *, now: datetime, at: datetime) -> None:
    if not all(in_line(booking, event) for event in events):
        enqueue_event(booking)
    elif events and ahead(booking, now=now):
        enqueue_check(booking, at=at)


def _next(booking: Booking, events: list[CalendarEvent], now: datetime) -> datetime | None:
    """When to look again; None once there is nothing left to compare."""
    if booking.is_off():
        gone = all(in_line(booking, event) for event in events)
        left = not gone and booking.end_at() > now - _GIVE_UP_AFTER
        return now + _DAY if left else None
    return now + _DAY if booking.end_at() > now else None


def _missing(booking: Booking, *, now: datetime) -> Iterator[Missing]:
    """What is not written down although it should be, but for the event. Only our own rows are asked."""
    jobs = list(work_of(booking))
    if not booking.is_off() and not ahead(booking, now=now):
        return
    if not booking.is_off() and _lacks_fulfilment(booking, jobs, now):
        yield Missing(
            words=gettext_noop("the work that follows from a booking was missing and is done now."),
            work=fulfil,
        )
    yield from _lacks_mails(booking, jobs, now)
    if booking.is_off() and _lacks_removal(booking, jobs, now):
        yield Missing(
            words=gettext_noop("the meeting outside was not deleted and is now."), work=remove_outside
        )


def _lacks_fulfilment(booking: Booking, jobs: Sequence[Job], now: datetime) -> bool:
    """Whether nobody is at the link or the first mails. A refused link waits for its host, not for a day."""
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
            words=gettext_noop("the mails of the change were missing and are sent now (%(change)s).")
            % {"change": last.event},
            mails=last.event,
        )


def _lacks_removal(booking: Booking, jobs: Sequence[Job], now: datetime) -> bool:
    recent = booking.history.filter(event=BookingEvent.CANCELLED, at__gt=now - MEMORY).exists()
    return (
        recent and not any(job.name == remove_outside.name for job in jobs) and may(booking, Ability.REMOVE)
    )


_LISTING = timedelta(seconds=3)


def retry_booking(booking: Booking) -> int:
    """Make everything that waits or failed for this booking due now; return how much. The host asked for it.

    What waits for a later moment of its own, and has not failed, keeps that moment.
    """
    with transaction.atomic():
        planned = Q(state=Job.State.WAITING, last_error="", run_at__gt=timezone.now())
        count = retry_now(Job.objects.filter(concurrency=booking.concurrency_key()).exclude(planned))
        # What was not answered before stays counted: each press is one call, and none by itself after it.
        Conference.objects.filter(booking=booking, state=Conference.State.REFUSED).update(
            state=Conference.State.WAITING, problem=""
        )
        if not all(in_line(booking, event) for event in events_of(booking)):
            enqueue_event(booking)
            count += 1
        if count:
            record(booking, BookingEvent.RETRIED, actor=HOST)
    return count


@on_connected
def resume_soon(host_id: int, provider: str) -> None:
    """Have done what waited for an account that was just connected."""
    resume.enqueue(host_id=host_id, provider=provider)


@job("bookings.resume")
def resume(host_id: int, *, provider: str) -> int:
    """Start what waited for the provider, now that it is connected: links, and events; return for how many bookings.

    Raises Retry while it is not known yet which calendars there are, and a link is to come with an event.
    """
    now = timezone.now()
    kinds = {provider, *event_kinds_from(provider)}
    waiting = Conference.objects.filter(
        host_id=host_id,
        booking__status=Status.CONFIRMED,
        booking__start_at__gte=now,
        provider__in=kinds,
        state=Conference.State.WAITING,
    )
    unlinked = [row.booking for row in waiting.select_related("booking")]
    subjects = [booking.concurrency_key() for booking in unlinked]
    count = retry_now(Job.objects.filter(concurrency__in=subjects, name=fulfil.name))
    count += _mend_events(host_id, provider, now)
    fresh = CalendarAccount.objects.filter(host_id=host_id, provider=provider, calendars_read_at=None)
    if any(makes_link(booking) for booking in unlinked) and fresh.exists():
        raise Retry(gettext_noop("Which calendars there are is still being read."), at=now + _LISTING)
    return count


def _mend_events(host_id: int, provider: str, now: datetime) -> int:
    """Bring those events in line that are in an account which is connected now."""
    behind = behind_of(host_id, now=now)
    mended = [booking for booking, event in behind if event.provider == provider and home_of(event)]
    for booking in mended:
        with transaction.atomic():
            enqueue_event(booking)
    return len(mended)
