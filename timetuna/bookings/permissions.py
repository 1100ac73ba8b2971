"""Who of the hosts' side may see and change bookings, and what of them, as one table. Guests: `policies.py`."""

from enum import Enum, auto

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.events import OF_A_CALENDAR, BookingEvent, without_quote
from timetuna.bookings.models import (
    Booking,
    BookingHost,
    HistoryEntry,
    PrivateNotes,
    UnusualBookings,
)
from timetuna.bookings.queries import with_booker, with_hosts
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.permissions import Action, pages_for


class BookingRole(Enum):
    """What somebody is to a booking; they may be several.

    LEAD: its organizer.  HOST: another of its hosts.  IN_GROUP: the same where all hosts of its page come each time.
    ON_PAGE: they host it, and its page, too, still.  RUNS: they own its page, or run the page's team.  MEMBER: in that.
    """

    LEAD = auto()
    HOST = auto()
    IN_GROUP = auto()
    ON_PAGE = auto()
    RUNS = auto()
    MEMBER = auto()


class BookingAction(Enum):
    """What can be done with a booking.

    SEE: when it is, with whom, and who hosts it.  READ: everything but what is others' own; and write notes.
    KEEP: say whether the guest came, have done again what failed, mail it again.  CHANGE: answer, move and cancel it,
    say who else comes, erase it.  GIVE: to another host.  LINK: the guest's own.
    """

    SEE = auto()
    READ = auto()
    KEEP = auto()
    CHANGE = auto()
    GIVE = auto()
    LINK = auto()


_HOSTS = frozenset({BookingRole.LEAD, BookingRole.HOST, BookingRole.IN_GROUP})
RIGHTS: dict[BookingAction, frozenset[BookingRole]] = {
    BookingAction.SEE: _HOSTS | {BookingRole.RUNS, BookingRole.MEMBER},
    BookingAction.READ: _HOSTS | {BookingRole.RUNS},
    BookingAction.KEEP: _HOSTS | {BookingRole.RUNS},
    BookingAction.CHANGE: frozenset({BookingRole.LEAD, BookingRole.HOST, BookingRole.RUNS}),
    BookingAction.GIVE: frozenset({BookingRole.ON_PAGE, BookingRole.RUNS}),
    BookingAction.LINK: frozenset({BookingRole.LEAD}),
}
_AS_ON_PAGE = {BookingRole.RUNS: Action.ASSIGN, BookingRole.MEMBER: Action.BOOKINGS}


def _bookings_of(user: User, role: BookingRole) -> Q:
    """Those to which they are this."""
    if role is BookingRole.LEAD:
        return Q(host=user)
    if to := _AS_ON_PAGE.get(role):
        return Q(page__in=pages_for(user, to=to))
    hosts = Q(Exists(BookingHost.objects.filter(booking=OuterRef("pk"), host=user)))
    if role is BookingRole.ON_PAGE:
        return hosts & Q(page__in=pages_for(user, to=Action.OWN_PART))
    # Of a page that is gone nobody knows how it was staffed: then only who leads a meeting changes it.
    group = Q(page=None) | Q(page__staffing=BookingPage.Staffing.ALL)
    return hosts & ~Q(host=user) & (group if role is BookingRole.IN_GROUP else ~group)


def _to(user: User, action: BookingAction) -> Q:
    found = Q(pk=None)
    for role in RIGHTS[action]:
        found |= _bookings_of(user, role)
    return found


def bookings_with(user: User, *, to: BookingAction) -> QuerySet[Booking]:
    """Those with which they may do this."""
    return Booking.objects.filter(_to(user, to))


def rights_on_booking(booking: Booking, user: User) -> frozenset[BookingAction]:
    """All that somebody may do with it; one query."""
    named = {f"as_{role.name.lower()}": _bookings_of(user, role) for role in BookingRole}
    row = Booking.objects.filter(pk=booking.pk).values(**named).first() or {}
    roles = {role for role in BookingRole if row.get(f"as_{role.name.lower()}")}
    return frozenset(action for action, able in RIGHTS.items() if roles & able)


