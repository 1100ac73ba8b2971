"""What is wrong with a booking, in the two or three words a list has room for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from timetuna.bookings.charge import charge_of
from timetuna.bookings.events import Status, ahead
from timetuna.bookings.fulfilment.ensure import remove_outside
from timetuna.bookings.fulfilment.fulfil import check_event, fulfil, sync_event
from timetuna.bookings.fulfilment.update_conference import move_outside
from timetuna.bookings.integrations.event import makes_link
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.message import send_mail
from timetuna.bookings.queries import counts
from timetuna.jobs.models import Job

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PATIENCE = timedelta(minutes=2)
_MAKERS = frozenset({fulfil.name, move_outside.name})
_EVENTS = frozenset({sync_event.name, check_event.name})
_CARRIERS = frozenset({move_outside.name, remove_outside.name})


@dataclass(frozen=True, slots=True)
class Badge:
    """tone: "warn" where TimeTuna goes on trying, "bad" where the host is needed."""

    text: "StrOrPromise"
    tone: str


DISPUTED = Badge(gettext_lazy("Payment disputed"), "bad")
ASKS = Badge(gettext_lazy("Waiting for your answer"), "warn")
UNPAID = Badge(gettext_lazy("Awaiting payment"), "warn")
UNPROVED = Badge(gettext_lazy("Awaiting phone"), "warn")
NO_SHOW = Badge(gettext_lazy("Did not come"), "warn")
MISSING = Badge(gettext_lazy("Link is missing"), "bad")
LATE = Badge(gettext_lazy("Link is late"), "warn")
REFUSED = Badge(gettext_lazy("Mail refused"), "bad")
WAITING = Badge(gettext_lazy("Mail waiting"), "warn")
NOT_CARRIED = Badge(gettext_lazy("Meeting not updated"), "warn")
EVENT_FAILED = Badge(gettext_lazy("Calendar not updated"), "bad")
EVENT_WAITS = Badge(EVENT_FAILED.text, "warn")


def badges_of(booking: Booking, work: Iterable[Job], *, now: datetime) -> list[Badge]:
    """What the host should know or do about the booking. work: what is not done yet."""
    jobs = [job for job in work if counts(job, booking)]
    mails = [job for job in jobs if job.name == send_mail.name]
    link = _link_badge(booking, jobs, now)
    refused = [job for job in mails if job.state == Job.State.FAILED]
    waiting = [job for job in mails if job.state != Job.State.FAILED]
    if link is None and ahead(booking, now=now):  # the first mails are written down by what makes the link
        waiting += [job for job in jobs if job.name == fulfil.name]
    charge = charge_of(booking)
    wanted = booking.is_off() or ahead(booking, now=now)
    events = {job.state for job in jobs if wanted and job.name in _EVENTS and job.last_error}
    found = {
        ASKS: booking.status == Status.PENDING,
        UNPAID: booking.status == Status.AWAITING_PAYMENT,
        UNPROVED: booking.status == Status.AWAITING_PHONE,
        DISPUTED: bool(charge and charge.disputed),
        NO_SHOW: booking.no_show,
        MISSING: link is MISSING,
        LATE: link is LATE,
        REFUSED: bool(refused),
        WAITING: any(_stuck(job, now) for job in waiting),
        NOT_CARRIED: any(job.name in _CARRIERS and job.last_error for job in jobs) and link is None,
        EVENT_FAILED: Job.State.FAILED in events,
        EVENT_WAITS: bool(events - {Job.State.FAILED}),
    }
    return [badge for badge, holds in found.items() if holds]


def makers(booking: Booking, jobs: Iterable[Job]) -> list[Job]:
    """What makes the link of the meeting and has neither succeeded nor been given up."""
    names = _MAKERS | _EVENTS if makes_link(booking) else _MAKERS
    return [job for job in jobs if job.name in names and job.state in {Job.State.WAITING, Job.State.RUNNING}]


def _link_badge(booking: Booking, jobs: Iterable[Job], now: datetime) -> Badge | None:
    """How it stands with the link of a meeting to come; nothing while it is there or was begun a moment ago.

    A link is missing only where nobody makes it any more.
    """
    conference: Conference | None = getattr(booking, "conference", None)
    if conference is None or conference.state == Conference.State.READY or not ahead(booking, now=now):
        return None
    trying = makers(booking, jobs)
    failed = bool(conference.problem) or any(job.last_error for job in trying)
    begun = max([booking.created_at, *(job.created_at for job in trying)])
    if not failed and begun >= now - PATIENCE:
        return None
    return LATE if trying else MISSING


def _stuck(job: Job, now: datetime) -> bool:
    """Whether it waits after a failure, or was due for a while and nobody has begun it."""
    return bool(job.last_error) or job.run_at < now - PATIENCE
