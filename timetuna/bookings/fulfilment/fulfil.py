"""What follows from a booking, done by the worker: meeting, event, then the mails. Running it again is harmless.

Both sides are told with the link or, when that takes too long, without it and once more later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from timetuna.bookings.events import (
    GUEST_CHANGES,
    SILENT,
    SYSTEM,
    BookingEvent,
    Happening,
    Status,
    on_event,
    record,
)
from timetuna.bookings.fulfilment.ensure import ensure_conference, ensure_event
from timetuna.bookings.fulfilment.new_host import part_with
from timetuna.bookings.integrations.event import choose_calendar, event_of, events_of, in_line, makes_link
from timetuna.bookings.integrations.location import link_host_id, strange_link
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.kinds import FIRST_KINDS
from timetuna.bookings.notifications.queue import (
    NEW_HOST,
    enqueue_link,
    enqueue_mails,
    enqueue_new_host,
    is_announced,
    is_new_time_told,
    mails_of,
)
from timetuna.bookings.notifications.telling import of_host
from timetuna.bookings.queries import with_booker, work_of
from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.queries import connection, kind_provider
from timetuna.calendars.reconnecting import spare_reconnect_mail
from timetuna.jobs.queue import GiveUp, Retry, job, retry_now
from timetuna.pages.calendar_use import default_is_unknown, own_part


@job("bookings.fulfil")
def fulfil(booking_id: int, *, former: int = 0, newcomer: int = 0, revision: int = 0, told: int = 0) -> None:
    """Make meeting and event, then see to the mails. Raises Retry or GiveUp with the sentence the host reads.

    The mails wait for a link, and for the event, that are likely to come within two minutes. Then they go: without
    the link they say that it follows; the event follows without a word.
    Of a booking that was handed over with that revision: former, who gave it; newcomer, who came in, 0 is nobody; told,
    whether people had heard of it before.
    """
    booking = with_booker(Booking.objects.select_related("host", "page")).filter(pk=booking_id).first()
    if booking is None:
        return
    if former:
        part_with(booking, former=former, revision=revision, told=bool(told))
    if told and booking.status == Status.PENDING:
        enqueue_new_host(booking, newcomer=newcomer)
    if booking.status == Status.CONFIRMED:
        _follow(booking, HandedOver(newcomer, revision) if told else None)


@on_event(BookingEvent.BOOKED, BookingEvent.PAID, BookingEvent.APPROVED, BookingEvent.RESTORED)
def begin(happening: Happening) -> None:
    """Have all of it made for a meeting that takes place, and the first mails sent."""
    booking = happening.booking
    if booking.status == Status.CONFIRMED:
        fulfil.enqueue(
            key=f"fulfil:{booking.pk}:{booking.revision}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
        )


@on_event(BookingEvent.BROUGHT)
def begin_here(happening: Happening) -> None:
    """Do the same for one from another product; where its people are not told, write the event and no more."""
    if happening.source == SILENT:
        choose_calendar(happening.booking)
        enqueue_event(happening.booking)
    else:
        begin(happening)


@on_event(BookingEvent.HANDED_OVER)
def begin_anew(happening: Happening) -> None:
    """Have it made for the host who has it now, and everybody told; not before `at`, until when it can be undone."""
    booking, facts = happening.booking, happening.facts
    fulfil.enqueue(
        key=f"fulfil:{booking.pk}:{booking.revision}",
        concurrency=booking.concurrency_key(),
        at=facts["at"],
        booking_id=booking.pk,
        former=facts["former_id"],
        newcomer=facts["newcomer"],
        revision=booking.revision,
        told=int(booking.status == Status.PENDING or has_mails(booking)),
    )


@on_event(BookingEvent.ACCOUNT_CHOSEN)
def begin_with_account(happening: Happening) -> None:
    """Have the link made by the account that was chosen."""
    booking = happening.booking
    if not retry_now(work_of(booking).filter(name=fulfil.name)):
        fulfil.enqueue(concurrency=booking.concurrency_key(), booking_id=booking.pk)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A handing over that people are to be told of, who know the booking.

    newcomer: the host who does not; 0 is nobody.  revision: the booking's at the handing over.
    """

    newcomer: int
    revision: int


def _follow(booking: Booking, new: HandedOver | None) -> None:
    choose_calendar(booking)
    try:
        ensure_conference(booking)
        _wait_for_list(booking)
        ensure_event(booking)
    except Retry as early:
        order = sooner(booking, early, now=timezone.now())
        if not _too_late(booking, order, again=new is not None):
            raise order from early
        if _link_missing(booking):
            promise(booking, NEW_HOST if new else "promised", why=str(order), new=new)
            raise order from early
    except GiveUp as end:
        if _link_missing(booking):
            if not promise(booking, NEW_HOST if new else "promised", why=str(end), new=new):
                mail_no_link(booking)
            raise
    announce(booking, NEW_HOST if new else "confirmed", new=new)
    _keep_event_in_line(booking)


