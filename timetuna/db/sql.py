"""What we ask of the database beside the ORM: the reads behind every look at a page, and what the ORM has no word for.

The reads are in SQL that SQLite and PostgreSQL both speak (docs/decisions/0054): the ORM takes ten times as long to
write such a statement as a database takes to answer it. What an app reads by these, it also knows as models: tests run
each statement and compare. What the two say differently stands in brackets: [json] makes a list of JSON of a row,
[list] one of rows, and [in]…[] asks whether a value is among many, or is the only one of them.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet

BOOKED = """\
SELECT host_id, start_minute, end_minute, buffer_before_minutes, buffer_after_minutes FROM bookings_bookinghost
WHERE host_id [in]%(hosts)s[] AND active AND start_minute >= %(first)s AND start_minute < %(last)s
  AND booking_id <> %(moving)s
"""
"""Hosts' active bookings that start within minutes, without one that is being moved."""

HELD = """\
SELECT host_id, start_minute, end_minute, buffer_before_minutes, buffer_after_minutes FROM bookings_hold
WHERE host_id [in]%(hosts)s[] AND expires_at > %(now)s
  AND token_fingerprint <> %(token)s AND visit_fingerprint <> %(visit)s
"""
"""Hosts' live holds, without a guest's own."""

COUNTED = """\
SELECT taken.host_id, taken.start_minute, booking.page_id, booking.id
FROM bookings_bookinghost taken JOIN bookings_booking booking ON booking.id = taken.booking_id
WHERE taken.host_id [in]%(hosts)s[] AND taken.active AND booking.id <> %(moving)s
  AND taken.start_minute >= %(first)s AND taken.start_minute < %(last)s
UNION
SELECT taken.host_id, taken.start_minute, booking.page_id, booking.id
FROM bookings_booking booking JOIN bookings_bookinghost taken ON taken.booking_id = booking.id
WHERE booking.page_id = %(page)s AND taken.active AND booking.id <> %(moving)s
  AND booking.start_at >= %(first_at)s AND booking.start_at < %(last_at)s
"""
"""What limits count: what hosts take part in, and what is booked on a page, whoever hosts it now."""

_IN_SIGHT = """\
  SELECT id FROM pages_bookingpage WHERE host_id = %(user)s
  UNION
  SELECT page.id FROM pages_bookingpage page JOIN accounts_membership member ON member.team_id = page.team_id
  WHERE member.user_id = %(user)s AND member.role [in]%(roles)s[]
"""
SHARED = f"""\
SELECT 1 FROM pages_pagehost taking_part
WHERE taking_part.active AND taking_part.host_id <> %(user)s AND taking_part.page_id IN ({_IN_SIGHT}) LIMIT 1
"""  # noqa: S608 - statements of ours
"""Whether others take part in somebody's pages, or in those of a team in which they have one of these roles."""

_BUSY = """\
SELECT account.host_id, calendar.id, calendar.name, calendar.busy, calendar.known_until_minute,
  calendar.tentative_blocks, calendar.read_at, calendar.tried_at, calendar.next_read_at, calendar.failures,
  calendar.known_zone, calendar.everywhere
FROM calendars_calendar calendar JOIN calendar_accounts account ON account.id = calendar.account_id
"""
BUSY = f"""\
{_BUSY}WHERE account.host_id [in]%(hosts)s[] AND calendar.blocks ORDER BY calendar.id
"""
"""What is known of hosts' calendars that block everywhere."""
BUSY_CHOSEN = f"""\
{_BUSY}JOIN pages_pagehost taking_part ON taking_part.host_id = account.host_id
WHERE taking_part.id [in]%(page_hosts)s[] AND ((calendar.everywhere AND calendar.blocks) OR EXISTS (
  SELECT 1 FROM pages_pagehostcalendar chosen
  WHERE chosen.calendar_id = calendar.id AND chosen.page_host_id = taking_part.id)) ORDER BY calendar.id
"""  # noqa: S608 - statements of ours
"""The same of the calendars that hosts have chosen for a page, and of the times they have brought along."""

WORKING = """\
SELECT host_id, provider FROM calendar_accounts
WHERE host_id [in]%(hosts)s[] AND NOT needs_reconnect
"""
"""Of which providers hosts have accounts whose connections work."""

TARGETS = """\
SELECT account.host_id, calendar.id, account.provider, calendar.meeting_types
FROM calendars_calendar calendar JOIN calendar_accounts account ON account.id = calendar.account_id
WHERE account.host_id [in]%(hosts)s[] AND NOT account.needs_reconnect AND calendar.writable AND calendar.listed
ORDER BY calendar.account_id, calendar.is_primary DESC, calendar.id
"""
"""Hosts' calendars that can be written to now, in the order in which they are the default."""

