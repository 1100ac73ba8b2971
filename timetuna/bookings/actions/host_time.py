"""Hosts' time before it is given away: looked at in their calendars, locked for a decision, kept while a form is open.

A time that a guest has picked is kept for a few minutes, by a token in the form.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy

from timetuna.accounts.models import User
from timetuna.availability.shares import Deal
from timetuna.availability.teams import Part
from timetuna.bookings.actions.turns import deal_turns
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.models import Booking, BookingHost, Hold, Turn
from timetuna.bookings.slots.availability import Able, SlotQuery, bookable, who_can
from timetuna.calendars.actions.read_live import read_live
from timetuna.db.sql import forget_some, lock_timeout
from timetuna.lib.crypto import fingerprint, random_token
from timetuna.pages.calendar_use import page_calendars
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.public import HostTime
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import Client, Limit, spend_all


def lock_hosts(host_ids: Iterable[int]) -> None:
    """Hold the hosts' rows until the transaction ends, waiting 3 seconds at most for each on PostgreSQL.

    They are taken in the order of their keys, all in one statement: so two decisions about the same hosts, whichever
    pages they come from, never wait for each other. On SQLite the transaction itself, begun IMMEDIATE, is the lock.
    """
    _lock(User.objects.filter(pk__in=list(host_ids)))


def lock_hosts_of(booking_id: int, *, and_also: Iterable[int] = ()) -> None:
    """All hosts of a booking and of its page, those whose balances it has changed, and others, in the same way.

    One statement for all: whoever decides about a page's meetings, their turns or their hosts locks the same rows.
    """
    hosts = BookingHost.objects.filter(booking=booking_id).values("host")
    shared = Turn.objects.filter(booking=booking_id).values("page_host__host")
    page = Booking.objects.filter(pk=booking_id).values("page")
    taking_part = PageHost.objects.filter(page__in=page, active=True).values("host")
    _lock(
        User.objects.filter(
            Q(pk__in=hosts) | Q(pk__in=shared) | Q(pk__in=taking_part) | Q(pk__in=list(and_also))
        )
    )


def _lock(hosts: QuerySet[User]) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '3s'")
    # NO KEY: rows that merely refer to a host may still be written meanwhile.
    list(hosts.select_for_update(no_key=True).order_by("pk").values_list("pk"))


SECONDS = 2.0
LOOKED_AT = 3
"""Of how many who take turns the calendars are read before one of them is booked."""
_DAY = 1_440
BY_NETWORK = Limit("calendar-looks", (60, 60), (600, 3_600))
BY_WIDE_NETWORK = Limit("calendar-looks-wide", (240, 60), (2_400, 3_600))
"""Of forms that are opened. Whoever opens more gets forms by what is known; the look is made when they book."""


def refresh_calendars(
    page_id: int | None, *, start_minute: int, minutes: int, now: datetime, moving: int | None = None
) -> None:
    """Read what a meeting at that UTC minute needs of the calendars that take its hosts' time: two seconds at most.

    To be called before the transaction that asks the engine. Calendars that do not answer in time count as they were
    known last.
    """
    page = BookingPage.objects.filter(pk=page_id or 0).first()
    if page is None:
        return
    hosts = _looked_at(page, start_minute=start_minute, minutes=minutes, now=now, moving=moving)
    ids = list(page_calendars(page.pk).filter(account__host__in=hosts).values_list("pk", flat=True))
    if not ids:
        return
    first, end = start_minute - page.buffer_before_minutes, start_minute + minutes + page.buffer_after_minutes
    # Whole UTC days: guests who ask for different times of a day share one look.
    read_live(ids, (first // _DAY * _DAY, -(-end // _DAY) * _DAY), seconds=SECONDS)


def _looked_at(
    page: BookingPage, *, start_minute: int, minutes: int, now: datetime, moving: int | None
) -> Collection[int]:
    """Whose calendars are read: of many who take turns those whose turn it is, and the next ones, as things are known.

    A look at twenty calendars takes longer than a guest waits, and one host is booked.
    """
    if page.staffing == BookingPage.Staffing.SOLO:
        return [page.host_id]
    rows = dict(page.page_hosts.filter(active=True).values_list("host_id", "part"))
    others = [host for host, part in rows.items() if part != Part.ROTATING]
    most = max(LOOKED_AT, page.rotating_count)
    if page.staffing == BookingPage.Staffing.ALL or len(rows) - len(others) <= most:
        return rows
    read = page_settings(page.pk)
    query = SlotQuery(page=read, minutes=minutes, now=now, moving=moving) if read else None
    able = who_can(query, start_minute=start_minute) if query else None
    if able is None or able.kept:
        return able.kept if able else ()
    rotating = [host.id for host in able.hosts if host.part is Part.ROTATING]
    return [*others, *deal_turns(page, rotating, now=now, count=most).chosen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who takes a meeting, in the order of the page. lead: its organizer.  dealt: where some of them take turns."""

    hosts: tuple[HostTime, ...]
    lead: HostTime
    dealt: Deal | None = None