def _wait_for_list(booking: Booking) -> None:
    """Have an event where there may be a calendar for it, although nobody knows yet. Raises Retry."""
    page, host_id = booking.page, link_host_id(booking)
    if page and event_of(booking, host_id) is None and default_is_unknown(own_part(page, host_id)):
        raise Retry(gettext_noop("Which calendars there are is still being read."))


def _keep_event_in_line(booking: Booking) -> None:
    """Leave what is not written yet, or was changed meanwhile, to work of its own."""
    events = events_of(booking)
    if not events:
        return
    fresh = Booking.objects.select_related("host").get(pk=booking.pk)
    if not all(in_line(fresh, event) for event in events):
        with transaction.atomic():
            enqueue_event(booking)


def _link_missing(booking: Booking) -> bool:
    return Conference.objects.filter(booking=booking).exclude(state=Conference.State.READY).exists()


def _too_late(booking: Booking, order: Retry, *, again: bool) -> bool:
    """Whether the next try is later than people wait for a mail; those who have theirs need not."""
    next_try = order.at or timezone.now()
    too_late = next_try > waited_since(booking) + longest_wait()
    return too_late or (not again and has_mails(booking))


PAUSES_WAITED = 12
_FIRST, _WHILE_WAITED_FOR, _LONGEST = timedelta(seconds=1.5), timedelta(seconds=8), timedelta(hours=1)
_BEGINNINGS = (
    BookingEvent.PAID,
    BookingEvent.APPROVED,
    BookingEvent.MOVED,
    BookingEvent.RETRIED,
    BookingEvent.HANDED_OVER,
    BookingEvent.ACCOUNT_CHOSEN,
)


def promise(
    booking: Booking, kind: str, *, why: str, new: HandedOver | None = None, revision: int = 0
) -> bool:
    """Mail both sides, once, that the link follows; return whether they are told by this.

    Who has a mail that says so already, as one of a move that came before the first mails, gets no other.
    why: for the host, who needs no other mail about a connection that makes meetings and has ended.
    revision: the booking's at its move, where that is told of.
    """
    with transaction.atomic():
        missing = Conference.objects.filter(booking=booking).exclude(state=Conference.State.READY)
        if not _takes_place(booking) or not missing.update(promised=True):
            return False
        told = _is_written_down(booking, kind, new=new, revision=revision)
        if told and _is_known_late(booking):
            return False
        newcomer = new.newcomer if new else 0
        _settle_uid(booking, newcomer=newcomer)
        mail = "" if told else kind
        record(booking, BookingEvent.LINK_LATE, actor=SYSTEM, why=why, mail=mail, newcomer=newcomer)
        if not told:
            makes = kind_provider(booking.meeting_type)
            spare_reconnect_mail(link_host_id(booking), provider=makes, said=why)
        return not told


def mail_no_link(booking: Booking) -> None:
    """To the host, once a revision: the link they were promised is not made any more before they act."""
    with transaction.atomic():
        refused = Conference.objects.filter(booking=booking, state=Conference.State.REFUSED)
        if _takes_place(booking) and refused.exists():
            enqueue_mails(booking, kind="no_link", audiences=(of_host(link_host_id(booking)),))


def announce(booking: Booking, kind: str, *, new: HandedOver | None = None, revision: int = 0) -> None:
    """Mail what there is to say, or, to people who have heard that and were promised the link, the link.

    revision: the booking's at its move, where that is told of.
    """
    with transaction.atomic():
        if not _takes_place(booking) or strange_link(
            booking
        ):  # whoever has it now is seen to by work of its own
            return
        if _is_written_down(booking, kind, new=new, revision=revision):
            announce_late_link(booking)
            return
        Conference.objects.filter(booking=booking, state=Conference.State.READY).update(promised=False)
        _settle_uid(booking, newcomer=new.newcomer if new else 0)
        if new is not None:
            enqueue_new_host(booking, newcomer=new.newcomer)
        else:
            enqueue_mails(booking, kind=kind)


def _is_written_down(booking: Booking, kind: str, *, new: HandedOver | None, revision: int) -> bool:
    """Whether the mails that say it are sent, or about to be: with the link, or with word that it follows."""
    if new is not None:
        return _know(booking, new)
    if kind in FIRST_KINDS:
        return has_mails(booking)
    return is_new_time_told(booking, since=revision)


_LINK_BEGINS = (
    BookingEvent.LINK_MADE,
    BookingEvent.LINK_RENEWED,
    BookingEvent.HANDED_OVER,
    BookingEvent.RESTORED,
)


def _is_known_late(booking: Booking) -> bool:
    """Whether the history has said of this link that it is late, and why."""
    told = booking.history.filter(event__in=(BookingEvent.LINK_LATE, *_LINK_BEGINS)).last()
    return told is not None and told.event == BookingEvent.LINK_LATE


def _know(booking: Booking, new: HandedOver) -> bool:
    """Whether people were told who hosts it now, or are about to be."""
    mails = mails_of(booking).filter(arguments__kind=NEW_HOST)
    return mails.filter(arguments__revision__gte=new.revision).exists()


