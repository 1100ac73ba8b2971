"""Tells both sides of a booking, with its link or, when that takes too long, without it and once more later."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from timetuna.bookings.events import BookingEvent, record
from timetuna.bookings.history import SYSTEM
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.announced import is_announced
from timetuna.bookings.notifications.audiences import HOST
from timetuna.bookings.notifications.booking_messages import FIRST_KINDS
from timetuna.bookings.notifications.queue import enqueue_mails, mails_of
from timetuna.bookings.queries import work_of
from timetuna.bookings.states import Status
from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.queries import kind_provider
from timetuna.calendars.reconnecting import spare_reconnect_mail


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


def tell_no_link(booking: Booking) -> None:
    """Mail the host, once a revision, that the link they were promised is not made any more before they act."""
    with transaction.atomic():
        refused = Conference.objects.filter(booking=booking, state=Conference.State.REFUSED)
        if _takes_place(booking) and refused.exists():
            enqueue_mails(booking, kind="no_link", audiences=(HOST,))


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
    """Mail the link to people who were promised it, once; return whether there were any: then the event has changed."""
    with transaction.atomic():
        late = Conference.objects.filter(booking=booking, promised=True, state=Conference.State.READY)
        if not _takes_place(booking) or not late.update(promised=False, late_link_mailed=True):
            return False
        # The invite in people's calendars changes with the link, so the revision rises.
        Booking.objects.filter(pk=booking.pk).update(revision=F("revision") + 1)
        booking.refresh_from_db(fields=["revision"])
        enqueue_mails(booking, kind="link")
        return True


def has_mails(booking: Booking) -> bool:
    """Say whether both sides have been told of the booking, or are about to be."""
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
