"""Reading bookings."""

from django.db.models import QuerySet
from django.utils import timezone

from timetuna.bookings.models import Booking, Conference
from timetuna.jobs.models import Job
from timetuna.lib.signing import fingerprint


def booking_by_link(token: str) -> Booking | None:
    """Return the booking whose unguessable link this is, or None."""
    return Booking.objects.select_related("host", "page").filter(link_fingerprint=fingerprint(token)).first()


def bookings_of(host_id: int, *, which: str) -> QuerySet[Booking]:
    """Return a host's bookings: "upcoming" (the next first), "past" or "cancelled" (the latest first)."""
    bookings = Booking.objects.filter(host_id=host_id).select_related("conference")
    now = timezone.now()
    if which == "cancelled":
        return bookings.filter(status=Booking.Status.CANCELLED).order_by("-start_at", "-id")
    confirmed = bookings.filter(status=Booking.Status.CONFIRMED)
    if which == "past":
        return confirmed.filter(start_at__lt=now).order_by("-start_at", "-id")
    return confirmed.filter(start_at__gte=now).order_by("start_at", "id")


def booking_of(host_id: int, booking_id: int) -> Booking | None:
    """Return one of the host's own bookings, or None."""
    return Booking.objects.select_related("host", "page").filter(host_id=host_id, pk=booking_id).first()


def work_of(booking: Booking) -> QuerySet[Job]:
    """Return what has to happen outside for this booking, in the order it was written down."""
    return Job.objects.filter(subject=booking.subject_key()).order_by("id")


def unfinished_subjects(bookings: list[Booking]) -> set[str]:
    """Return the subjects, among these bookings, with work that failed or waits after a failure. One query."""
    keys = [booking.subject_key() for booking in bookings]
    stuck = Job.objects.filter(subject__in=keys).exclude(last_error="")
    return set(stuck.exclude(state=Job.State.DONE).values_list("subject", flat=True))


def link_ready(booking: Booking) -> bool:
    """Say whether nothing is missing: the link is there, or none is made for this booking."""
    return not Conference.objects.filter(booking=booking).exclude(state=Conference.State.READY).exists()


def link_promised(booking: Booking) -> bool:
    """Say whether the link takes so long, or was refused, that it comes by mail."""
    waiting = Conference.objects.filter(booking=booking)
    return waiting.filter(promised=True).exists() or waiting.filter(state=Conference.State.REFUSED).exists()
