"""Look at calendars once more at the moment a time is taken: all at once, and what is late is not waited for."""

import logging
import time
from collections.abc import Collection
from functools import partial

from django.db import OperationalError, connections
from django.utils import timezone

from timetuna.availability.interval import Interval
from timetuna.calendars.access_tokens import token_at_hand, use
from timetuna.calendars.actions.request_refresh import make_due
from timetuna.calendars.busy_cache import KnownBusy, others_only, pack, unpack
from timetuna.calendars.looks import Busy, CalendarLook, Looks
from timetuna.calendars.models import EVERY, Calendar
from timetuna.calendars.queries import busy_source
from timetuna.db.sql import lock_timeout
from timetuna.lib.http import Budget
from timetuna.providers.base import BusySource
from timetuna.providers.errors import NeedsReconnect, ProviderError

log = logging.getLogger("timetuna.calendars")
LOCK_TIMEOUT_MS = 500


def read_live(ids: Collection[int], span: Interval, *, seconds: float) -> list[int]:
    """Store what the calendars say now of a span of UTC minutes; return the ids of those that were not in time.

    seconds: for all of them together. Of those that were not in time the last good knowledge goes on to count. Where
    nothing has changed nothing is written, and cursors stay good. Who asks for the same at the same time shares one
    look. Not to be called inside a transaction.
    """
    until = time.monotonic() + seconds
    rows = _readable(ids) if ids else []
    looks = [LOOKS.want(row, span, seconds=seconds, until=until) for row in rows]
    silent = {row.pk for row in rows}
    for look in looks:
        if look.finished.wait(max(0.0, until - time.monotonic())) and not look.code:
            if not look.once_stored(_stored):
                break
            silent.discard(look.row.pk)
    if silent:
        make_due(silent, now=timezone.now())
    return [*(row.pk for row in rows if row.pk in silent), *(set(ids) - {row.pk for row in rows})]


def _readable(ids: Collection[int]) -> list[Calendar]:
    rows = Calendar.objects.filter(pk__in=ids, account__needs_reconnect=False).exclude(outside_id=EVERY)
    return list(rows.select_related("account__host").defer("busy").order_by("pk"))


def _ask(look: CalendarLook) -> tuple[Busy, str]:
    """Do a look, in any case with an answer: what the calendar says, or a code why it says nothing."""
    token = _token(look)
    try:
        source = busy_source(look.row.account.provider, budget=Budget(*[look.seconds] * 3))
        call = partial(_busy, look, source)
        # A token that has to be renewed first is the rare case that needs the database here.
        return (call(token) if token else use(look.row.account_id, call)), ""
    except (ProviderError, NeedsReconnect) as error:
        log.info("calendar %s not read at a booking: %s", look.row.pk, error.code)
        return None, error.code or "refused"
    except Exception:
        log.exception("calendar %s: its provider broke", look.row.pk)
        return None, "broke"
    finally:
        if not token:
            connections.close_all()


def _token(look: CalendarLook) -> str | None:
    try:
        return token_at_hand(look.row.account)
    except ProviderError as error:
        log.info("calendar %s: %s", look.row.pk, error.code)
        return None


LOOKS = Looks(_ask)


def _busy(look: CalendarLook, source: BusySource | None, credential: str) -> Busy:
    """None where the calendar is as it was when it was read."""
    if source is None:
        raise ProviderError("It is not set up on this server.", code="not-set-up", operator=True)
    row, span = look.row, look.span
    covers = row.known_from_minute <= span[0] and span[1] <= row.known_until_minute
    zone = row.account.host.time_zone
    cursor = row.cursor if covers and row.known_zone == zone else ""
    found = source.busy(row.outside_id, span, time_zone=zone, credential=credential, cursor=cursor)
    if found.busy is None and not cursor:
        raise ProviderError("The calendar was not given as a whole.", code="not-whole")
    return found.busy


def _stored(look: CalendarLook) -> bool:
    """Store what was read; False where the database is busy for longer than whoever opens a form shall wait."""
    if look.busy is None:
        return True
    try:
        _store(look.row, look.span, KnownBusy.of(others_only(look.busy, host_id=look.row.account.host_id)))
    except OperationalError:
        log.warning("calendar %s: what was read could not be stored, the database is busy", look.row.pk)
        return False
    return True


def _store(row: Calendar, span: Interval, fresh: KnownBusy) -> None:
    """Replace what is known of the span, if it says something else. A reading under way then knows that it is older.

    A reading that was stored since our look began may be newer than its answer: then both count, and the calendar is
    read again as a whole, since its cursor would not tell what the answer lacked.
    """
    with lock_timeout(LOCK_TIMEOUT_MS):
        rows = Calendar.objects.select_for_update(no_key=True).only("busy", "tried_at", "read_at")
        kept = rows.filter(pk=row.pk).first()
        if kept is None:
            return
        known, now = unpack(kept.busy), timezone.now()
        outrun = (kept.tried_at, kept.read_at) != (row.tried_at, row.read_at)
        renewed = known.joined(fresh) if outrun else known.renewed(span, fresh)
        if renewed != known:
            again = {"cursor": "", "next_read_at": now} if outrun else {}
            Calendar.objects.filter(pk=row.pk).update(
                busy=pack(renewed), busy_count=len(renewed), tried_at=now, **again
            )