def bookings_for(user: User, *, to: BookingAction = BookingAction.SEE) -> QuerySet[Booking]:
    """Those they are a host of, to be listed, as far as they may do this.

    from_minute, to_minute: what it takes of their time (UTC), by which an index has them in order.
    readable: whether they may read more than when it is and with whom.
    """
    # An alias after the filter stands for the same row: one join.
    mine = Booking.objects.filter(booking_hosts__host=user)
    return (
        (mine if to is BookingAction.SEE else mine.filter(_to(user, to)))
        .annotate(readable=Value(True))
        .alias(from_minute=F("booking_hosts__start_minute"), to_minute=F("booking_hosts__end_minute"))
    )


def all_bookings_for(user: User) -> QuerySet[Booking]:
    """Those and all others of the pages whose bookings they see, likewise; the times are their organizers'."""
    seen = Booking.objects.filter(_to(user, BookingAction.SEE), booking_hosts__host=F("host"))
    return seen.annotate(readable=_to(user, BookingAction.READ)).alias(
        from_minute=F("booking_hosts__start_minute"), to_minute=F("booking_hosts__end_minute")
    )


def marked_changeable(user: User, bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """With `changeable`: whether they may change it."""
    return bookings.annotate(changeable=_to(user, BookingAction.CHANGE))


def sees_more_than_own(user: User) -> bool:
    """Whether there are pages whose bookings they see although others host them."""
    others = PageHost.objects.filter(page=OuterRef("pk"), active=True).exclude(host=user)
    return pages_for(user, to=Action.BOOKINGS).filter(Exists(others)).exists()


def hosts_seen_by(user: User) -> dict[int, str]:
    """Whose bookings they see besides their own: the names, in order, of who hosts those pages or did, by id."""
    pages = pages_for(user, to=Action.BOOKINGS)
    hosts = User.objects.filter(Exists(PageHost.objects.filter(host=OuterRef("pk"), page__in=pages)))
    return dict(hosts.order_by("name", "id").values_list("id", "name"))


def unusual_for(user: User) -> QuerySet[UnusualBookings]:
    """Of the pages that are this person's to look after."""
    return UnusualBookings.objects.filter(page__in=pages_for(user, to=Action.ASSIGN))


def booking_or_404(
    request: HttpRequest, booking_id: int, *, to: BookingAction = BookingAction.CHANGE
) -> Booking:
    """With hosts, page and meeting. Raises Http404 for who may not do this."""
    user = signed_in(request)
    found = bookings_with(user, to=to).annotate(readable=_to(user, BookingAction.READ))
    rows = with_booker(with_hosts(found)).select_related("host", "page", "conference__host")
    booking: Booking = get_object_or_404(rows, pk=booking_id)
    return booking


def may_read(booking: Booking) -> bool:
    """Of one that `booking_or_404` found: whether who asked may read all of it."""
    return bool(booking.readable)  # type: ignore[attr-defined]


def runs_page(user: User, booking: Booking) -> bool:
    """Whether they look after the page it was booked on, for themselves or for its team."""
    return pages_for(user, to=Action.ASSIGN).filter(pk=booking.page_id or 0).exists()


def somebody_takes(booking: Booking) -> bool:
    """Whether there is anybody whom it can be given to."""
    if booking.page is None or booking.is_off():
        return False
    hosts = PageHost.objects.filter(page=booking.page, active=True)
    return hosts.exclude(host__in=booking.booking_hosts.values("host")).exists()


def may_call_off(user: User, booking: Booking) -> bool:
    """Whoever leads it may, and whoever runs its page."""
    return booking.host_id == user.pk or runs_page(user, booking)


def history_for(user: User, booking: Booking) -> list[HistoryEntry]:
    """What happened to it, without what speaks of somebody else's calendar.

    What was written to a new host is read by that one and whoever wrote it; the entries are not to be saved.
    """
    rows = booking.history.select_related("host")
    entries = list(rows.exclude(Q(event__in=OF_A_CALENDAR) & (Q(host=None) | ~Q(host=user))))
    for entry in entries:
        readers = entry.host_id, entry.changes.get("_to", [None])[0]
        if entry.event == BookingEvent.HANDED_OVER and user.pk not in readers:
            entry.text = without_quote(entry.text)
    return entries


def notes_for(user_id: int) -> QuerySet[PrivateNotes]:
    """Their own, about any booking."""
    return PrivateNotes.objects.filter(host=user_id)