_HOST = """\
SELECT {key}, host.id, host.name, host.photo_version, host.role, host.time_zone, host.is_active,
  EXISTS (SELECT 1 FROM account_emailaddress email WHERE email.user_id = host.id AND email.verified),
  rules.cap_day, rules.cap_week, rules.cap_month, rules.holiday_country, rules.holiday_region, rules.holidays_open,
  rules.calendar_patience_hours, schedule.time_zone,
  (SELECT CAST([list]([json](weekday, start_minute, end_minute)) AS text) FROM (
    SELECT * FROM pages_weeklyhours WHERE schedule_id = schedule.id ORDER BY weekday, start_minute) one),
  (SELECT CAST([list]([json](date, CAST(windows AS text))) AS text) FROM (
    SELECT * FROM pages_dateoverride WHERE schedule_id = schedule.id AND date >= %(over)s ORDER BY date) one),
  (SELECT CAST([list]([json](first, last, note, start_minute, end_minute)) AS text) FROM (
    SELECT * FROM pages_outofoffice WHERE host_id = host.id AND last >= %(over)s ORDER BY first, last, id) one),
  (SELECT CAST([list]([json](first, last, time_zone)) AS text) FROM (
    SELECT * FROM pages_travelzone WHERE host_id = host.id AND last >= %(over)s ORDER BY first, last, id) one)
{tables}
LEFT JOIN pages_hostrules rules ON rules.host_id = host.id
LEFT JOIN pages_schedule schedule ON schedule.id = {schedule}
"""
_DEFAULT = "(SELECT own.id FROM pages_schedule own WHERE own.host_id = host.id AND own.is_default)"
HOSTS = (
    _HOST.format(
        key="taking_part.id",
        tables="""\
FROM pages_pagehost taking_part
JOIN pages_bookingpage page ON page.id = taking_part.page_id
JOIN accounts_user host ON host.id = taking_part.host_id""",
        schedule=f"""COALESCE(
  taking_part.schedule_id, CASE WHEN taking_part.host_id = page.host_id THEN page.schedule_id END, {_DEFAULT})""",
    )
    + "WHERE taking_part.page_id [in]%(pages)s[] AND taking_part.active"
)
"""Those who take part in pages, with what decides about their time: without a schedule they have none."""
PEOPLE = (
    _HOST.format(key="host.id", tables="FROM accounts_user host", schedule=_DEFAULT)
    + "WHERE host.id [in]%(hosts)s[]"
)
"""The same of people, whatever they take part in."""

# {page} … are the columns that are wanted of a table.
_PAGE = """\
SELECT {page}, {host}, {team}, {rules}, {schedule},
  (SELECT CAST([list]([json](id, page_id, host_id, active, part, weight, tier, position, CAST(paused_until AS text),
    balance, schedule_id, buffer_before_minutes, buffer_after_minutes, notice_minutes, cap_day,
    own_calendars, writes, write_calendar_id, calendar_name, calendar_listed)) AS text) FROM (
    SELECT taking_part.*, calendar.name AS calendar_name, calendar.listed AS calendar_listed
    FROM pages_pagehost taking_part LEFT JOIN calendars_calendar calendar ON calendar.id = taking_part.write_calendar_id
    WHERE taking_part.page_id = page.id ORDER BY taking_part.position, taking_part.id) one),
  (SELECT CAST([list]([json](id, minutes, title, description, price)) AS text) FROM (
    SELECT * FROM pages_duration WHERE page_id = page.id ORDER BY minutes) one),
  (SELECT CAST([list]([json](id, kind, enabled, detail)) AS text) FROM (
    SELECT * FROM pages_meetingtype WHERE page_id = page.id ORDER BY id) one),
  (SELECT CAST([list]([json](id, weekday, start_minute, end_minute)) AS text) FROM (
    SELECT * FROM pages_weeklyhours WHERE schedule_id = schedule.id ORDER BY weekday, start_minute) one),
  (SELECT CAST([list]([json](id, date, CAST(windows AS text))) AS text) FROM (
    SELECT * FROM pages_dateoverride WHERE schedule_id = schedule.id AND date >= %(over)s ORDER BY date) one),
  (SELECT CAST([list]([json](id, first, last, note, start_minute, end_minute)) AS text) FROM (
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
PAGES = _PAGE + "WHERE page.id [in]%(pages)s[]"
"""The pages with these ids."""
PAGE_CALLED = _PAGE + "WHERE page.public_id = %(public_id)s"
"""The page that programs call so."""

# {key}, {owner} are all columns.
KEY = """\
SELECT {key}, {owner} FROM api_apikey key JOIN accounts_user owner ON owner.id = key.owner_id
WHERE key.fingerprint = %(fingerprint)s
"""
"""A program's key and whose it is, which each of its requests asks for."""

