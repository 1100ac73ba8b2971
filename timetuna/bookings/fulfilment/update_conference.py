"""Carries a move or a cancellation to the meeting outside, as far as the grant allows."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from timetuna.bookings.events import SYSTEM, BookingEvent, record
from timetuna.bookings.fulfilment.ensure import carry, ensure_conference, meeting_of
from timetuna.bookings.fulfilment.fulfil import announce, enqueue_event, mail_no_link, promise, sooner
from timetuna.bookings.integrations.location import Maker, maker
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.queue import enqueue_mails
from timetuna.jobs.queue import GiveUp, Retry, job
from timetuna.providers.base import Ability

LINK_LIVES = timedelta(days=30)


@job("bookings.move_conference")
def move_outside(booking_id: int, *, revision: int) -> None:
    """Move the meeting, or make another where the link would die before the new time; then mail both sides.

    The mails never wait for the meeting: they carry the link that is valid, whatever the provider's list says.
    """
    booking = Booking.objects.select_related("host").filter(pk=booking_id, revision=revision).first()
    if booking is None or booking.is_off():
        return
    found = maker(booking)
    if found and found.may(Ability.MOVE):
        _carry_then_mail(booking, found)
    else:
        _renew_if_the_link_dies(booking)
        _remake_then_mail(booking)


@job("bookings.remove_conference")
def remove_outside(booking_id: int) -> None:
    """Delete the meeting of a cancelled booking. Raises Retry or GiveUp."""
    booking = Booking.objects.select_related("host").filter(pk=booking_id).first()
    found = maker(booking) if booking else None
    if booking is None or found is None or not found.may(Ability.REMOVE):
        return
    reference = Conference.objects.get(booking=booking).reference
    carry(found, lambda token: found.provider.remove(reference, access_token=token))
    record(booking, BookingEvent.MEETING_REMOVED, actor=SYSTEM)


def _move(booking: Booking, found: Maker) -> None:
    conference, meeting = Conference.objects.get(booking=booking), meeting_of(booking)
    carry(found, lambda token: found.provider.move(conference.reference, meeting, access_token=token))
    Conference.objects.filter(pk=conference.pk).update(scheduled_for=booking.start_at)


def _carry_then_mail(booking: Booking, found: Maker) -> None:
    """Mail whatever comes of the call: the link stays the same."""
    try:
        _move(booking, found)
    finally:
        enqueue_mails(booking, kind="moved")


def _remake_then_mail(booking: Booking) -> None:
    try:
        ensure_conference(booking)
    except Retry as order:
        promise(booking, "moved", why=str(order))
        raise sooner(booking, order, now=timezone.now()) from order
    except GiveUp as end:
        if not promise(booking, "moved", why=str(end)):
            mail_no_link(booking)
        raise
    announce(booking, "moved")
    enqueue_event(booking)


def _renew_if_the_link_dies(booking: Booking) -> None:
    """Forget a meeting whose link ends before the new time (zoom.md section 7), so that another is made."""
    with transaction.atomic():
        dying = Conference.objects.filter(
            booking=booking, state=Conference.State.READY, scheduled_for__lt=booking.start_at - LINK_LIVES
        )
        if dying.update(
            state=Conference.State.WAITING,
            reference="",
            join_url="",
            passcode="",
            unknown_outcomes=0,
            promised=False,
            late_link_mailed=False,
        ):
            record(booking, BookingEvent.LINK_RENEWED, actor=SYSTEM)