def choose_hosts(query: SlotQuery, able: Able, *, without: Collection[int] = ()) -> Chosen | None:
    """Of those who have time everybody who has to come or joins if they can, and whose turn it is; None if too few.

    without: who turned out to have no time. To be called under the locks of the page's hosts.
    """
    there = {host.id: host for host in able.hosts if host.id not in without}
    required = [host for host in there.values() if host.part is Part.REQUIRED]
    if len(required) < sum(host.part is Part.REQUIRED for host in query.page.hosts):
        return None
    dealt = _deal(query, able, there, led=bool(required)) if query.page.takes_turns() else None
    if dealt is not None and len(dealt.chosen) < query.page.takes_turns():
        return None
    chosen = () if dealt is None else dealt.chosen
    leading = required or [there[host] for host in chosen]
    return Chosen(
        hosts=tuple(host for host in there.values() if host.part is not Part.ROTATING or host.id in chosen),
        lead=next((host for host in leading if host.id in able.leaders), leading[0]),
        dealt=dealt,
    )


def _deal(query: SlotQuery, able: Able, there: Mapping[int, HostTime], *, led: bool) -> Deal:
    """led: whether somebody comes in any case, who leads the meeting."""
    count, named = query.page.takes_turns(), query.named()
    rotating = [host for host, time in there.items() if time.part is Part.ROTATING]
    leaders = None if led else able.leaders.intersection(rotating)
    if count == 1 and leaders is not None:
        rotating, leaders = [host for host in rotating if host in leaders], None
    return deal_turns(
        query.page.settings,
        rotating,
        now=query.now,
        count=count,
        named={named} if named else (),
        leaders=leaders,
    )


def look_for_form(query: SlotQuery, *, start_minute: int) -> None:
    """For somebody who only opens the form of that time, as often as their network may."""
    client = query.client
    if not spend_all((BY_NETWORK, client.network), (BY_WIDE_NETWORK, client.wide)):
        refresh_calendars(
            query.page.id,
            start_minute=start_minute,
            minutes=query.minutes,
            now=query.now,
            moving=query.moving,
        )


def refresh_calendars_for(booking_id: int, *, start_minute: int, now: datetime) -> None:
    """For a booking that is about to be moved to that UTC minute."""
    row = Booking.objects.filter(pk=booking_id).values_list("page_id", "minutes").first()
    if row is not None:
        refresh_calendars(row[0], start_minute=start_minute, minutes=row[1], now=now, moving=booking_id)


HELD_MINUTES = 5
CLIENT_AT_ONCE, NETWORK_AT_ONCE, WIDE_NETWORK_AT_ONCE = 3, 10, 20
"""Of one address, whatever its browsers say they are: an office fits in, a script that changes its name does not, nor
one that changes its address among those of one customer."""
PLACED_BY_CLIENT = Limit("holds", (30, 600))
PLACED_BY_NETWORK = Limit("holds-by-network", (100, 600))
PLACED_BY_WIDE_NETWORK = Limit("holds-by-wide-network", (200, 600))
LOCK_TIMEOUT_MS = 1_000
"""A form that is opened is a look: it does not wait for whoever keeps the database, and opens without a hold."""
GONE = gettext_lazy("This time is not free any more. Pick another.")


def hold(query: SlotQuery, *, start_minute: int) -> str | None:
    """Keep the time for whoever asks, in place of another one that this visit holds on the page; return the token.

    Raises SlotTaken if it is not free. None where nothing is kept: the page does not want it, the client holds enough,
    or the host's row was busy for too long. The time can be booked without.
    """
    look_for_form(query, start_minute=start_minute)
    if query.page.settings.holds and query.client.fingerprint:
        try:
            with lock_timeout(LOCK_TIMEOUT_MS):
                lock_hosts(host.id for host in query.page.hosts)
                return _hold(query, start_minute)
        except OperationalError:
            return None
    refuse_if_taken(query, start_minute=start_minute)
    return None


