"""Which messages a booking brings: at once, written down with its change, and later, as time goes by."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from timetuna.bookings.events import ELSEWHERE, Status
from timetuna.bookings.models import Attendee, Booking, SentText
from timetuna.bookings.notifications.kinds import KINDS
from timetuna.bookings.notifications.message import OtherWay, deliver, message_id, send_mail
from timetuna.bookings.notifications.quiet_hours import moment_outside
from timetuna.bookings.notifications.telling import (
    attendee_id,
    audience_of,
    everybody,
    guests_of,
    host_id_of,
    hosts_of,
    is_host,
    of_host,
)
from timetuna.bookings.queries import with_booker
from timetuna.jobs.models import Job
from timetuna.jobs.queue import KEPT_FOR, MAIL, Retry, job
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.lib.crypto import fingerprint
from timetuna.pages.hooks import on_reminders_changed
from timetuna.pages.models import Reminder

MAIL_CHANNEL, TEXT = "mail", "text"


def plan_reminders(booking: Booking, *, now: datetime) -> None:
    """Enqueue what is still to come, in the caller's transaction. Doing it again changes nothing.

    The key has the booking's time in it: after a move there are new reminders, and the old ones, when their moment
    comes, find another time and say nothing. A moment that is past is left out.
    """
    if booking.page is None or booking.status != Status.CONFIRMED:
        return
    rows = booking.page.reminders.all()
    people = (*guests_of(booking), *hosts_of(booking))
    for kind in Reminder.Kind:
        for audience in people:
            mine = [row for row in rows if (row.kind, row.audience) == (kind, _side(audience))]
            _plan(booking, mine, audience, now)


def _moment(booking: Booking, row: Reminder, audience: str, now: datetime) -> datetime:
    """When it goes: what comes by text to who booked never in the night."""
    due = _due(booking, row.kind, row.minutes)
    if row.channel != TEXT or audience != audience_of(booking.booker):
        return due
    zone = zone_or_utc(booking.booker.time_zone)
    return moment_outside(due, start=booking.start_at, zone=zone, now=now)


def _due(booking: Booking, kind: str, minutes: int) -> datetime:
    """So many minutes before the start, or, of a follow-up, after the end (aware UTC)."""
    if kind == Reminder.Kind.REMINDER:
        return booking.start_at - timedelta(minutes=minutes)
    return booking.end_at() + timedelta(minutes=minutes)


def _side(audience: str) -> Reminder.Audience:
    return Reminder.Audience.HOST if is_host(audience) else Reminder.Audience.GUEST


def drop_reminders_of(attendee: Attendee) -> None:
    """Of somebody who was taken off, in the caller's transaction. What was sent keeps its key."""
    waiting = Job.objects.filter(
        concurrency=attendee.booking.concurrency_key(), name__in=TIMED_MAILS, state=Job.State.WAITING
    )
    waiting.filter(arguments__audience=audience_of(attendee)).delete()


@on_reminders_changed
def plan_reminders_of_page(page_id: int) -> None:
    plan_page_reminders.enqueue(page_id=page_id)


@job("bookings.plan_reminders")
def plan_page_reminders(page_id: int) -> None:
    """Of the page's bookings that are to come."""
    now = timezone.now()
    coming = Booking.objects.prefetch_related("page__reminders").filter(
        page=page_id, status=Status.CONFIRMED, start_at__gt=now
    )
    for booking in coming.order_by("start_at").iterator(chunk_size=200):
        with transaction.atomic():
            plan_reminders(booking, now=now)


@job("bookings.reminder", lane=MAIL)
def remind(booking_id: int, *, audience: str, minutes: int, start: int, channel: str) -> None:
    """Remind one of its people before the start. Raises Retry or GiveUp with a sentence.

    Nothing is sent for a booking that was moved, cancelled or begun meanwhile, or once its page wants no such
    reminder any more. A mail server that was away until after the start makes the reminder pointless.
    """
    booking = _still_at(booking_id, start)
    if booking is not None and booking.start_at > timezone.now():
        _send(booking, Reminder(kind="reminder", minutes=minutes, channel=channel), audience)


@job("bookings.follow_up", lane=MAIL)
def follow_up(booking_id: int, *, audience: str, minutes: int, start: int, channel: str) -> None:
    """After the meeting, to somebody on the guest's side. Raises Retry or GiveUp with a sentence."""
    booking = _still_at(booking_id, start)
    if booking is not None and not booking.no_show:
        _send(booking, Reminder(kind="follow_up", minutes=minutes, channel=channel), audience)


_HANDLERS = {Reminder.Kind.REMINDER: remind, Reminder.Kind.FOLLOW_UP: follow_up}
TIMED_MAILS = (remind.name, follow_up.name)


