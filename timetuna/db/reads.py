"""The reads behind every look at a booking page, in SQL that SQLite and PostgreSQL both speak (docs/decisions/0054).

The ORM takes ten times as long to write such a statement as a database takes to answer it. What an app reads by these,
it also knows as models: tests run each statement and compare.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection

BOOKED = """\
SELECT start_minute, end_minute, buffer_before_minutes, buffer_after_minutes FROM bookings_bookinghost
WHERE host_id = %(host)s AND active AND start_minute >= %(first)s AND start_minute < %(last)s
  AND booking_id <> %(moving)s
"""
"""A host's active bookings that start within minutes, without one that is being moved."""

HELD = """\
SELECT start_minute, end_minute, buffer_before_minutes, buffer_after_minutes FROM bookings_hold
WHERE host_id = %(host)s AND expires_at > %(now)s
  AND token_fingerprint <> %(token)s AND visit_fingerprint <> %(visit)s
"""
"""A host's live holds, without a guest's own."""

_BUSY = """\
SELECT calendar.id, calendar.name, calendar.busy, calendar.known_until_minute, calendar.tentative_blocks,
  calendar.read_at, calendar.tried_at, calendar.next_read_at, calendar.failures, calendar.known_zone
FROM calendars_calendar calendar JOIN calendar_accounts account ON account.id = calendar.account_id
WHERE account.host_id = %(host)s AND {blocking} ORDER BY calendar.id
"""
BUSY = _BUSY.format(blocking="calendar.blocks")
"""What is known of a host's calendars that block everywhere."""
BUSY_CHOSEN = _BUSY.format(
    blocking="""EXISTS (
  SELECT 1 FROM pages_pagehostcalendar chosen
  WHERE chosen.page_host_id = %(page_host)s AND chosen.calendar_id = calendar.id
)"""
)
"""The same of the calendars that a host has chosen for a page."""

WORKING = """\
SELECT id FROM calendar_accounts
WHERE host_id = %(host)s AND provider = %(provider)s AND NOT needs_reconnect
"""
"""A host's accounts of a provider whose connections work."""

TARGETS = """\
SELECT calendar.id, account.provider, calendar.meeting_types
FROM calendars_calendar calendar JOIN calendar_accounts account ON account.id = calendar.account_id
WHERE account.host_id = %(host)s AND NOT account.needs_reconnect AND calendar.writable AND calendar.listed
ORDER BY calendar.account_id, calendar.is_primary DESC, calendar.id
"""
"""A host's calendars that can be written to now, in the order in which they are the default."""

# {page} … are the columns that are wanted of a table; [json] makes a list of JSON of a row, [list] one of rows.
_PAGE = """\
SELECT {page}, {host}, {team}, {rules}, {schedule},
  (SELECT CAST([list]([json](id, page_id, host_id, active, part, weight, tier, position, CAST(paused_until AS text),
    balance, schedule_id, buffer_before_minutes, buffer_after_minutes, notice_minutes, cap_day,
    own_calendars, writes, write_calendar_id, calendar_name, calendar_listed)) AS text) FROM (
    SELECT taking_part.*, calendar.name AS calendar_name, calendar.listed AS calendar_listed
    FROM pages_pagehost taking_part LEFT JOIN calendars_calendar calendar ON calendar.id = taking_part.write_calendar_id
    WHERE taking_part.page_id = page.id ORDER BY taking_part.position, taking_part.id) one),
  (SELECT CAST([list]([json](id, minutes, title, description)) AS text) FROM (
    SELECT * FROM pages_duration WHERE page_id = page.id ORDER BY minutes) one),
  (SELECT CAST([list]([json](id, kind, enabled, detail)) AS text) FROM (
    SELECT * FROM pages_meetingtype WHERE page_id = page.id ORDER BY id) one),
  (SELECT CAST([list]([json](id, weekday, start_minute, end_minute)) AS text) FROM (
    SELECT * FROM pages_weeklyhours WHERE schedule_id = schedule.id ORDER BY weekday, start_minute) one),
  (SELECT CAST([list]([json](id, date, CAST(windows AS text))) AS text) FROM (
    SELECT * FROM pages_dateoverride WHERE schedule_id = schedule.id AND date >= %(over)s ORDER BY date) one),
  (SELECT CAST([list]([json](id, first, last, note)) AS text) FROM (
    SELECT * FROM pages_outofoffice WHERE host_id = host.id AND last >= %(over)s ORDER BY first, last, id) one),
  (SELECT CAST([list]([json](id, first, last, time_zone)) AS text) FROM (
    SELECT * FROM pages_travelzone WHERE host_id = host.id AND last >= %(over)s ORDER BY first, last, id) one)
FROM pages_bookingpage page
JOIN accounts_user host ON host.id = page.host_id
LEFT JOIN accounts_team team ON team.id = page.team_id
LEFT JOIN pages_hostrules rules ON rules.host_id = host.id
JOIN pages_schedule schedule ON schedule.id = page.schedule_id
"""
PAGE_AT = f"""{_PAGE}
WHERE page.id = COALESCE(
  (SELECT own.id FROM pages_bookingpage own JOIN accounts_user person ON person.id = own.host_id
    WHERE lower(person.handle) = %(handle)s AND own.slug = %(slug)s AND own.team_id IS NULL),
  (SELECT own.id FROM pages_bookingpage own JOIN accounts_team one ON one.id = own.team_id
    WHERE lower(one.handle) = %(handle)s AND own.slug = %(slug)s)
) AND host.is_active AND EXISTS (
  SELECT 1 FROM account_emailaddress email WHERE email.user_id = host.id AND email.verified
)"""  # noqa: S608 - statements of ours
"""The page at an address, a host's or a team's, whose host is active and verified; without dates that are over."""
PAGE = _PAGE + "WHERE page.id = %(page)s"
"""The page with this id."""


def rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """Moments are as the database says them: `aware` reads them."""
    with connection.cursor() as cursor:
        cursor.execute(
            _said_to(connection.vendor, sql), {name: _adapted(one) for name, one in values.items()}
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def listed(text: str | None) -> list[list[Any]]:
    """Of a list that came as JSON; of an empty one PostgreSQL says nothing at all."""
    found: list[list[Any]] = orjson.loads(text) if text else []
    return found


@lru_cache
def _said_to(vendor: str, sql: str) -> str:
    words = {"sqlite": ("json_group_array", "json_array"), "postgresql": ("json_agg", "json_build_array")}
    return sql.replace("[list]", words[vendor][0]).replace("[json]", words[vendor][1])


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def aware(moment: datetime | None) -> datetime | None:
    """With the zone that SQLite leaves out."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
