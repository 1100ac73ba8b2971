"""A booking's outside work in the words its host reads."""

from dataclasses import dataclass
from datetime import datetime

from timetuna.bookings.models import Booking
from timetuna.bookings.queries import work_of
from timetuna.jobs.models import Job

_MAILS = {
    "confirmed": "confirmation",
    "promised": "confirmation without link",
    "link": "link",
    "moved": "new time",
    "cancelled": "cancellation",
}
_WORK = {
    "bookings.fulfil": "Meeting and mails",
    "bookings.move_conference": "New time carried to the meeting",
    "bookings.remove_conference": "Meeting deleted outside",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing outside: what it is, how it stands, and since or until when (aware UTC)."""

    title: str
    state: str
    text: str
    at: datetime | None


def effects(booking: Booking) -> list[Effect]:
    """Return all of a booking's outside work with its state: "done", "waiting" or "failed"."""
    return [_effect(job) for job in work_of(booking)]


def _effect(job: Job) -> Effect:
    if job.state == Job.State.DONE:
        return Effect(_title(job), "done", "Done", job.finished_at)
    if job.state == Job.State.FAILED:
        return Effect(_title(job), "failed", job.last_error or "It did not work.", job.finished_at)
    if job.last_error:
        return Effect(_title(job), "waiting", f"{job.last_error} Next try:", job.run_at)
    return Effect(_title(job), "waiting", "Under way", None)


def _title(job: Job) -> str:
    if job.name == "bookings.mail":
        kind, audience = job.arguments.get("kind", ""), job.arguments.get("audience", "")
        return f"Mail to the {audience}: {_MAILS.get(kind, kind)}"
    return _WORK.get(job.name, job.name)
