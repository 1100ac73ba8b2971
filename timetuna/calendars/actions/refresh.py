"""Read one calendar: what comes is stored with its age, and what fails leaves the last good knowledge as it was."""

import logging
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from timetuna.availability.interval import Interval
from timetuna.calendars.access_tokens import use
from timetuna.calendars.actions.claim_refresh import RefreshClaim, claim
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.actions.report_incident import mended, note_failure
from timetuna.calendars.busy_cache import KnownBusy, others_only, pack
from timetuna.calendars.hooks import Wants, wants_of
from timetuna.calendars.models import Calendar
from timetuna.calendars.queries import busy_source, reads_only
from timetuna.lib.text import spoken
from timetuna.providers.base import Reading
from timetuna.providers.errors import NeedsReconnect, ProviderError


def ask(row: Calendar, span: Interval, *, cursor: str = "") -> Reading:
    """Return what the calendar says of a span of UTC minutes. Its account and host are read with it.

    Not to be called inside a transaction. Raises ProviderError, NeedsReconnect.
    """
    if row.is_every():
        raise ProviderError(spoken("It is not known yet which calendars there are."), code="not-listed")
    source = busy_source(row.account.provider)
    if source is None:
        raise ProviderError(
            spoken("Its provider is not set up on this server; whoever runs it can add it to the settings."),
            code="not-set-up",
            operator=True,
        )
    zone = row.account.host.time_zone
    reading = use(
        row.account_id,
        lambda credential: source.busy(
            row.outside_id, span, time_zone=zone, credential=credential, cursor=cursor
        ),
    )
    if reading.busy is None and not cursor:
        raise ProviderError(
            spoken("The calendar was not given as a whole; this is tried again."), code="not-whole"
        )
    return reading


log = logging.getLogger("timetuna.calendars")
_DAY = 24 * 60
_BEHIND = _DAY
_AHEAD, _LEFT = 4 * _DAY, 3 * _DAY
"""Beyond the furthest horizon: what is read, and what has to be left of it; so that all of it is read once a day."""
_RESTS = timedelta(days=1)
_NO_CURSOR_AFTER = 2


def refresh(calendar_id: int) -> bool:
    """Read the calendar now, unless another process does or its account needs the host; say whether it was read.

    Not to be called inside a transaction.
    """
    row = Calendar.objects.select_related("account__host").defer("busy").filter(pk=calendar_id).first()
    if row is None or row.account.needs_reconnect:
        return False
    turn = claim(row)
    return turn is not None and read(turn)


def read(turn: RefreshClaim) -> bool:
    """Read the calendar whose turn it is and give the turn back; say whether it is known now. Never raises for it."""
    row = turn.calendar
    wants = wants_of(row.account.host_id)
    if not row.blocks and row.pk not in wants.chosen:
        turn.give_back(next_read_at=turn.begun + _RESTS, told_at=None, **_CALM)
        return False
    try:
        if row.is_every():
            list_calendars(row.account_id)
            return True
        span, cursor = _asked(row, wants, now=turn.begun)
        reading = ask(row, span, cursor=cursor)
    except (ProviderError, NeedsReconnect) as error:
        log.info("calendar %s not read: %s", row.pk, error.code)
        note_failure(turn, error)
        return False
    except Exception:
        log.exception("calendar %s: its provider broke", row.pk)
        broke = spoken("TimeTuna could not read the answer; the server’s log says what it was.")
        note_failure(turn, ProviderError(broke, code="broke"))
        return False
    store(turn, reading, span)
    return True


def _asked(row: Calendar, wants: Wants, *, now: datetime) -> tuple[Interval, str]:
    """Return the span to ask for, and the cursor.

    What was read last time is asked again while it reaches far enough. A cursor is good for its own span only: one
    minute beyond it, and everything is read anew, by a provider that still knows how it was.
    """
    minute = int(now.timestamp()) // 60
    last = minute + wants.days * _DAY
    same_zone = row.known_zone == row.account.host.time_zone
    if (
        row.cursor
        and same_zone
        and row.known_until_minute >= last + _LEFT
        and row.failures < _NO_CURSOR_AFTER
    ):
        return (row.known_from_minute, row.known_until_minute), row.cursor
    return (minute - _BEHIND, max(last + _AHEAD, row.known_until_minute + 1)), row.cursor


def store(turn: RefreshClaim, reading: Reading, span: Interval) -> None:
    """Store what came, unless a guest's booking looked meanwhile: that look is newer, so the calendar is read again."""
    row = turn.calendar
    columns: dict[str, object] = {"read_at": turn.begun, "cursor": reading.cursor, **_CALM}
    if reading.busy is not None:
        known = KnownBusy.of(others_only(reading.busy, host_id=row.account.host_id))
        columns |= {
            "busy": pack(known),
            "busy_count": len(known),
            "known_from_minute": span[0],
            "known_until_minute": span[1],
            "known_zone": row.account.host.time_zone,
            "notes": [list(note) for note in reading.notes],
        }
    columns["next_read_at"] = timezone.now() + _interval(row)
    with transaction.atomic():
        stored = turn.rows().filter(tried_at=turn.begun).update(**columns, read_lease_until=None)
        if not stored:
            turn.give_back(next_read_at=timezone.now())
        elif row.told_at is not None:
            mended(row.account)


def _interval(row: Calendar) -> timedelta:
    """A little shorter or longer each time, so that calendars do not come all at once."""
    feed = reads_only(row.account.provider)
    minutes = settings.FEED_MINUTES if feed else settings.CALENDAR_MINUTES
    return timedelta(minutes=minutes) * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load, guards nothing


_CALM = {"failing_since": None, "failures": 0, "problem": "", "problem_code": ""}