# {booking} … are columns, {also} more of them, each after a comma. Pages are no join: of many at once a planner
# would rather read all pages that there are.
WHOLE_BOOKINGS = """\
SELECT {booking}, {conference}, {origin},
  (SELECT CAST([json](page.id, page.public_id, page.title, page.slug, page.host_id, page.team_id,
    lead.handle, team.handle) AS text)
    FROM pages_bookingpage page JOIN accounts_user lead ON lead.id = page.host_id
    LEFT JOIN accounts_team team ON team.id = page.team_id WHERE page.id = booking.page_id),
  (SELECT COUNT(*) FROM bookings_historyentry entry
    WHERE entry.booking_id = booking.id AND entry.event [in]%(events)s[]),
  (SELECT CAST([list]([json](id, booking_id, host_id, time_zone, part,
    person_id, public_id, email, name)) AS text) FROM (
    SELECT taking.*, person.id AS person_id, person.public_id, person.email, person.name
    FROM bookings_bookinghost taking JOIN accounts_user person ON person.id = taking.host_id
    WHERE taking.booking_id = booking.id ORDER BY taking.id) one),
  (SELECT CAST([list]([json](id, booking_id, is_booker, name, email, phone, notes, time_zone, language, active,
    link_fingerprint, link_sealed)) AS text) FROM (
    SELECT * FROM bookings_attendee WHERE booking_id = booking.id ORDER BY id) one),
  (SELECT CAST([list]([json](id, attendee_id, key, label, kind, CAST(value AS text), text)) AS text) FROM (
    SELECT answer.* FROM bookings_answer answer JOIN bookings_attendee who ON who.id = answer.attendee_id
    WHERE who.booking_id = booking.id ORDER BY answer.id) one),
  (SELECT CAST([list]([json](state, amount, tax, currency, refunded, disputed, session_url)) AS text) FROM (
    SELECT * FROM payments_payment WHERE booking_id = booking.id) one){also}
FROM bookings_booking booking
LEFT JOIN bookings_conference conference ON conference.booking_id = booking.id
LEFT JOIN bookings_bookingorigin origin ON origin.booking_id = booking.id
WHERE booking.id [in]%(bookings)s[]
"""
"""Bookings as other programs read them, and how often something of that has changed."""
LISTENING = """,
  (SELECT CAST([list]([json](id, owner_id, CAST(events AS text), CAST(pages AS text))) AS text) FROM (
    SELECT hook.id, hook.owner_id, hook.events, hook.pages FROM webhooks_webhookendpoint hook
    JOIN accounts_user owner ON owner.id = hook.owner_id
    WHERE hook.owner_id IN (
      SELECT booking.host_id UNION SELECT %(former)s
      UNION SELECT host_id FROM pages_bookingpage WHERE id = booking.page_id
      UNION SELECT host_id FROM bookings_bookinghost WHERE booking_id = booking.id
      UNION SELECT user_id FROM accounts_membership WHERE team_id = (
        SELECT team_id FROM pages_bookingpage WHERE id = booking.page_id))
    AND hook.disabled_at IS NULL AND (hook.until IS NULL OR hook.until > %(now)s) AND owner.is_active
    ORDER BY hook.id) one)
"""
"""Beside it: the webhooks of people who may have to do with it."""
EVENT = """\
INSERT INTO webhooks_webhookevent (public_id, type, booking_id, at, revision, data, former_id)
VALUES (%(public_id)s, %(type)s, %(booking)s, %(at)s, %(revision)s, %(data)s, %(former)s)
ON CONFLICT (booking_id, revision) DO NOTHING RETURNING id
"""
"""Unless another of the same booking has that revision already."""

SEEN_HOSTS = f"""\
SELECT person.id, person.name FROM accounts_user person WHERE person.id IN (
  SELECT taking_part.host_id FROM pages_pagehost taking_part WHERE taking_part.page_id IN ({_IN_SIGHT}))
ORDER BY person.name, person.id
"""  # noqa: S608 - statements of ours
"""Who takes part in those pages, or did."""

