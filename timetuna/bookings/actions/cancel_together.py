"""A host calls off many bookings in one go, as those that came from one source, and may take that back."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from timetuna.bookings import hooks
from timetuna.bookings.actions.book import GUARD
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import HOST, SILENT, Status, change_state
from timetuna.bookings.models import TAKES_TIME, Booking
from timetuna.bookings.notifications.telling import guests_of
from timetuna.bookings.queries import with_booker

TOGETHER = gettext_noop("together with others from one source")
_BACK_TO = {Status.DECLINED: Status.PENDING, Status.CANCELLED_BY_HOST: Status.CONFIRMED}


def cancel_together(among: QuerySet[Booking], booking_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Cancel these bookings and free their times; return the ids of those that were cancelled by this.

    among: those that whoever asks for it may cancel.

    Mails go only to guests whose address was confirmed, and to whom they bring: nobody else may have heard of it.
    Each is a transaction of its own, so that guests who book meanwhile wait for none but one.
    """
    asked = among.filter(pk__in=list(booking_ids), status__in=TAKES_TIME).order_by("start_at", "pk")
    standing = with_booker(asked)
    return [row.pk for row in standing if row.end_at() > now and _cancel(row, now)]


def restore_together(
    among: QuerySet[Booking], booking_ids: Iterable[int], *, now: datetime
) -> tuple[list[int], int]:
    """Only where the time is still free and to come; return which, and how many had to stay cancelled."""
    ids = list(booking_ids)
    done = [booking_id for booking_id in ids if _restore(among, booking_id, now)]
    return done, len(ids) - len(done)


def _cancel(row: Booking, now: datetime) -> bool:
    told = _who_has_heard(row)
    source = "" if told else SILENT
    try:
        with transaction.atomic():
            lock_hosts_of(row.pk)
            row.refresh_from_db()
            if row.is_off():
                return False
            if row.status == Status.PENDING:
                change_state(row, Status.DECLINED, actor=HOST, source=source, told=told[:1], which=TOGETHER)
            else:
                cancel(row.pk, actor=HOST, note_text="", now=now, source=source, told=told)
    except NotPossible:
        return False
    return True


def _who_has_heard(row: Booking) -> tuple[str, ...]:
    return guests_of(row) if row.booker.confirmed else ()


def _restore(among: QuerySet[Booking], booking_id: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            lock_hosts_of(booking_id)
            row = among.select_related("host", "page").filter(pk=booking_id).first()
            if row is None or not _may_restore(row, now):
                return False
            change_state(row, _BACK_TO[Status(row.status)], actor=HOST, told=_who_has_heard(row))
    except IntegrityError as error:
        if GUARD in str(error):
            return False
        raise
    return True


def _may_restore(row: Booking, now: datetime) -> bool:
    until = row.pending_until if row.status == Status.DECLINED else None
    ended = row.status in _BACK_TO and row.erased_at is None
    return ended and row.start_at > now and (until is None or until > now) and not hooks.restore_refusal(row)
