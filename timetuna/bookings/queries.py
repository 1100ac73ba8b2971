"""Reading bookings."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import escape

from django.db.models import Count, Q, QuerySet

from timetuna.availability.interval import Interval
from timetuna.availability.minutes import minute_of, moment_of
from timetuna.availability.policy import LONGEST_MEETING
from timetuna.bookings.links import brought_signature
from timetuna.bookings.models import Booking, BookingGuest, BookingHost, Conference, UnusualBookings
from timetuna.jobs.models import Job
from timetuna.lib.signing import equal, fingerprint
from timetuna.pages.models import BookingPage

UPCOMING, PAST, CANCELLED, REQUESTS = "upcoming", "past", "cancelled", "requests"
_LONGEST = timedelta(minutes=LONGEST_MEETING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which bookings a host asks for: upcoming (those under way too), past, cancelled, or requests; of a page or all.

    text: words that are in the guest's name or mail address, each in either.
    """

    which: str = UPCOMING
    text: str = ""
    page_id: int | None = None


def booking_by_link(token: str) -> Booking | None:
    """Return the booking whose unguessable link this is, or None."""
    return Booking.objects.select_related("host", "page").filter(link_fingerprint=fingerprint(token)).first()


def brought_by_signature(guest_id: int, signature: str) -> BookingGuest | None:
    """Return who is brought to a booking, if the signature is that of their address; None once they are taken off."""
    if not equal(signature, brought_signature(guest_id)):
        return None
    rows = BookingGuest.objects.select_related("booking__host", "booking__page")
    return rows.filter(pk=guest_id, active=True, booking__erased_at=None).first()


def bookings_of(host_id: int, wanted: Wanted, *, now: datetime) -> QuerySet[Booking]:
    """Return a host's bookings: upcoming ones and requests the next first, the others the latest first."""
    bookings = Booking.objects.filter(host_id=host_id).select_related("conference")
    if wanted.page_id is not None:
        bookings = bookings.filter(page_id=wanted.page_id)
    for word in wanted.text.split():
        pattern = _in_any_case(word)
        bookings = bookings.filter(Q(guest_name__regex=pattern) | Q(guest_email__regex=pattern))
    if wanted.which == CANCELLED:
        return bookings.filter(status=Booking.Status.CANCELLED).order_by("-start_at", "-id")
    if wanted.which == REQUESTS:
        return bookings.filter(status=Booking.Status.PENDING).order_by("start_at", "id")
    confirmed = bookings.filter(status=Booking.Status.CONFIRMED, booking_hosts__host_id=host_id)
    if wanted.which == PAST:
        over = confirmed.filter(start_at__lt=now, booking_hosts__end_minute__lte=minute_of(now))
        return over.order_by("-start_at", "-id")
    ahead = confirmed.filter(start_at__gt=now - _LONGEST, booking_hosts__end_minute__gt=minute_of(now))
    return ahead.order_by("start_at", "id")


def bookings_within(host_id: int, span: Interval) -> QuerySet[Booking]:
    """Return the host's bookings and requests that share a minute with the span, the earliest first."""
    start, end = span
    return (
        Booking.objects.filter(
            host_id=host_id,
            status__in=(Booking.Status.CONFIRMED, Booking.Status.PENDING),
            start_at__gt=moment_of(start) - _LONGEST,
            start_at__lt=moment_of(end),
            booking_hosts__host_id=host_id,
            booking_hosts__end_minute__gt=start,
        )
        .select_related("conference")
        .order_by("start_at", "id")
    )


def requests_of(host_id: int) -> int:
    """Return how many requests wait for the host's answer."""
    return Booking.objects.filter(host_id=host_id, status=Booking.Status.PENDING).count()


def unusual_of(host_id: int, *, now: datetime) -> QuerySet[UnusualBookings]:
    """Return when unusually many bookings were made on the host's pages lately, and they have not dismissed it."""
    rows = UnusualBookings.objects.select_related("page").filter(page__host_id=host_id, dismissed=False)
    return rows.filter(last_at__gt=now - timedelta(days=3)).order_by("-last_at")


def from_one_source(bookings: Iterable[Booking]) -> dict[str, int]:
    """Return by each network that bookings of one host came from how many of theirs did. One query at most."""
    rows = [booking for booking in bookings if booking.source_network]
    if not rows:
        return {}
    known = Booking.objects.filter(
        host_id=rows[0].host_id, source_network__in={booking.source_network for booking in rows}
    )
    counted = known.values_list("source_network").annotate(number=Count("pk")).order_by()
    return dict(counted)


def taken_by_another(booking: Booking, *, start_minute: int) -> bool:
    """Say whether another booking of the host takes some of the time, if this one began at that UTC minute."""
    rows = BookingHost.objects.filter(
        host_id=booking.host_id,
        active=True,
        start_minute__lt=start_minute + booking.minutes,
        end_minute__gt=start_minute,
    )
    return rows.exclude(booking_id=booking.pk).exists()


def page_titles(host_id: int) -> dict[int, str]:
    """Return the host's own pages by id, in the order of their titles."""
    return dict(
        BookingPage.objects.filter(host_id=host_id).order_by("title", "id").values_list("id", "title")
    )


def booking_of(host_id: int, booking_id: int) -> Booking | None:
    """Return one of the host's own bookings, or None."""
    own = Booking.objects.select_related("host", "page", "conference")
    return own.filter(host_id=host_id, pk=booking_id).first()


def work_of(booking: Booking) -> QuerySet[Job]:
    """Return what has to happen outside for this booking, in the order it was written down."""
    return Job.objects.filter(concurrency=booking.subject_key()).order_by("id")


def open_work(bookings: Iterable[Booking]) -> dict[str, list[Job]]:
    """Return the work that is not done yet, by the booking's subject. One query, whatever the number of bookings."""
    keys = [booking.subject_key() for booking in bookings]
    found: dict[str, list[Job]] = defaultdict(list)
    for job in Job.objects.filter(concurrency__in=keys).exclude(state=Job.State.DONE).order_by("id"):
        found[job.concurrency].append(job)
    return found


def link_settled(booking: Booking) -> bool:
    """Say whether waiting a moment changes nothing: the link is there, or it comes by mail, or none is made."""
    making = Conference.objects.filter(booking=booking, promised=False)
    return not making.exclude(state__in=(Conference.State.READY, Conference.State.REFUSED)).exists()


def link_promised(booking: Booking) -> bool:
    """Say whether the link takes so long, or was refused, that it comes by mail."""
    waiting = Conference.objects.filter(booking=booking)
    return waiting.filter(promised=True).exists() or waiting.filter(state=Conference.State.REFUSED).exists()


def _in_any_case(word: str) -> str:
    """Return a regular expression for the word in upper and lower case.

    Spelled out here, because databases disagree: SQLite's LIKE knows the cases of ASCII letters only, and so does
    PostgreSQL in the locale C.
    """
    spellings = (sorted({sign, sign.lower(), sign.upper()}) for sign in word)
    return "".join(f"(?:{'|'.join(map(escape, each))})" for each in spellings)


def counts(job: Job, booking: Booking) -> bool:
    """Say whether the work is still wanted: what belongs to an earlier revision is dropped when its turn comes."""
    return bool(job.arguments.get("revision", booking.revision) == booking.revision)
