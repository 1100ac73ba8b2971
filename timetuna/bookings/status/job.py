"""How one thing outside stands, an event, a mail or a reminder, in the sentence its host reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from timetuna.bookings.events import Status, ahead
from timetuna.bookings.fulfilment.fulfil import fulfil
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.kinds import AGAIN, KINDS
from timetuna.bookings.notifications.message import send_mail
from timetuna.bookings.notifications.queue import TIMED_MAILS, remind
from timetuna.bookings.notifications.telling import attendee_id, audience_of, host_id_of
from timetuna.bookings.queries import counts
from timetuna.bookings.status.badges import PATIENCE
from timetuna.bookings.status.rows import Reader
from timetuna.jobs.models import Job
from timetuna.l10n import datetimes


class EffectState(StrEnum):
    """Done; on its way; waiting to be tried again; failed until the host acts; just so."""

    DONE = "done"
    BUSY = "busy"
    WAITING = "waiting"
    FAILED = "failed"
    NOTE = "note"


class Remedy(StrEnum):
    """What the host can do about it."""

    NONE = ""
    RETRY = "retry"
    CONNECT = "connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """text: how it stands, in a sentence.  remedy_text: of the button that mends it.

    accounts: of other hosts, which can make what is missing: by the host's id the words of the button.
    """

    title: str
    state: EffectState
    text: str
    remedy: Remedy = Remedy.NONE
    remedy_text: str = ""
    accounts: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """How all of it stands, in a line. open: whether its host should see the rest."""

    text: str
    state: EffectState
    open: bool = False


def delivery_of(effects: Sequence[Effect]) -> Delivery:
    """What stands worst names what it is about."""
    words = {
        EffectState.FAILED: "Not delivered",
        EffectState.WAITING: "Tried again",
        EffectState.BUSY: "On its way",
    }
    for state, word in words.items():
        if found := [effect.title for effect in effects if effect.state is state]:
            more = f" and {len(found) - 1} more" if found[1:] else ""
            return Delivery(f"{word}: {found[0]}{more}", state, state is not EffectState.BUSY)
    if any(effect.state is EffectState.DONE for effect in effects):
        return Delivery("All delivered", EffectState.DONE)
    return Delivery("Nothing to deliver", EffectState.NOTE)


def standing(job: Job, title: str, *, done: str, reader: Reader) -> Effect:
    """How it stands with a piece of work. done: the word for what it does once it is done."""
    if job.state == Job.State.DONE:
        when = datetimes.stamp(job.finished_at, zone=reader.zone, now=reader.now) if job.finished_at else ""
        return Effect(title=title, state=EffectState.DONE, text=f"{done} {when}".strip() + ".")
    if job.state == Job.State.FAILED:
        text = job.last_error or "It did not work."
        return Effect(title=title, state=EffectState.FAILED, text=text, remedy=Remedy.RETRY)
    return _waiting(job, title, reader)


def _waiting(job: Job, title: str, reader: Reader) -> Effect:
    if job.state == Job.State.RUNNING:
        return Effect(title=title, state=EffectState.BUSY, text="Under way.")
    if job.last_error:
        text = f"{job.last_error} {next_try(job, reader)}"
        return Effect(title=title, state=EffectState.WAITING, text=text, remedy=Remedy.RETRY)
    if job.run_at > reader.now:
        when = datetimes.stamp(job.run_at, zone=reader.zone, now=reader.now)
        return Effect(title=title, state=EffectState.NOTE, text=f"Goes out {when}.")
    if job.run_at > reader.now - PATIENCE:
        return Effect(title=title, state=EffectState.BUSY, text="Under way.")
    return Effect(
        title=title,
        state=EffectState.WAITING,
        text="Waiting for its turn longer than usual.",
        remedy=Remedy.RETRY,
    )


def next_try(job: Job, reader: Reader) -> str:
    if job.state == Job.State.RUNNING or job.run_at <= reader.now:
        return "It is tried again now."
    when = datetimes.stamp(job.run_at, zone=reader.zone, now=reader.now)
    away = datetimes.distance(job.run_at, now=reader.now)
    return f"Next try {'in a moment' if away == 'now' else away}, at {when}."


def mail_effects(booking: Booking, jobs: Sequence[Job], reader: Reader) -> list[Effect]:
    """Each mail and each reminder, in the order they were written down. One query, where somebody was invited too."""
    named = _names(booking, jobs, reader)
    mails = [_mail(job, booking, jobs, named) for job in jobs if job.name == send_mail.name]
    timely = [job for job in jobs if job.name in TIMED_MAILS and _still_holds(job, booking)]
    return [
        *(mails or _mails_to_come(booking, jobs, reader)),
        *(standing(job, _timely_title(job, named), done="Sent", reader=reader) for job in timely),
    ]


class _Names(NamedTuple):
    """What the readers of mails are called, by audience; reader: who asks."""

    known: dict[str, str]
    reader: Reader

    def of(self, job: Job) -> str:
        audience = job.arguments.get("audience", "")
        if host_id := host_id_of(audience):
            return "you" if host_id == self.reader.host_id else "another host"
        return self.known.get(audience, "somebody the guest brings")


def _names(booking: Booking, jobs: Sequence[Job], reader: Reader) -> _Names:
    booker = {audience_of(booking.booker): "the guest"}
    told = {audience for job in jobs if attendee_id(audience := job.arguments.get("audience", ""))}
    if told <= booker.keys():
        return _Names(booker, reader)
    return _Names(
        {audience_of(one): one.shown() for one in booking.attendees.all() if one.email} | booker, reader
    )


def _timely_title(job: Job, named: _Names) -> str:
    return f"{'Reminder' if job.name == remind.name else 'Follow-up'} to {named.of(job)}"


def _still_holds(job: Job, booking: Booking) -> bool:
    """Whether it is of the time the booking has now; what was planned for another says nothing any more."""
    start = int(booking.start_at.timestamp()) // 60
    return booking.status == Status.CONFIRMED and job.arguments.get("start") == start


def _mail(job: Job, booking: Booking, jobs: Sequence[Job], named: _Names) -> Effect:
    kind = job.arguments.get("kind", "")
    title = f"Mail to {named.of(job)}: {_label(kind)}"
    if _replaced(job, booking, jobs):
        return Effect(
            title=title, state=EffectState.NOTE, text="Not sent: a later change has a mail of its own."
        )
    return standing(job, title, done="Sent", reader=named.reader)


def _label(kind: str) -> str:
    return "sent again" if kind == AGAIN else KINDS[kind].label if kind in KINDS else kind


def _replaced(job: Job, booking: Booking, jobs: Sequence[Job]) -> bool:
    """Whether the booking had changed again before the mail's turn came; then it was, or will be, dropped."""
    if job.state != Job.State.DONE or job.finished_at is None:
        return not counts(job, booking)
    revision = job.arguments.get("revision", 0)
    return any(
        later.arguments.get("revision", 0) > revision and later.created_at < job.finished_at for later in jobs
    )


def _mails_to_come(booking: Booking, jobs: Sequence[Job], reader: Reader) -> list[Effect]:
    """How it stands with the first mails, which are written down once the link is there, or is late."""
    job = next((job for job in jobs if job.name == fulfil.name), None)
    if job is None or not ahead(booking, now=reader.now):
        return []
    if _waits_for_link(booking):
        text = "They wait for the link, about two minutes at most, and then go without it."
        return [Effect(title="Confirmations", state=EffectState.BUSY, text=text)]
    return [standing(job, "Confirmations", done="Written down", reader=reader)]


def _waits_for_link(booking: Booking) -> bool:
    conference: Conference | None = getattr(booking, "conference", None)
    return conference is not None and conference.state != Conference.State.READY
