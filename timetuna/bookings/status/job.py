"""How one thing outside stands, an event, a mail or a reminder, in the sentence its host reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext, gettext_noop, pgettext

from timetuna.bookings.events import Status, ahead
from timetuna.bookings.fulfilment.fulfil import fulfil
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.kinds import AGAIN, KINDS
from timetuna.bookings.notifications.message import send_mail
from timetuna.bookings.notifications.queue import TEXT, TIMED_MAILS, remind, sent_by_text
from timetuna.bookings.notifications.telling import attendee_id, audience_of, host_id_of
from timetuna.bookings.queries import counts
from timetuna.bookings.status.badges import PATIENCE
from timetuna.bookings.status.rows import Reader
from timetuna.jobs.models import Job
from timetuna.l10n import datetimes
from timetuna.l10n.retold import retold

_SOON = timedelta(minutes=1)
MARKED = (
    gettext_noop("another host"),
    gettext_noop("cancellation"),
    gettext_noop("cancelled before it was paid"),
    gettext_noop("confirmation"),
    gettext_noop("confirmation, link to follow"),
    gettext_noop("follow-up"),
    gettext_noop("handed over to another host"),
    gettext_noop("handed over to them"),
    gettext_noop("invitation"),
    gettext_noop("invitation taken back"),
    gettext_noop("link"),
    gettext_noop("link is missing"),
    gettext_noop("money back"),
    gettext_noop("money could not be collected"),
    gettext_noop("money could not go back"),
    gettext_noop("new time"),
    gettext_noop("not paid in time"),
    gettext_noop("payment disputed"),
    gettext_noop("reminder"),
    gettext_noop("request"),
    gettext_noop("request declined"),
    gettext_noop("request ended"),
    gettext_noop("request taken back"),
    gettext_noop("request, new time"),
    gettext_noop("the guest’s email address"),
    gettext_noop("who comes"),
)
"""The labels of the kinds of mails: where these stand, guests' texts do, which are translated into more languages."""


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
        EffectState.FAILED: (
            gettext("Not delivered: %(what)s"),
            gettext("Not delivered: %(what)s and %(count)d more"),
        ),
        EffectState.WAITING: (
            gettext("Tried again: %(what)s"),
            gettext("Tried again: %(what)s and %(count)d more"),
        ),
        EffectState.BUSY: (
            gettext("On its way: %(what)s"),
            gettext("On its way: %(what)s and %(count)d more"),
        ),
    }
    for state, (one, several) in words.items():
        if found := [effect.title for effect in effects if effect.state is state]:
            said = (several if found[1:] else one) % {"what": found[0], "count": len(found) - 1}
            return Delivery(said, state, state is not EffectState.BUSY)
    if any(effect.state is EffectState.DONE for effect in effects):
        return Delivery(gettext("All delivered"), EffectState.DONE)
    return Delivery(gettext("Nothing to deliver"), EffectState.NOTE)


@dataclass(frozen=True, slots=True)
class Done:
    """What is said of a piece of work that is done: at a moment with a blank for it, and where nobody knows when."""

    at: str
    some_time: str

    def said(self, moment: datetime | None, reader: Reader) -> str:
        if moment is None:
            return self.some_time
        return self.at % {"time": datetimes.stamp(moment, zone=reader.zone, now=reader.now)}


def sent() -> Done:
    return Done(gettext("Sent %(time)s."), gettext("Sent."))


def written() -> Done:
    return Done(gettext("Written %(time)s."), gettext("Written."))


def removed() -> Done:
    return Done(gettext("Removed %(time)s."), gettext("Removed."))


def made() -> Done:
    return Done(gettext("Made %(time)s."), gettext("Made."))


def carried() -> Done:
    return Done(gettext("Done %(time)s."), gettext("Done."))


def standing(job: Job, title: str, *, done: Done, reader: Reader) -> Effect:
    """How it stands with a piece of work. done: what is said of it once it is done."""
    if job.state == Job.State.DONE:
        return Effect(title=title, state=EffectState.DONE, text=done.said(job.finished_at, reader))
    if job.state == Job.State.FAILED:
        text = retold(job.last_error) or gettext("It did not work.")
        return Effect(title=title, state=EffectState.FAILED, text=text, remedy=Remedy.RETRY)
    return _waiting(job, title, reader)


