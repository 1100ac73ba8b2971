"""A host calls off many bookings in one go, as those that came from one source, and may take that back."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from timetuna.bookings.actions.book import GUARD
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.expire_request import end_request
from timetuna.bookings.actions.lock_hosts import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.history import HOST, SILENT, note
from timetuna.bookings.integrations.event_entry import makes_link
from timetuna.bookings.integrations.grants import may
from timetuna.bookings.models import Booking, BookingHost, Conference
from timetuna.bookings.notifications.audiences import GUEST, all_further
from timetuna.bookings.notifications.queue import enqueue_mails
from timetuna.jobs.models import Job
from timetuna.jobs.registry import handlers
from timetuna.providers.base import Ability

TEXT = "Cancelled together with others from one source."


def cancel_together(host_id: int, booking_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Cancel those of the host's bookings, free their times; return the ids of those that were cancelled by this.

    Mails go only to guests whose address was confirmed, and to whom they bring: nobody else may have heard of it.
    Each is a transaction of its own, so that guests who book meanwhile wait for none but one.
    """
    own = Booking.objects.filter(booking_hosts__host=host_id, pk__in=list(booking_ids)).order_by(
        "start_at", "pk"
    )
    standing = own.exclude(status=Booking.Status.CANCELLED)
    return [row.pk for row in standing if row.end_at() > now and _cancel(row, now)]


def restore_together(host_id: int, booking_ids: Iterable[int], *, now: datetime) -> tuple[list[int], int]:
    """Take that back where the time is still free and to come; return which, and how many had to stay cancelled."""
    ids = list(booking_ids)
    done = [booking_id for booking_id in ids if _restore(host_id, booking_id, now)]
    return done, len(ids) - len(done)


def _cancel(row: Booking, now: datetime) -> bool:
    told = (GUEST, *all_further(row)) if row.guest_confirmed else ()
    try:
        with transaction.atomic():
            lock_hosts_of(row.pk)
            row.refresh_from_db()
            if row.status == Booking.Status.CANCELLED:
                return False
            if row.status == Booking.Status.PENDING:
                _decline(row, told)
            else:
                cancel(row.pk, actor=HOST, note_text="", now=now, source="" if told else SILENT, told=told)
    except NotPossible:
        return False
    return True


def _decline(row: Booking, told: tuple[str, ...]) -> None:
    end_request(row, actor=HOST)
    note(
        row,
        actor=HOST,
        event="declined",
        text="Declined together with others from one source.",
        source="" if told else SILENT,
        changes={"status": ("pending", "cancelled")},
    )
    if told:
        enqueue_mails(row, kind="declined", audiences=(GUEST,))


def _restore(host_id: int, booking_id: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            lock_hosts_of(booking_id)
            row = (
                Booking.objects.select_related("host", "page")
                .filter(booking_hosts__host=host_id, pk=booking_id)
                .first()
            )
            if row is None or not _may_restore(row, now):
                return False
            _put_back(row)
    except IntegrityError as error:
        if GUARD in str(error):
            return False
        raise
    return True


def _may_restore(row: Booking, now: datetime) -> bool:
    ended = row.status == Booking.Status.CANCELLED and row.cancelled_by == HOST and row.erased_at is None
    until = row.pending_until
    return ended and row.start_at > now and (until is None or until > now)


def _put_back(row: Booking) -> None:
    requested = row.pending_until is not None
    row.status = Booking.Status.PENDING if requested else Booking.Status.CONFIRMED
    row.revision, row.cancelled_by, row.cancel_note = row.revision + 1, "", ""
    row.save(update_fields=["status", "revision", "cancelled_by", "cancel_note"])
    BookingHost.objects.filter(booking=row).update(active=True)
    note(
        row,
        actor=HOST,
        event="restored",
        text="Took the cancellation back.",
        changes={"status": ("cancelled", str(row.status))},
    )
    if not requested:
        _make_again(row)


def _make_again(row: Booking) -> None:
    """Have what the cancellation removed outside made anew, and tell those who were told of it."""
    if makes_link(row) or may(row, Ability.REMOVE):
        Conference.objects.filter(booking=row, state=Conference.State.READY).update(
            state=Conference.State.WAITING, reference="", join_url="", passcode="", late_link_mailed=False
        )
    removing = Job.objects.filter(
        concurrency=row.subject_key(), name="bookings.remove_conference", state=Job.State.WAITING
    )
    removing.delete()
    if row.guest_confirmed:
        enqueue_mails(row, kind="confirmed", audiences=(GUEST, *all_further(row)))
    handlers()["bookings.fulfil"].enqueue(
        key=f"fulfil:{row.pk}:{row.revision}", concurrency=row.subject_key(), booking_id=row.pk
    )