def _plan(booking: Booking, rows: Iterable[Reminder], audience: str, now: datetime) -> None:
    """Two texts that the night has moved to the same moment are one."""
    start, texted = _minute(booking), set[datetime]()
    for row in rows:
        at = _moment(booking, row, audience, now)
        if _due(booking, row.kind, row.minutes) <= now or (row.channel == TEXT and at in texted):
            continue
        if row.channel == TEXT:
            texted.add(at)
        _HANDLERS[Reminder.Kind(row.kind)].enqueue(
            key=f"{row.kind}:{booking.pk}:{audience}:{row.minutes}:{start}:{row.channel}",
            concurrency=booking.concurrency_key(),
            at=at,
            booking_id=booking.pk,
            audience=audience,
            minutes=row.minutes,
            start=start,
            channel=row.channel,
        )


def _minute(booking: Booking) -> int:
    return int(booking.start_at.timestamp()) // 60


def _wants(booking: Booking, audience: str, *, due: datetime) -> bool:
    """Whether the reader has not stopped what time brings, and was there in time."""
    if host_id := host_id_of(audience):
        return booking.booking_hosts.filter(host=host_id).exists()
    attendees = booking.attendees.filter(active=True, wants_reminders=True, added_at__lt=due)
    return attendees.filter(pk=attendee_id(audience) or 0).exists()


def _still_at(booking_id: int, start: int) -> Booking | None:
    """None unless it is to take place at that UTC minute and its guest is known."""
    found = with_booker(Booking.objects.select_related("host", "page")).filter(
        pk=booking_id, status=Status.CONFIRMED, erased_at=None
    )
    booking = found.first()
    return booking if booking and _minute(booking) == start else None


def _send(booking: Booking, row: Reminder, audience: str) -> None:
    """Only if the page wants it still and its reader does; by mail what does not go by text, unless that goes, too."""
    same = Reminder.objects.filter(
        page=booking.page, kind=row.kind, audience=_side(audience), minutes=row.minutes
    )
    wanted = set(same.values_list("channel", flat=True))
    due = _due(booking, row.kind, row.minutes)
    if row.channel not in wanted or not _wants(booking, audience, due=due):
        return
    _let_earlier_mails_pass(booking, audience)
    tag = _tag(row.minutes, _minute(booking))
    try:
        deliver(booking, kind=row.kind, audience=audience, channel=row.channel, tag=tag)
    except OtherWay:
        if MAIL_CHANNEL not in wanted:
            deliver(booking, kind=row.kind, audience=audience, channel=MAIL_CHANNEL, tag=tag)


def _tag(minutes: int, start: int) -> str:
    return f"{minutes}.{start}"


def sent_by_text(booking: Booking, jobs: Iterable[Job]) -> frozenset[int]:
    """Which of these reminders went by text, by their ids. One query, where any was to."""
    named = {
        fingerprint(
            message_id(
                booking,
                kind=Reminder.Kind.REMINDER,
                audience=job.arguments["audience"],
                tag=_tag(job.arguments["minutes"], job.arguments["start"]),
            )
        ): job.pk
        for job in jobs
        if job.arguments.get("channel") == TEXT
    }
    if not named:
        return frozenset()
    found = SentText.objects.filter(message__in=named, state=SentText.State.SENT)
    return frozenset(named[name] for name in found.values_list("message", flat=True))


def _let_earlier_mails_pass(booking: Booking, audience: str) -> None:
    """Nobody is reminded of what a mail that still waits is to tell them. Raises Retry."""
    waiting = Job.objects.filter(
        concurrency=booking.concurrency_key(),
        name=send_mail.name,
        state__in=(Job.State.WAITING, Job.State.RUNNING),
        arguments__audience=audience,
        arguments__revision=booking.revision,
    )
    if waiting.exists():
        raise Retry("This waits for a mail of the booking that has not been sent yet.")


MEMORY = KEPT_FOR / 2  # jobs are forgotten after KEPT_FOR; what is younger than this has its rows
_SAYS_PLACE = frozenset(
    name for name, kind in KINDS.items() if kind.says_place and kind.attachment and not kind.to_former
) - {"link", "uninvited", "cancelled"}
_GIVING_TIME = frozenset(name for name, kind in KINDS.items() if kind.gives_time)


def enqueue_mails(booking: Booking, *, kind: str, audiences: tuple[str, ...] | None = None) -> None:
    """Enqueue one mail for each side, in the caller's transaction; the same kind and revision is one mail for ever.

    Without `audiences` for everybody: who booked, each host, and who was invited too. With the mails that give it
    its time go its reminders. Who was invited too is told that it is off only if they have heard that it is on.
    """
    if kind in _GIVING_TIME:
        plan_reminders(booking, now=timezone.now())
    readers = everybody(booking) if audiences is None else audiences
    if KINDS[kind].is_first:
        readers = _who_do_not_know(booking, readers)
    elif KINDS[kind].takes_back:
        readers = _who_have_heard(booking, readers)
    for audience in readers:
        send_mail.enqueue(
            key=f"mail:{booking.pk}:{kind}:{audience}:{booking.revision}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
            kind=kind,
            audience=audience,
            revision=booking.revision,
        )