def _waiting(job: Job, title: str, reader: Reader) -> Effect:
    if job.state == Job.State.RUNNING:
        return Effect(title=title, state=EffectState.BUSY, text=gettext("Under way."))
    if job.last_error:
        text = f"{retold(job.last_error)} {next_try(job, reader)}"
        return Effect(title=title, state=EffectState.WAITING, text=text, remedy=Remedy.RETRY)
    if job.run_at > reader.now:
        when = datetimes.stamp(job.run_at, zone=reader.zone, now=reader.now)
        return Effect(
            title=title, state=EffectState.NOTE, text=gettext("Goes out %(time)s.") % {"time": when}
        )
    if job.run_at > reader.now - PATIENCE:
        return Effect(title=title, state=EffectState.BUSY, text=gettext("Under way."))
    return Effect(
        title=title,
        state=EffectState.WAITING,
        text=gettext("Waiting for its turn longer than usual."),
        remedy=Remedy.RETRY,
    )


def next_try(job: Job, reader: Reader) -> str:
    if job.state == Job.State.RUNNING or job.run_at <= reader.now:
        return gettext("It is tried again now.")
    when = datetimes.stamp(job.run_at, zone=reader.zone, now=reader.now)
    if job.run_at - reader.now < _SOON:
        return gettext("Next try in a moment, at %(time)s.") % {"time": when}
    away = datetimes.distance(job.run_at, now=reader.now)
    return gettext("Next try %(away)s, at %(time)s.") % {"away": away, "time": when}


def mail_effects(booking: Booking, jobs: Sequence[Job], reader: Reader) -> list[Effect]:
    """Each mail and each reminder, in the order they were written down. One query, where somebody was invited too."""
    named = _names(booking, jobs, reader)
    mails = [_mail(job, booking, jobs, named) for job in jobs if job.name == send_mail.name]
    timely = [job for job in jobs if job.name in TIMED_MAILS and _still_holds(job, booking)]
    texted = sent_by_text(booking, timely)
    return [
        *(mails or _mails_to_come(booking, jobs, reader)),
        *(_timely(job, named, texted) for job in timely),
    ]


class _Names(NamedTuple):
    """What the readers of mails are called, by audience; reader: who asks."""

    known: dict[str, str]
    reader: Reader

    def of(self, job: Job) -> str:
        audience = job.arguments.get("audience", "")
        if host_id := host_id_of(audience):
            mine = host_id == self.reader.host_id
            return pgettext("mail to", "you") if mine else pgettext("mail to", "another host")
        return self.known.get(audience, pgettext("mail to", "somebody the guest brings"))


def _names(booking: Booking, jobs: Sequence[Job], reader: Reader) -> _Names:
    booker = {audience_of(booking.booker): pgettext("mail to", "the guest")}
    told = {audience for job in jobs if attendee_id(audience := job.arguments.get("audience", ""))}
    if told <= booker.keys():
        return _Names(booker, reader)
    return _Names(
        {audience_of(one): one.shown() for one in booking.attendees.all() if one.email} | booker, reader
    )


def _timely(job: Job, named: _Names, texted: frozenset[int]) -> Effect:
    """texted: those that went by text; what was to, and is done, went by mail or not at all."""
    if job.name != remind.name:
        said = gettext("Follow-up to %(reader)s")
    elif job.arguments.get("channel") == TEXT and (job.state != Job.State.DONE or job.pk in texted):
        said = gettext("Reminder by text to %(reader)s")
    else:
        said = gettext("Reminder to %(reader)s")
    return standing(job, said % {"reader": named.of(job)}, done=sent(), reader=named.reader)


def _still_holds(job: Job, booking: Booking) -> bool:
    """Whether it is of the time the booking has now; what was planned for another says nothing any more."""
    start = int(booking.start_at.timestamp()) // 60
    return booking.status == Status.CONFIRMED and job.arguments.get("start") == start


def _mail(job: Job, booking: Booking, jobs: Sequence[Job], named: _Names) -> Effect:
    kind = job.arguments.get("kind", "")
    title = gettext("Mail to %(reader)s: %(kind)s") % {"reader": named.of(job), "kind": _label(kind)}
    if _replaced(job, booking, jobs):
        return Effect(
            title=title,
            state=EffectState.NOTE,
            text=gettext("Not sent: a later change has a mail of its own."),
        )
    return standing(job, title, done=sent(), reader=named.reader)


def _label(kind: str) -> str:
    return gettext("sent again") if kind == AGAIN else gettext(KINDS[kind].label) if kind in KINDS else kind


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
        text = gettext("They wait for the link, about two minutes at most, and then go without it.")
        return [Effect(title=gettext("Confirmations"), state=EffectState.BUSY, text=text)]
    noted = Done(gettext("Written down %(time)s."), gettext("Written down."))
    return [standing(job, gettext("Confirmations"), done=noted, reader=reader)]


def _waits_for_link(booking: Booking) -> bool:
    conference: Conference | None = getattr(booking, "conference", None)
    return conference is not None and conference.state != Conference.State.READY
