"""A host brings a booking here that was made at another product."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_lazy

from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import GUARD, take_time
from timetuna.bookings.actions.host_time import lock_hosts
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.events import ELSEWHERE, HOST, SILENT, Status, record, transition
from timetuna.bookings.guests import Guest, store_attendee
from timetuna.bookings.models import Answer, Booking, Conference
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.models import BookingPage
from timetuna.pages.public import HostTime, PublicPage
from timetuna.pages.queries import page_settings, times_beside

TAKEN = gettext_lazy("Another booking of yours takes this time. Move or cancel that one first.")
OVER = gettext_lazy("This meeting is over, or has begun.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtBooking:
    """key: the same twice is one booking.  product: where it was made, as people call it.

    told: whether its people get our invitation; without it they go on with what they have from there.
    meeting_type, location: as a booking keeps them.  answers: not stored yet.
    """

    page: BookingPage
    key: str
    product: str
    start: datetime
    minutes: int
    meeting_type: str
    location: str
    guest: Guest
    others: tuple[Guest, ...] = ()
    answers: tuple[Answer, ...] = ()
    told: bool = False


def bring(one: BroughtBooking, *, now: datetime) -> Booking:
    """Store it with the page's owner as its host, in the caller's transaction, whatever the page's rules say.

    Its host has agreed to it elsewhere, so only what cannot be refuses it: raises SlotTaken where another booking has
    the time, and NotPossible where it has begun.
    """
    if one.start <= now:
        raise NotPossible(OVER)
    settings = page_settings(one.page.pk)
    if settings is None:
        raise NotPossible(gettext("This page is gone."))
    lock_hosts([one.page.host_id])
    booking = _insert(one, settings)
    made = transition(None, Status(booking.status), actor=HOST)
    record(booking, made.event, actor=HOST, source="" if one.told else SILENT, product=one.product)
    return booking


def _insert(one: BroughtBooking, settings: PublicPage) -> Booking:
    host = _host(one.page, settings)
    booking = Booking(
        page_id=one.page.pk,
        host_id=host.id,
        title=one.page.title,
        start_at=one.start,
        minutes=one.minutes,
        host_time_zone=host.opening.zone.key,
        meeting_type=one.meeting_type,
        location=one.location,
        idempotency_key=one.key if one.told else f"{ELSEWHERE}{one.key}",
        neutral_organizer=settings.hosts_may_change(),
    )
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
            take_time(booking, settings, [host], minute_of(one.start))
    except IntegrityError as error:
        if GUARD in str(error):
            raise SlotTaken(TAKEN) from error
        raise
    booking.booker = store_attendee(booking, one.guest, is_booker=True, added_at=booking.created_at)
    for answer in one.answers:
        answer.pk, answer.attendee = None, booking.booker
    Answer.objects.bulk_create(one.answers)
    for other in one.others:
        store_attendee(booking, other, added_at=booking.created_at, invited_by=HOST)
    if meeting_kind(one.meeting_type).makes_link:
        Conference.objects.create(booking=booking, host_id=host.id, provider=one.meeting_type)
    return booking


def _host(page: BookingPage, settings: PublicPage) -> HostTime:
    """Its owner, also where they take no part in the page's meetings any more."""
    there = (host for host in settings.hosts if host.id == page.host_id)
    return next(there, None) or times_beside(page, [page.host_id])[0]