def enqueue_money_mails(booking: Booking, *, kind: str, audiences: tuple[str, ...], tag: str) -> None:
    """Enqueue mails that are sent whatever becomes of the booking, in the caller's transaction.

    tag: the same kind with the same one is one mail for ever.
    """
    for audience in audiences:
        send_mail.enqueue(
            key=f"mail:{booking.pk}:{kind}:{audience}:{tag}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
            kind=kind,
            audience=audience,
            revision=booking.revision,
            tag=tag,
        )


NEW_HOST = "new_host"


def enqueue_new_host(booking: Booking, *, newcomer: int) -> None:
    """One mail for each side about who hosts it now, in the caller's transaction.

    newcomer: who took it over and has not heard of it; 0 is nobody. Of a request nobody else hears.
    """
    new = of_host(newcomer)
    if new in hosts_of(booking):
        confirmed = booking.status == Status.CONFIRMED
        enqueue_mails(booking, kind="handed_to" if confirmed else "requested", audiences=(new,))
    if booking.status == Status.CONFIRMED:
        told = tuple(reader for reader in everybody(booking) if reader != new)
        enqueue_mails(booking, kind=NEW_HOST, audiences=told)


def _who_do_not_know(booking: Booking, readers: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out who is told of the booking by the mail of a move that came before the first mails were written down."""
    keys = {f"mail:{booking.pk}:moved:{reader}:{booking.revision}": reader for reader in readers}
    told = {keys[key] for key in Job.objects.filter(key__in=keys).values_list("key", flat=True) if key}
    return tuple(reader for reader in readers if reader not in told)


def enqueue_link(booking: Booking) -> None:
    """Mail everybody the link, in the caller's transaction; who waits for another mail gets that, with the link.

    The invite in people's calendars changes with the link, so the revision rises: with it, what waits is dropped.
    """
    waiting, readers = _unsent_kinds(booking), everybody(booking)
    Booking.objects.filter(pk=booking.pk).update(revision=F("revision") + 1)
    booking.refresh_from_db(fields=["revision"])
    enqueue_mails(booking, kind="link", audiences=tuple(one for one in readers if one not in waiting))
    for kind in dict.fromkeys(waiting.values()):
        enqueue_mails(booking, kind=kind, audiences=tuple(one for one in readers if waiting.get(one) == kind))


def _unsent_kinds(booking: Booking) -> dict[str, str]:
    """Who has not had the latest mail of this revision that says where it is, and what kind that is."""
    mails = mails_of(booking).filter(state=Job.State.WAITING, arguments__revision=booking.revision)
    found = {mail.arguments["audience"]: str(mail.arguments["kind"]) for mail in mails}
    return {reader: kind for reader, kind in found.items() if kind in _SAYS_PLACE}


def drop_unsent(booking: Booking, readers: Iterable[str]) -> None:
    """Forgets the booking's mails to them that nobody has begun to send; what is under way stays."""
    names = frozenset(readers)
    unsent = mails_of(booking).filter(state=Job.State.WAITING, attempts=0)
    old = [mail.pk for mail in unsent if mail.arguments.get("audience") in names]
    # Asked again as they are deleted: a worker may have taken one meanwhile.
    unsent.filter(pk__in=old).delete()


def _who_have_heard(booking: Booking, readers: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out who was invited too and never told, or last told that it is off; their waiting mails are dropped.

    A mail that was tried counts: where the mail server was cut off it may have come through all the same.
    """
    numbers = [number for reader in readers if (number := attendee_id(reader)) is not None]
    attendees = Attendee.objects.filter(pk__in=numbers, is_booker=False)
    invited = {audience_of(attendee): attendee for attendee in attendees}
    if not invited:
        return readers
    drop_unsent(booking, invited)
    # The mails to who was added so long ago are forgotten.
    forgotten = timezone.now() - MEMORY
    heard = {reader for reader, attendee in invited.items() if attendee.added_at < forgotten}
    for mail in mails_of(booking):
        reader = mail.arguments.get("audience")
        (heard.discard if mail.arguments.get("kind") == "uninvited" else heard.add)(reader)
    return tuple(reader for reader in readers if reader in heard or reader not in invited)


def mails_of(booking: Booking) -> QuerySet[Job]:
    """In the order they were written down, but for those that time brings."""
    return Job.objects.filter(concurrency=booking.concurrency_key(), name=send_mail.name).order_by("id")


def is_new_time_told(booking: Booking, *, since: int) -> bool:
    """Whether the mails of a move are written down. since: the booking's revision at the move."""
    return mails_of(booking).filter(arguments__kind="moved", arguments__revision__gte=since).exists()


def is_announced(booking: Booking, jobs: Sequence[Job], *, now: datetime) -> bool:
    """Whether its people were told of it, by the first mails or those of a move that came before them.

    The jobs of mails are forgotten in the end, long after this asks.
    """
    if booking.idempotency_key.startswith(ELSEWHERE):
        return True
    if booking.created_at < now - MEMORY:
        return True
    return any(job.name == send_mail.name and job.arguments.get("kind") in _GIVING_TIME for job in jobs)