SEEN_PAGES = """\
SELECT page.id, MAX(page.runs) FROM (
  SELECT own.id, 1 AS runs FROM pages_bookingpage own WHERE own.host_id = %(user)s
  UNION ALL
  SELECT shared.id, CASE WHEN member.role [in]%(running)s[] THEN 1 ELSE 0 END
  FROM accounts_membership member JOIN pages_bookingpage shared ON shared.team_id = member.team_id
  WHERE member.user_id = %(user)s AND member.role [in]%(roles)s[]
) page GROUP BY page.id ORDER BY page.id
"""
"""The pages whose bookings somebody sees, and whether they run them: their own, and those of their teams."""

DUE = """\
SELECT 1 FROM jobs_job job
WHERE job.state = 'waiting' AND job.run_at <= %(now)s AND job.lane [in]%(lanes)s[] AND NOT (
  job.lane IN ('', 'calls') AND job.concurrency <> '' AND EXISTS (
    SELECT 1 FROM jobs_job beside
    WHERE beside.state = 'running' AND beside.lane IN ('', 'calls') AND beside.concurrency = job.concurrency)
) LIMIT 1
"""
"""Whether there is work that may be begun now: each thread of a worker asks it every second, and after every commit."""


def rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """Moments are as the database says them: `aware` reads them. A list of numbers is one value."""
    vendor = connection.vendor
    many = any(isinstance(one, list) and len(one) != 1 for one in values.values())
    adapted = {name: _adapted(one, vendor, many=many) for name, one in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(_said_to(vendor, sql, many=many), adapted)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def listed(text: str | None) -> list[list[Any]]:
    """Of a list that came as JSON; of an empty one PostgreSQL says nothing at all."""
    found: list[list[Any]] = orjson.loads(text) if text else []
    return found


_WORDS = {
    "sqlite": {
        "[list]": "json_group_array",
        "[json]": "json_array",
        "[in]": "IN (SELECT value FROM json_each(",
        "[]": "))",
    },
    "postgresql": {"[list]": "json_agg", "[json]": "json_build_array", "[in]": "= ANY(", "[]": ")"},
}

_OF_ONE = {"[in]": "= ", "[]": ""}


@lru_cache
def _said_to(vendor: str, sql: str, *, many: bool) -> str:
    for said, meant in (_WORDS[vendor] if many else _WORDS[vendor] | _OF_ONE).items():
        sql = sql.replace(said, meant)
    return sql


def _adapted(value: Any, vendor: str, *, many: bool) -> Any:
    if isinstance(value, list):
        if not many:  # one host's page is the usual one, and reading a list costs
            return value[0]
        return value if vendor == "postgresql" else orjson.dumps(value).decode()
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def aware(moment: datetime | None) -> datetime | None:
    """With the zone that SQLite leaves out."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


_AT_ONCE = 500
_NOT_LIBPQ = {"context", "cursor_factory", "prepare_threshold"}
_LIMITS = ("lock_timeout", "statement_timeout")


@contextmanager
def lock_timeout(milliseconds: int) -> Iterator[None]:
    """Open a transaction that waits so long for a lock, and raises OperationalError when that is not enough.

    Within another transaction that one waits again as long as it did before.
    """
    if connection.vendor == "sqlite":  # it waits for its lock when the transaction begins
        _execute(f"PRAGMA busy_timeout = {milliseconds}")
    within = connection.in_atomic_block
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                before = _limits() if within else {}
                _limit(dict.fromkeys(_LIMITS, f"{milliseconds}ms"))
                yield
                _limit(before)  # what failed is rolled back together with its limits
            else:
                yield
    finally:
        if connection.vendor == "sqlite":
            usual = connection.settings_dict["OPTIONS"].get("timeout", 5)
            _execute(f"PRAGMA busy_timeout = {int(usual * 1000)}")


def _limits() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in _LIMITS))
        return dict(zip(_LIMITS, cursor.fetchone(), strict=True))


def _limit(values: dict[str, str]) -> None:
    """Set limits until the transaction is over."""
    if values:
        _execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in values.items()))


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def libpq_parameters() -> dict[str, Any]:
    """What Django connects with, certificates and all, without what only Django understands."""
    parameters = connection.get_connection_params()
    return {name: value for name, value in parameters.items() if name not in _NOT_LIBPQ}


def forget_some(old: QuerySet[Any]) -> None:
    """Delete some hundreds of these rows: whoever comes next deletes more, and nobody waits for all of them."""
    if found := list(old.values_list("pk", flat=True)[:_AT_ONCE]):
        old.model._default_manager.filter(pk__in=found).delete()  # noqa: SLF001 - documented


def portions(values: Iterable[str]) -> Iterator[list[str]]:
    """Cut what is asked for, sorted, into queries of a size that every database takes."""
    ordered = sorted(values)
    yield from (ordered[first : first + _AT_ONCE] for first in range(0, len(ordered), _AT_ONCE))
