"""Tells both sides of a booking, with its link or, when that takes too long, without it and once more later."""

from django.db import transaction

from timetuna.bookings.history import SYSTEM, note
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.outbox import enqueue_mails


def promise(booking: Booking, *, kind: str, why: str) -> None:
    """Mail both sides, once, that the link follows; `why` is for the host."""
    with transaction.atomic():
        waiting = Conference.objects.filter(booking=booking, promised=False).exclude(
            state=Conference.State.READY
        )
        if waiting.update(promised=True):
            note(booking, actor=SYSTEM, event="link_late", text=why)
            enqueue_mails(booking, kind=kind)


def announce(booking: Booking, *, kind: str) -> None:
    """Mail what there is to say, or, to people who were promised the link, the link."""
    with transaction.atomic():
        late = Conference.objects.filter(booking=booking, promised=True)
        if late.update(promised=False, late_link_mailed=True):
            # The invite in people's calendars changes with the link, so the revision rises.
            booking.revision += 1
            Booking.objects.filter(pk=booking.pk).update(revision=booking.revision)
            kind = "link"
        enqueue_mails(booking, kind=kind)
