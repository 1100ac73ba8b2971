"""Tells both sides of a booking, with its link or, when that takes too long, without it and once more later."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from timetuna.bookings.events import SYSTEM, BookingEvent, Status, record
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.kinds import FIRST_KINDS
from timetuna.bookings.notifications.queue import enqueue_mails, is_announced, mails_of
from timetuna.bookings.notifications.recipients import of_host
from timetuna.bookings.queries import work_of
from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.queries import connection, kind_provider
from timetuna.calendars.reconnecting import spare_reconnect_mail
from timetuna.jobs.queue import Retry

PAUSES_WAITED = 12
_FIRST, _WHILE_WAITED_FOR, _LONGEST = timedelta(seconds=1.5), timedelta(seconds=8), timedelta(hours=1)
_BEGINNINGS = (BookingEvent.APPROVED, BookingEvent.MOVED, BookingEvent.RETRIED)


def promise(booking: Booking, *, kind: str, why: str) -> bool:
    """Mail both sides, once, that the link follows; return whether they are told by this.

    why: for the host, who needs no other mail about a connection that makes meetings and has ended.
    """
    with transaction.atomic():
        if not _takes_place(booking):
            return False
        waiting = Conference.objects.filter(booking=booking, promised=False).exclude(
            state=Conference.State.READY
        )
        if not waiting.update(promised=True):
            return False
        _settle_uid(booking)
        record(booking, BookingEvent.LINK_LATE, actor=SYSTEM, why=why, mail=kind)
        spare_reconnect_mail(booking.host_id, provider=kind_provider(booking.meeting_type), said=why)
        return True


def mail_no_link(booking: Booking) -> None:
    """To the host, once a revision: the link they were promised is not made any more before they act."""
    with transaction.atomic():
        refused = Conference.objects.filter(booking=booking, state=Conference.State.REFUSED)
        if _takes_place(booking) and refused.exists():
            enqueue_mails(booking, kind="no_link", audiences=(of_host(booking.host_id),))


def announce(booking: Booking, *, kind: str) -> None:
    """Mail what there is to say, or, to people who were promised the link, the link."""
    with transaction.atomic():
        if not _takes_place(booking) or announce_late_link(booking):
            return
        if kind in FIRST_KINDS and has_mails(booking):
            return
        _settle_uid(booking)
        enqueue_mails(booking, kind=kind)


def announce_late_link(booking: Booking) -> bool:
    """Once; return whether anybody was promised the link: then the event has changed."""
    with transaction.atomic():
        late = Conference.objects.filter(booking=booking, promised=True, state=Conference.State.READY)
        if not _takes_place(booking) or not late.update(promised=False, late_link_mailed=True):
            return False
        # The invite in people's calendars changes with the link, so the revision rises.
        Booking.objects.filter(pk=booking.pk).update(revision=F("revision") + 1)
        booking.refresh_from_db(fields=["revision"])
        enqueue_mails(booking, kind="link")
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


def _settle_uid(booking: Booking) -> None:
    """With the first mail, settle by which UID the host's copies go: see `host_uid`."""
    if not has_mails(booking) and not mails_of(booking).exists():
        CalendarEvent.objects.filter(booking_uid=booking.uid, mailed_uid="").update(mailed_uid=F("ical_uid"))


def _connected_at(booking: Booking) -> datetime:
    """When what makes the link was connected last, if that is later than the booking; else when that was made."""
    conference = Conference.objects.filter(booking=booking).first()
    account = connection(booking.host_id, kind_provider(conference.provider)) if conference else None
    return max(booking.created_at, account.connected_at) if account else booking.created_at