def refuse_if_taken(query: SlotQuery, *, start_minute: int) -> None:
    """Raises SlotTaken if the client that asks cannot book the time."""
    if not bookable(query, start_minute=start_minute):
        raise SlotTaken(str(GONE))


def release(token: str, *, now: datetime) -> None:
    """A token that holds nothing, or not any more, changes nothing."""
    _live(now).filter(token_fingerprint=fingerprint(token)).update(expires_at=now)


def minutes_kept(token: str, *, now: datetime) -> int:
    """For how many whole minutes more it keeps its time."""
    rows = _live(now).filter(token_fingerprint=fingerprint(token)) if token else Hold.objects.none()
    ends = rows.values_list("expires_at", flat=True).first()
    return int((ends - now).total_seconds() // 60) if ends else 0


def consume(token: str) -> None:
    """Drop the hold of a form that is being booked, in the booking's transaction."""
    if token:
        Hold.objects.filter(token_fingerprint=fingerprint(token)).delete()


def _hold(query: SlotQuery, start_minute: int) -> str | None:
    hosts = _to_be_held(query, start_minute)
    client, now = query.client, query.now
    if client.visit:
        earlier = _live(now).filter(visit_fingerprint=client.visit, page_id=query.page.id)
        earlier.update(expires_at=now)
    _sweep(now)
    if not _may_hold(client, now):
        return None
    token = random_token()
    Hold.objects.bulk_create(
        Hold(
            host_id=host.id,
            page_id=query.page.id,
            start_minute=start_minute,
            end_minute=start_minute + query.minutes,
            buffer_before_minutes=query.page.own_or_pages(host, "buffer_before_minutes"),
            buffer_after_minutes=query.page.own_or_pages(host, "buffer_after_minutes"),
            token_fingerprint=fingerprint(token),
            visit_fingerprint=client.visit or fingerprint(token),
            client_fingerprint=client.fingerprint,
            network_fingerprint=client.network,
            wide_fingerprint=client.wide,
            placed_at=now,
            expires_at=now + timedelta(minutes=HELD_MINUTES),
        )
        for host in hosts
    )
    return token


def _to_be_held(query: SlotQuery, start_minute: int) -> list[HostTime]:
    """Those who would take the meeting now: so every page knows who is left. Raises SlotTaken.

    Who joins if they can is not held: they would be no other page's.
    """
    able = who_can(query, start_minute=start_minute)
    if able is not None and able.kept:
        return [host for host in able.hosts if host.id in able.kept]
    chosen = choose_hosts(query, able) if able is not None else None
    if chosen is None:
        raise SlotTaken(str(GONE))
    return [host for host in chosen.hosts if host.part is not Part.OPTIONAL]


def _may_hold(client: Client, now: datetime) -> bool:
    by_client = Q(client_fingerprint=client.fingerprint)
    around = Q(wide_fingerprint=client.wide) if client.wide else Q(pk__in=())
    held = (
        _live(now)
        .filter(Q(network_fingerprint=client.network) | around)
        .aggregate(
            client=Count("token_fingerprint", filter=by_client, distinct=True),
            network=Count("token_fingerprint", filter=Q(network_fingerprint=client.network), distinct=True),
            wide=Count("token_fingerprint", filter=around, distinct=True),
        )
    )
    if (
        held["client"] >= CLIENT_AT_ONCE
        or held["network"] >= NETWORK_AT_ONCE
        or held["wide"] >= WIDE_NETWORK_AT_ONCE
    ):
        return False
    return not spend_all(
        (PLACED_BY_CLIENT, client.fingerprint),
        (PLACED_BY_NETWORK, client.network),
        (PLACED_BY_WIDE_NETWORK, client.wide),
    )


def _sweep(now: datetime) -> None:
    """Whoever's it was; rows that others are at are left for the next time."""
    forget_some(Hold.objects.select_for_update(skip_locked=True).filter(expires_at__lte=now))


def _live(now: datetime) -> QuerySet[Hold]:
    return Hold.objects.filter(expires_at__gt=now)
