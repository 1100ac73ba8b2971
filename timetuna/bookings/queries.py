"""Reading bookings, and the links by which their people do."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.availability.hours import LONGEST_MEETING
from timetuna.availability.interval import Interval, minute_of
from timetuna.bookings.events import OFF, BookingEvent, Status
from timetuna.bookings.listing import NOT_CONFIRMED, FoundBooking, Listed, ListOrder, Mine, since
from timetuna.bookings.models import (
    TAKES_TIME,
    Answer,
    Attendee,
    Booking,
    BookingHost,
    BookingOrigin,
    Conference,
    UnusualBookings,
)
from timetuna.db.any_case import InAnyCase
from timetuna.db.each import IsAmong
from timetuna.encryption import box
from timetuna.jobs.models import Job
from timetuna.lib.crypto import fingerprint, random_token
from timetuna.lib.text import single_line, without_addresses
from timetuna.pages.models import BookingPage, Question
from timetuna.pages.public import Face, together

UPCOMING, PAST, CANCELLED, REQUESTS = "upcoming", "past", "cancelled", "requests"
UNSETTLED = tuple(TAKES_TIME - {Status.CONFIRMED})  # waits for its host or its guest
_REACH = LONGEST_MEETING + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which bookings a host asks for: upcoming (those under way too), past, cancelled, or requests; of a page or all.

    text: words that are in the guest's name or mail address, each in either.
    everybody: of all whose bookings they see, not only their own; host_id: of this one among them.
    """

    which: str = UPCOMING
    text: str = ""
    page_id: int | None = None
    everybody: bool = False
    host_id: int | None = None


def with_booker(bookings: Mine) -> Mine:
    """Have `Booking.booker` read along, by a join."""
    booker = FilteredRelation("attendees", condition=Q(attendees__is_booker=True))
    joined: Mine = bookings.annotate(booker=booker).select_related("booker")
    return joined


def with_hosts(bookings: Mine) -> Mine:
    """Have all who host them read along, by one query; see `host_names`."""
    hosts = BookingHost.objects.select_related("host").order_by("pk")
    found: Mine = bookings.prefetch_related(Prefetch("booking_hosts", hosts))
    return found


def hosted_by(bookings: Mine, host_id: int) -> Mine:
    """Those of this host, whoever hosts them too."""
    found: Mine = bookings.filter(Exists(BookingHost.objects.filter(booking=OuterRef("pk"), host=host_id)))
    return found


def attendee_by_link(token: str) -> Attendee | None:
    """Whose unguessable link this is, with the booking, its host and its page."""
    rows = Attendee.objects.select_related("booking__host", "booking__page", "booking__payment")
    attendee = rows.filter(link_fingerprint=fingerprint(token)).first()
    if attendee is not None and attendee.is_booker:
        attendee.booking.booker = attendee
    return attendee


def matching(bookings: Mine, wanted: Wanted, *, now: datetime) -> QuerySet[Booking]:
    """Upcoming ones and requests the next first, the others the latest first; with all that is said of each."""
    order = order_of(wanted)
    found = with_booker(with_hosts(bookings)).select_related("conference", "host", "payment")
    return _fitting(found, wanted, now).order_by(f"{order.sign()}from_minute", f"{order.sign()}id")


def fitting(listed: Listed, wanted: Wanted, *, now: datetime) -> Listed:
    """The same bookings, for a list in this order: `order_of`."""
    if wanted.page_id is not None:
        listed = listed.on_pages([wanted.page_id])
    listed = replace(listed, scattered=bool(wanted.text))
    return listed.only(lambda rows: _fitting(with_booker(rows) if wanted.text else rows, wanted, now))


def order_of(wanted: Wanted) -> ListOrder:
    return ListOrder(latest_first=wanted.which in {PAST, CANCELLED})


def _fitting(bookings: Mine, wanted: Wanted, now: datetime) -> Mine:
    """bookings: with their bookers, where words are looked for."""
    found = bookings.filter(_booked_by(wanted.text))
    if wanted.page_id is not None:
        found = found.filter(page_id=wanted.page_id)
    if wanted.which == CANCELLED:
        return found.filter(NOT_CONFIRMED, status__in=OFF)
    if wanted.which == REQUESTS:
        return found.filter(NOT_CONFIRMED, status__in=UNSETTLED)
    found, minute = found.filter(status=Status.CONFIRMED), minute_of(now)
    if wanted.which == PAST:
        return found.filter(since(minute, beyond=False), to_minute__lte=minute)
    return found.filter(since(minute - _REACH, beyond=True), to_minute__gt=minute)


def read_whole(found: Iterable[FoundBooking]) -> list[Booking]:
    """Bookings by id and whether they are `readable`, in this order, with all that a list says of them; two queries.

    Where many match, which are shown is asked first: so nothing is read of the others.
    """
    readable = {one.pk: one.readable for one in found}
    rows = with_booker(with_hosts(Booking.objects.filter(IsAmong(F("pk"), readable))))
    by_id = {row.pk: row for row in rows.select_related("conference", "host", "payment")}
    for pk, row in by_id.items():
        row.readable = readable[pk]
    return [by_id[pk] for pk in readable if pk in by_id]


