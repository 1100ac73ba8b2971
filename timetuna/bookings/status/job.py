"""How one thing outside stands, in the sentence its host reads."""

from dataclasses import dataclass
from enum import StrEnum

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
    """text: how it stands, in a sentence.  remedy_text: of the button that mends it."""

    title: str
    state: EffectState
    text: str
    remedy: Remedy = Remedy.NONE
    remedy_text: str = ""


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
