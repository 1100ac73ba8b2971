"""Who of the hosts' side may see and change bookings, and what of them, as one table. Guests: `policies.py`."""

from collections.abc import Collection
from enum import Enum, auto
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.events import OF_A_CALENDAR, BookingEvent, without_quote
from timetuna.bookings.listing import Listed, Mine
from timetuna.bookings.models import (
    Booking,
    BookingHost,
    HistoryEntry,
    PrivateNotes,
    UnusualBookings,
)
from timetuna.bookings.queries import with_booker, with_hosts
from timetuna.db import sql
from timetuna.db.each import IsAmong, MinuteOf
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.permissions import Action, pages_for, team_roles


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
_HOSTS_TIMES = F("booking_hosts__start_minute"), F("booking_hosts__end_minute")
_BESIDE = {BookingRole.HOST, BookingRole.IN_GROUP}
_AS_ON_PAGE = {BookingRole.RUNS: Action.ASSIGN, BookingRole.MEMBER: Action.BOOKINGS}


def _bookings_of(user: User, roles: Collection[BookingRole]) -> Q:
    """Those to which they are any of these. What several roles ask of the same rows is asked once."""
    found = Q(host=user) if BookingRole.LEAD in roles else Q(pk=None)
    if as_on_page := [_AS_ON_PAGE[role] for role in roles if role in _AS_ON_PAGE]:
        found |= Q(page__in=pages_for(user, to=as_on_page))
    hosts = Q(Exists(BookingHost.objects.filter(booking=OuterRef("pk"), host=user)))
    if BookingRole.ON_PAGE in roles:
        found |= hosts & Q(page__in=pages_for(user, to=Action.OWN_PART))
    if beside := _BESIDE & set(roles):
        found |= hosts & ~Q(host=user) & _staffed(beside)
    return found


def _staffed(beside: Collection[BookingRole]) -> Q:
    # Of a page that is gone nobody knows how it was staffed: then only who leads a meeting changes it.
    group = Q(page=None) | Q(page__staffing=BookingPage.Staffing.ALL)
    if BookingRole.IN_GROUP not in beside:
        return ~group
    return Q() if BookingRole.HOST in beside else group


def _to(user: User, action: BookingAction) -> Q:
    return _bookings_of(user, RIGHTS[action])


def bookings_with(user: User, *, to: BookingAction) -> QuerySet[Booking]:
    """Those with which they may do this."""
    return Booking.objects.filter(_to(user, to))


def rights_on_booking(booking: Booking, user: User) -> frozenset[BookingAction]:
    """All that somebody may do with it; one query."""
    named = {f"as_{role.name.lower()}": _bookings_of(user, [role]) for role in BookingRole}
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
    able = mine if to is BookingAction.SEE else mine.filter(_to(user, to))
    return _with_times(able.annotate(readable=Value(True)), *_HOSTS_TIMES)


def all_bookings_for(user: User) -> QuerySet[Booking]:
    """Those and all others of the pages whose bookings they see, likewise; the times are their organizers'."""
    seen = Booking.objects.filter(_to(user, BookingAction.SEE), booking_hosts__host=F("host"))
    return _with_times(seen.annotate(readable=_to(user, BookingAction.READ)), *_HOSTS_TIMES)


def listed_for(
    user: User, *, everybody: bool, host_id: int | None = None, to: BookingAction = BookingAction.SEE
) -> Listed:
    """The same as lists ask for it: those they are a host of, or everybody's that they see; or one host's of these.

    to: SEE, or READ: then none of which they may not read all.
    """
    if not everybody:
        return Listed(own=bookings_for(user))
    pages = _pages_seen(user, to)
    here = IsAmong(F("page_id"), pages)
    runs = [pk for pk, able in pages.items() if able]
    readable = Value(True) if len(runs) == len(pages) else IsAmong(F("page_id"), runs) | _takes_part(user)
    if host_id is not None:
        hosted = Booking.objects.filter(here | _takes_part(user), booking_hosts__host=host_id)
        return Listed(own=_with_times(hosted.annotate(readable=readable), *_HOSTS_TIMES))
    start = MinuteOf(F("start_at"))  # without a join, which databases take for more of a choice than it is
    theirs = _with_times(Booking.objects.annotate(readable=readable), start, start + F("minutes"))
    own = bookings_for(user).filter(Q(page=None) | ~here)
    return Listed(own=own, theirs=theirs, pages=tuple(pages))


def _pages_seen(user: User, to: BookingAction) -> dict[int, bool]:
    """The ids of the pages whose bookings they see whoever hosts them, and whether they may read all of these."""
    roles, running = (team_roles(action) for action in (Action.BOOKINGS, Action.ASSIGN))
    found = sql.rows(sql.SEEN_PAGES, user=user.pk, roles=roles, running=running)
    return {pk: bool(runs) for pk, runs in found if runs or to is BookingAction.SEE}


def _with_times(rows: QuerySet[Booking], start: Any, end: Any) -> Mine:
    return rows.alias(from_minute=start, to_minute=end)


def _takes_part(user: User) -> Exists:
    return Exists(BookingHost.objects.filter(booking=OuterRef("pk"), host=user))


def marked_changeable(user: User, bookings: Listed) -> Listed:
    """With `changeable`: whether they may change it."""
    changeable = _to(user, BookingAction.CHANGE)
    return bookings.only(lambda rows: rows.annotate(changeable=changeable))


def sees_more_than_own(user: User) -> bool:
    """Whether there are pages whose bookings they see although others host them."""
    return bool(sql.rows(sql.SHARED, user=user.pk, roles=team_roles(Action.BOOKINGS)))


def hosts_seen_by(user: User) -> dict[int, str]:
    """Whose bookings they see besides their own: the names, in order, of who hosts those pages or did, by id."""
    found = sql.rows(sql.SEEN_HOSTS, user=user.pk, roles=team_roles(Action.BOOKINGS))
    return dict(found)


def unusual_for(user: User) -> QuerySet[UnusualBookings]:
    """Of the pages that are this person's to look after."""
    return UnusualBookings.objects.filter(page__in=pages_for(user, to=Action.ASSIGN))


def booking_or_404(
    request: HttpRequest, booking_id: int, *, to: BookingAction = BookingAction.CHANGE
) -> Booking:
    """With hosts, page and meeting. Raises Http404 for who may not do this."""
    user = signed_in(request)
    found = bookings_with(user, to=to).annotate(readable=_to(user, BookingAction.READ))
    rows = with_booker(with_hosts(found)).select_related("host", "page", "conference__host", "payment")
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


def leads(user: User, booking: Booking) -> bool:
    return booking.host_id == user.pk


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