class PlannedBooking(NamedTuple):
    """What an agenda needs of a booking, as columns: a week of a team has hundreds of them.

    guest: the name of who booked.  conference_state, disputed: None where no meeting is made, or nothing paid.
    readable, changeable: whether whoever looks may, see `permissions`.
    """

    pk: int
    host_id: int
    guest: str
    title: str
    start_at: datetime
    minutes: int
    status: str
    no_show: bool
    meeting_type: str
    conference_state: str | None
    disputed: bool | None
    readable: bool
    changeable: bool


def within(listed: Listed, span: Interval) -> list[PlannedBooking]:
    """Those that take place, or are requests, and share a minute with the span, the earliest first.

    listed: with `changeable`.
    """
    found = [row for part in listed.parts() for row in _planned(part, span)]
    return sorted(found, key=lambda row: (row.start_at, row.pk))


def _planned(bookings: Mine, span: Interval) -> list[PlannedBooking]:
    start, end = span
    about = since(start - _REACH, beyond=True) & since(end, beyond=False)
    rows = with_booker(bookings).filter(about, status__in=TAKES_TIME, to_minute__gt=start)
    columns = (
        *("pk", "host_id", "booker__name", "title", "start_at", "minutes", "status", "no_show"),
        *("meeting_type", "conference__state", "payment__disputed", "readable", "changeable"),
    )
    return list(map(PlannedBooking._make, rows.order_by().values_list(*columns)))


class Unsettled(NamedTuple):
    """How many take time and are no bookings yet: by who has to do something."""

    answers: int
    guests: int


def unsettled_among(bookings: QuerySet[Booking]) -> Unsettled:
    """One query."""
    rows = bookings.filter(NOT_CONFIRMED, status__in=UNSETTLED).order_by()
    counted = dict(rows.values_list("status").annotate(number=Count("pk")))
    answers = counted.pop(Status.PENDING, 0)
    return Unsettled(answers, sum(counted.values()))


def lately(unusual: QuerySet[UnusualBookings], *, now: datetime) -> QuerySet[UnusualBookings]:
    """Those that are not long ago and that nobody has dismissed."""
    rows = unusual.select_related("page").filter(dismissed=False, last_at__gt=now - timedelta(days=3))
    return rows.order_by("-last_at")


def from_one_source(bookings: Iterable[Booking], *, among: Listed) -> dict[str, int]:
    """By each network that the bookings came from how many of all did. Two queries at most."""
    networks = {booking.source_network for booking in bookings if booking.source_network}
    found: Counter[str] = Counter()
    for part in among.parts() if networks else ():
        known = part.filter(source_network__in=networks)
        found.update(dict(known.values_list("source_network").annotate(number=Count("pk")).order_by()))
    return found


def host_faces(booking: Booking) -> list[Face]:
    """Of all who host it, who leads it first; who leads it alone of a sample, which is nowhere stored.

    No query for a booking that was read `with_hosts`.
    """
    if "booking_hosts" in getattr(booking, "_prefetched_objects_cache", ()):
        rows = sorted(booking.booking_hosts.all(), key=lambda row: row.host_id)
        others = [row.host for row in rows if row.host_id != booking.host_id]
    else:
        found = BookingHost.objects.filter(booking_id=booking.pk).exclude(host=booking.host_id)
        others = [row.host for row in found.select_related("host").order_by("host")]
    return [Face.of(one.pk, one.name, one.photo_version, one.role) for one in (booking.host, *others)]


def host_names(booking: Booking) -> list[str]:
    return [face.name for face in host_faces(booking)]


def hosts_in_words(booking: Booking) -> str:
    """As in "Ada and Bob"."""
    return together(host_names(booking))


def acting_host(booking: Booking) -> str:
    """Who of its hosts did something, as guests read it: where there are several, nobody has to know who."""
    names = host_names(booking)
    return names[0] if len(names) == 1 else gettext("One of your hosts")


def taken_by_another(booking: Booking, *, start_minute: int) -> bool:
    """Whether another booking of a host takes some of the time, if this one began at that UTC minute."""
    rows = BookingHost.objects.filter(
        host__in=BookingHost.objects.filter(booking=booking).values("host"),
        active=True,
        start_minute__lt=start_minute + booking.minutes,
        end_minute__gt=start_minute,
    )
    return rows.exclude(booking_id=booking.pk).exists()


def taken_among(hosts: Collection[int], start_minute: int, minutes: int) -> frozenset[int]:
    """Which of these hosts have a booking that takes some of the time."""
    rows = BookingHost.objects.filter(
        host__in=hosts, active=True, start_minute__lt=start_minute + minutes, end_minute__gt=start_minute
    )
    return frozenset(rows.values_list("host_id", flat=True))


def page_titles(pages: QuerySet[BookingPage]) -> dict[int, str]:
    """By id, in the order of the titles."""
    return dict(pages.order_by("title", "id").values_list("id", "title"))


def work_of(booking: Booking) -> QuerySet[Job]:
    """What has to happen outside for this booking, in the order it was written down."""
    return Job.objects.filter(concurrency=booking.concurrency_key()).order_by("id")


