"""What is wrong with a booking, in the two or three words a list has room for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from timetuna.bookings.models import Booking, Conference
from timetuna.jobs.models import Job

PATIENCE = timedelta(minutes=2)
_MAKERS = frozenset({"bookings.fulfil", "bookings.move_conference"})
_EVENTS = frozenset({"bookings.event", "bookings.look_at_event"})
_CARRIERS = frozenset({"bookings.move_conference", "bookings.remove_conference"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A few words, and how bad it is: "warn" where TimeTuna goes on trying, "bad" where the host is needed."""

    text: str
    tone: str


ASKS = Mark("Waiting for your answer", "warn")
NO_SHOW = Mark("Did not come", "warn")
MISSING = Mark("Link is missing", "bad")
LATE = Mark(MISSING.text, "warn")
REFUSED = Mark("Mail refused", "bad")
WAITING = Mark("Mail waiting", "warn")
NOT_CARRIED = Mark("Meeting not updated", "warn")
EVENT_FAILED = Mark("Calendar not updated", "bad")
EVENT_WAITS = Mark(EVENT_FAILED.text, "warn")


def marks(booking: Booking, work: Iterable[Job], *, now: datetime) -> list[Mark]:
    """Return what the host should know or do about the booking; `work` is what is not done yet."""
    jobs = [job for job in work if counts(job, booking)]
    mails = [job for job in jobs if job.name == "bookings.mail"]
    without_link = link_missing(booking, now=now)
    trying = any(job.name in _MAKERS and job.state != Job.State.FAILED for job in jobs)
    refused = [job for job in mails if job.state == Job.State.FAILED]
    waiting = [job for job in mails if job.state != Job.State.FAILED]
    if not without_link and ahead(
        booking, now=now
    ):  # the first mails are written down by what makes the link
        waiting += [job for job in jobs if job.name == "bookings.fulfil"]
    wanted = booking.status == Booking.Status.CANCELLED or ahead(booking, now=now)
    events = {job.state for job in jobs if wanted and job.name in _EVENTS and job.last_error}
    found = {
        ASKS: booking.status == Booking.Status.PENDING,
        NO_SHOW: booking.no_show,
        MISSING: without_link and not trying,
        LATE: without_link and trying,
        REFUSED: bool(refused),
        WAITING: any(_stuck(job, now) for job in waiting),
        NOT_CARRIED: any(job.name in _CARRIERS and job.last_error for job in jobs) and not without_link,
        EVENT_FAILED: Job.State.FAILED in events,
        EVENT_WAITS: bool(events - {Job.State.FAILED}),
    }
    return [mark for mark, holds in found.items() if holds]


def ahead(booking: Booking, *, now: datetime) -> bool:
    """Say whether the meeting takes place and is not over."""
    return booking.status == Booking.Status.CONFIRMED and booking.end_at() > now


def counts(job: Job, booking: Booking) -> bool:
    """Say whether the work is still wanted: what belongs to an earlier revision is dropped when its turn comes."""
    return bool(job.arguments.get("revision", booking.revision) == booking.revision)


def link_missing(booking: Booking, *, now: datetime) -> bool:
    """Say whether a meeting to come has no link, and not just because it was booked a moment ago."""
    conference: Conference | None = getattr(booking, "conference", None)
    if conference is None or conference.state == Conference.State.READY:
        return False
    return ahead(booking, now=now) and (bool(conference.problem) or booking.created_at < now - PATIENCE)


def _stuck(job: Job, now: datetime) -> bool:
    """Say whether it waits after a failure, or was due for a while and nobody has begun it."""
    return bool(job.last_error) or job.run_at < now - PATIENCE
