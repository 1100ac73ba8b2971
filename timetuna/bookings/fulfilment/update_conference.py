"""Carries a move to the meeting outside, as far as the grant allows, and makes it again where it was removed."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from timetuna.bookings.events import SYSTEM, BookingEvent, Happening, Status, on_event, record
from timetuna.bookings.fulfilment.ensure import carry, ensure_conference, meeting_of, remove_outside
from timetuna.bookings.fulfilment.fulfil import announce, enqueue_event, fulfil, mail_no_link, promise, sooner
from timetuna.bookings.integrations.event import makes_link
from timetuna.bookings.integrations.location import Maker, carries_time, maker, may, strange_link
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import work_of
from timetuna.jobs.models import Job
from timetuna.jobs.queue import GiveUp, Retry, job
from timetuna.providers.base import Ability

LINK_LIVES = timedelta(days=30)


@on_event(BookingEvent.MOVED)
def move(happening: Happening) -> None:
    """Carry a meeting's new time outside; a request has nothing there."""
    booking = happening.booking
    if booking.status != Status.CONFIRMED:
        return
    enqueue_event(booking)
    if carries_time(booking):
        move_outside.enqueue(
            key=f"move-conference:{booking.pk}:{booking.revision}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
            revision=booking.revision,
        )


@on_event(BookingEvent.RESTORED)
def make_again(happening: Happening) -> None:
    """Forget what the cancellation removed outside, so that it is made anew."""
    booking = happening.booking
    if booking.status != Status.CONFIRMED:
        return
    if makes_link(booking) or may(booking, Ability.REMOVE):
        Conference.objects.filter(booking=booking, state=Conference.State.READY).update(
            state=Conference.State.WAITING,
            reference="",
            join_url="",
            passcode="",
            late_link_mailed=False,
            # The link that people have is dead; an event's comes again.
            **({} if makes_link(booking) else {"promised": True}),
        )
    work_of(booking).filter(name=remove_outside.name, state=Job.State.WAITING).delete()


@job("bookings.move_conference")
def move_outside(booking_id: int, *, revision: int) -> None:
    """Move the meeting, or make another where the link would die before the new time; then mail both sides.

    The mails never wait for the meeting: they carry the link that is valid, whatever the provider's list says.
    """
    booking = Booking.objects.select_related("host").filter(pk=booking_id).first()
    if booking is None or booking.is_off() or _is_overtaken(booking, revision, by=move_outside.name):
        return
    found = maker(booking)
    if _is_overtaken(booking, revision, by=fulfil.name):  # which mails, and makes what there is to make
        if found and found.may(Ability.MOVE) and not strange_link(booking):
            _move(booking, found)
        return
    if found and found.may(Ability.MOVE):
        _carry_then_mail(booking, found, revision)
    else:
        _renew_if_the_link_dies(booking)
        _remake_then_mail(booking, revision)


def _is_overtaken(booking: Booking, revision: int, *, by: str) -> bool:
    """Whether it was moved again, or handed over: that has work and mails of its own, other changes do not."""
    if booking.revision == revision:
        return False
    later = work_of(booking).filter(name=by)
    return later.filter(arguments__revision__gt=revision).exists()


def _move(booking: Booking, found: Maker) -> None:
    conference, meeting = Conference.objects.get(booking=booking), meeting_of(booking)
    carry(found, lambda token: found.provider.move(conference.reference, meeting, access_token=token))
    Conference.objects.filter(pk=conference.pk).update(scheduled_for=booking.start_at)


def _carry_then_mail(booking: Booking, found: Maker, revision: int) -> None:
    """Mail whatever comes of the call: the link stays the same."""
    try:
        _move(booking, found)
    finally:
        announce(booking, "moved", revision=revision)


def _remake_then_mail(booking: Booking, revision: int) -> None:
    try:
        ensure_conference(booking)
    except Retry as order:
        promise(booking, "moved", why=str(order), revision=revision)
        raise sooner(booking, order, now=timezone.now()) from order
    except GiveUp as end:
        if not promise(booking, "moved", why=str(end), revision=revision):
            mail_no_link(booking)
        raise
    announce(booking, "moved", revision=revision)
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