def open_work(keys: Iterable[str]) -> dict[str, list[Job]]:
    """What is not done yet, by the booking's key. One query, whatever the number of bookings."""
    found: dict[str, list[Job]] = defaultdict(list)
    wanted = list(keys)
    rows = Job.objects.filter(IsAmong(F("concurrency"), wanted)).exclude(state=Job.State.DONE)
    for job in rows.order_by("id") if wanted else ():
        found[job.concurrency].append(job)
    return found


def link_settled(booking: Booking) -> bool:
    """Whether waiting a moment changes nothing: the link is there, or it comes by mail, or none is made."""
    making = Conference.objects.filter(booking=booking, promised=False)
    return not making.exclude(state__in=(Conference.State.READY, Conference.State.REFUSED)).exists()


def link_promised(booking: Booking) -> bool:
    """Whether the link takes so long, or was refused, that it comes by mail."""
    waiting = Conference.objects.filter(booking=booking)
    return waiting.filter(promised=True).exists() or waiting.filter(state=Conference.State.REFUSED).exists()


def _booked_by(text: str) -> Q:
    """Each of the words is in the booker's name or, where it may be read, mail address."""
    words = Q()
    for word in text.split():
        has = {side: {f"booker__{side}__{InAnyCase.lookup_name}": word} for side in ("name", "email")}
        words &= Q(**has["name"]) | Q(readable=True, **has["email"])
    return words


def counts(job: Job, booking: Booking) -> bool:
    """Whether the work is still wanted: what belongs to an earlier revision is dropped when its turn comes."""
    return bool(job.arguments.get("revision", booking.revision) == booking.revision)


def set_new_link(attendee: Attendee) -> None:
    """Of an unsaved or changed attendee; the earlier one is dead once they are saved."""
    token = random_token()
    attendee.link_fingerprint = fingerprint(token)
    attendee.link_sealed = box().seal(token, context=_context(attendee))


def link_path(attendee: Attendee, route: str = "booked") -> str:
    """Of the attendee's own page of the booking, or of another route that begins with it."""
    return reverse(route, args=[box().open(attendee.link_sealed, context=_context(attendee))])


def link(attendee: Attendee) -> str:
    """The attendee's own page of the booking, in full."""
    return settings.BASE_URL + link_path(attendee)


def reminders_link(attendee: Attendee) -> str:
    """Where the attendee stops the booking's reminders, in full."""
    return settings.BASE_URL + link_path(attendee, "booked_reminders")


def reseal(attendee: Attendee) -> None:
    """With the newest key; the attendee is not saved."""
    attendee.link_sealed = box().rotate(attendee.link_sealed, context=_context(attendee))


def _context(attendee: Attendee) -> str:
    return f"bookings.link:{attendee.link_fingerprint}"


NAME_LENGTH = 100


def others(booking: Booking) -> QuerySet[Attendee]:
    """Who takes part beside who booked, in the order they were named."""
    return Attendee.objects.filter(booking_id=booking.pk, is_booker=False, active=True)


def name_for_others(name: str) -> str:
    """A typed name as others read it, who did not type it: without anything that programs make a link of."""
    return without_addresses(single_line(name, max_length=NAME_LENGTH))


def shown_to_others(attendee: Attendee) -> str:
    """As "Kim <kim@example.org>", or the address alone. The guest, or who pretends to be it, typed the name."""
    name = name_for_others(attendee.name)
    return single_line(f"{name} <{attendee.email}>" if name else attendee.email, max_length=200)


def address_again(booking: Booking) -> str:
    """In full, where another one as long can be booked; "" where its page is gone."""
    return f"{booking.page.address()}?duration={booking.minutes}" if booking.page else ""


def answers_of(booking: Booking) -> list[Answer]:
    """What who booked answered to the host's own questions, in the order they stood."""
    return list(booking.booker.answers.all())


def answer_text(answer: Answer) -> str:
    """What is ours in it, in the reader's language."""
    ours = answer.value is True or answer.kind == Question.Kind.CONSENT
    return gettext(answer.text) if ours else answer.text


def answers_in_lines(booking: Booking) -> str:
    """For texts that hosts read: one answer a line, longer ones below what was asked."""
    return "\n".join(one.line() for one in answers_of(booking))


def origin_of_booking(booking: Booking) -> dict[str, Any]:
    """Where its guest came from, by column; empty where nothing is known."""
    found = BookingOrigin.objects.filter(booking=booking.pk).values()
    return {
        name: value
        for row in found
        for name, value in row.items()
        if value and name not in {"id", "booking_id"}
    }


def has_bounced(booking: Booking, *, since: datetime) -> bool:
    """Whether a mail to who booked has come back."""
    bounced = BookingEvent.MAIL_BOUNCED.label.partition("%(reader)s")[0] + "the guest "
    told = booking.history.filter(event=BookingEvent.MAIL_BOUNCED, text__startswith=bounced)
    return told.filter(at__gte=since).exists()


def costs(booking: Booking) -> bool:
    """Whether its guest pays for it: what that is `charge_of` tells. A query, unless it was read along."""
    return getattr(booking, "payment", None) is not None