def announce_late_link(booking: Booking) -> bool:
    """Once; return whether anybody was promised the link: then the event has changed."""
    with transaction.atomic():
        late = Conference.objects.filter(booking=booking, promised=True, state=Conference.State.READY)
        if not _takes_place(booking) or not late.update(promised=False, late_link_mailed=True):
            return False
        enqueue_link(booking)
        return True


def longest_wait() -> timedelta:
    """How long guests wait on the page, and both sides for their first mail."""
    return timedelta(seconds=PAUSES_WAITED * settings.RETRY_SECONDS)


def waited_since(booking: Booking) -> datetime:
    """Since when people wait for what follows from the booking: it was made, confirmed, moved, tried by hand."""
    latest = booking.history.filter(event__in=_BEGINNINGS).last()
    return max(booking.created_at, latest.at) if latest else booking.created_at


def sooner(booking: Booking, order: Retry, *, now: datetime) -> Retry:
    """The order with the moment of the next try, where nothing outside has named one.

    Pauses grow with the time that has passed: from a second or two, to eight while a guest may wait, then to an hour.
    """
    if order.at is not None:
        return order
    waited = now - max(waited_since(booking), _connected_at(booking))
    most = _WHILE_WAITED_FOR if waited < longest_wait() else _LONGEST
    slowest = timedelta(seconds=settings.RETRY_SECONDS) if waited < longest_wait() else _LONGEST
    return Retry(str(order), at=now + min(max(waited / 2, _FIRST), most, slowest))


def has_mails(booking: Booking) -> bool:
    """Whether both sides have been told of the booking, or are about to be."""
    return is_announced(booking, list(work_of(booking)), now=timezone.now())


def _takes_place(booking: Booking) -> bool:
    """Read what may have changed while something outside was waited for, and keep it so until the commit."""
    rows = Booking.objects.select_for_update(no_key=True).filter(pk=booking.pk, status=Status.CONFIRMED)
    now = rows.first()
    if now is None:
        return False
    booking.revision, booking.start_at = now.revision, now.start_at
    return True


def _settle_uid(booking: Booking, *, newcomer: int = 0) -> None:
    """With the first mail, settle by which UID the host's copies go: see `host_uid`."""
    if newcomer:
        events = CalendarEvent.objects.filter(booking_uid=booking.uid, host=newcomer)
        events.update(mailed_uid=F("ical_uid"))
    elif not has_mails(booking) and not mails_of(booking).exists():
        CalendarEvent.objects.filter(booking_uid=booking.uid, mailed_uid="").update(mailed_uid=F("ical_uid"))


def _connected_at(booking: Booking) -> datetime:
    """When what makes the link was connected last, if that is later than the booking; else when that was made."""
    conference = Conference.objects.filter(booking=booking).first()
    account = connection(link_host_id(booking), kind_provider(conference.provider)) if conference else None
    return max(booking.created_at, account.connected_at) if account else booking.created_at


def enqueue_event(booking: Booking) -> None:
    """Have the event written or removed, in the transaction of the change that asks for it.

    What waits already does it: it reads the booking when its turn comes. What is under way may have read it before.
    """
    if not retry_now(work_of(booking).filter(name=sync_event.name)):
        sync_event.enqueue(concurrency=booking.concurrency_key(), booking_id=booking.pk)


@on_event(BookingEvent.CANCELLED)
def take_out(happening: Happening) -> None:
    """Take it out of calendars."""
    enqueue_event(happening.booking)


@on_event(*GUEST_CHANGES, BookingEvent.ADDRESS_MENDED)
def change_guests(happening: Happening) -> None:
    """Bring the event up to date; before the first mails it is still to be written anyway."""
    booking = happening.booking
    if booking.status == Status.CONFIRMED and has_mails(booking):
        enqueue_event(booking)


@on_event(BookingEvent.LINK_LATE)
def write_without_link(happening: Happening) -> None:
    """Let the calendar not wait, unless its event is what makes the link: then somebody is at it."""
    if not makes_link(happening.booking):
        enqueue_event(happening.booking)


@on_event(BookingEvent.LINK_MADE, BookingEvent.LINK_REPLACED)
def write_link(happening: Happening) -> None:
    """Write the link into the event that has made it: its place is the link now."""
    if makes_link(happening.booking):
        enqueue_event(happening.booking)


def enqueue_check(booking: Booking, *, at: datetime) -> None:
    """Have an event that should be there written once more at that moment, in case it is not."""
    check_event.repeat(
        key=f"check:{booking.pk}", concurrency=booking.concurrency_key(), at=at, booking_id=booking.pk
    )


@job("bookings.event")
def sync_event(booking_id: int, *, check: bool = False) -> None:
    """Write, move or remove the event, and mail a link that came with it late. Raises Retry or GiveUp.

    check: write also what should be there already, in case its host has deleted it.
    """
    booking = with_booker(Booking.objects.select_related("host", "page")).filter(pk=booking_id).first()
    if booking is None:
        return
    ensure_event(booking, check=check)
    if booking.status == Status.CONFIRMED and announce_late_link(booking):
        enqueue_event(booking)


@job("bookings.check_event")
def check_event(booking_id: int) -> None:
    sync_event(booking_id, check=True)
