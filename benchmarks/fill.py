"""Fills an empty, migrated database with hosts and bookings; run by the benchmarks with the product's settings.

python benchmarks/fill.py BOOKINGS BUSY [CALENDARS BLOCKS]     prints nothing; hosts: h0, h1 …, free0, free1 …

Hosts h0 to h999 have a page "call" open on weekdays 9 to 17 in Berlin, 30 minutes by 15, and share BOOKINGS
bookings over the past two years and the coming two months. BUSY of them are h0's in the coming 60 days: the first
500 fill its mornings and leave the afternoons, what is more is at night. Hosts free0 to free100 are open day and
night and have none. With CALENDARS, h0 has so many connected ones, each with BLOCKS busy times of 10 minutes in the
afternoons and evenings of these days.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

HOSTS, FREE_HOSTS, IN_HOURS, DAYS = 1_000, 101, 500, 60
ZONE = "Europe/Berlin"
Row = list[Any]


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "timetuna.settings"
    import django  # noqa: PLC0415 - settings are read here

    django.setup()
    fill(bookings=int(sys.argv[1]), busy=int(sys.argv[2]))
    if sys.argv[3:]:
        make_calendars("h0", int(sys.argv[3]), blocks=int(sys.argv[4]))


def fill(*, bookings: int, busy: int) -> None:
    from django.db import connection  # noqa: PLC0415

    pages = make_hosts("h", HOSTS, open_between=(9 * 60, 17 * 60), weekdays=5)
    make_hosts("free", FREE_HOSTS, open_between=(0, 1440), weekdays=7)
    store_bookings(pages, bookings=bookings, busy=busy)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_calendars(handle: str, count: int, *, blocks: int) -> None:
    """Store connected calendars of a host as they are once they have been read."""
    from django.utils import timezone  # noqa: PLC0415

    from timetuna.accounts.models import User  # noqa: PLC0415
    from timetuna.calendars.busy_cache import KnownBusy, pack  # noqa: PLC0415
    from timetuna.calendars.models import Calendar, CalendarAccount  # noqa: PLC0415

    now, host = timezone.now(), User.objects.get(handle=handle)
    first = int(now.replace(hour=13, minute=0).timestamp()) // 60
    account = CalendarAccount.objects.create(host=host, provider="icalfeed", expires_at=now)
    for number in range(count):
        starts = (
            first + block % DAYS * 1440 + (block // DAYS * count + number) * 15 for block in range(blocks)
        )
        known = KnownBusy(tuple((start, start + 10) for start in sorted(starts)))
        Calendar.objects.create(
            account=account,
            outside_id=f"{number}",
            name=f"Calendar {number}",
            busy=pack(known),
            busy_count=len(known),
            known_until_minute=first + 400 * 1440,
            read_at=now + timedelta(hours=12),  # so that it stays fresh for as long as is measured
            tried_at=now,
            next_read_at=now + timedelta(days=1),
        )


def make_hosts(
    prefix: str, count: int, *, open_between: tuple[int, int], weekdays: int
) -> list[tuple[int, int]]:
    """Store hosts with one page each; return the ids of hosts and pages."""
    from timetuna.pages.models import BookingPage, Duration, MeetingType, PageHost, Schedule  # noqa: PLC0415

    users = make_users([f"{prefix}{number}" for number in range(count)])
    schedules = Schedule.objects.bulk_create(
        Schedule(host=user, name="Hours", time_zone=ZONE, is_default=True) for user in users
    )
    make_hours(schedules, open_between, weekdays)
    pages = BookingPage.objects.bulk_create(
        BookingPage(
            host=user, slug="call", title="Call", schedule=schedule, increment_minutes=15, horizon_days=365
        )
        for user, schedule in zip(users, schedules, strict=True)
    )
    PageHost.objects.bulk_create(PageHost(page=page, host_id=page.host_id) for page in pages)
    Duration.objects.bulk_create(Duration(page=page, minutes=30) for page in pages)
    MeetingType.objects.bulk_create(MeetingType(page=page, kind="phone", enabled=True) for page in pages)
    return [(user.pk, page.pk) for user, page in zip(users, pages, strict=True)]


def make_users(names: list[str]) -> list[Any]:
    from allauth.account.models import EmailAddress  # noqa: PLC0415

    from timetuna.accounts.models import User  # noqa: PLC0415

    users = User.objects.bulk_create(
        User(email=f"{name}@example.org", name=name, handle=name, time_zone=ZONE, password="!")  # noqa: S106
        for name in names
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return users


def make_hours(schedules: list[Any], open_between: tuple[int, int], weekdays: int) -> None:
    from timetuna.pages.models import WeeklyHours  # noqa: PLC0415

    first, last = open_between
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=weekday, start_minute=first, end_minute=last)
        for schedule in schedules
        for weekday in range(weekdays)
    )


def store_bookings(pages: list[tuple[int, int]], *, bookings: int, busy: int) -> None:
    """Write rows past the ORM; everything that does not matter here has the model's own default."""
    from timetuna.bookings.models import Attendee, Booking, BookingHost  # noqa: PLC0415

    each = (bookings - busy) // (len(pages) - 1)
    times = chain(
        ((pages[0], *time) for time in busy_times(busy)),
        ((page, *time) for page in pages[1:] for time in spread_times(each)),
    )
    numbered = list(enumerate(times, start=1))
    write(Booking, (booking_row(number, *time) for number, time in numbered))
    write(Attendee, (booker_row(number, time[1]) for number, time in numbered))
    write(BookingHost, (host_row(number, *time) for number, time in numbered))


def spread_times(count: int) -> Iterator[tuple[int, int]]:
    """Yield starts and lengths in minutes, from two years ago until 60 days ahead."""
    first, beyond = today_minute() - 730 * 1440, today_minute() + DAYS * 1440
    return ((first + (beyond - first) * number // count, 30) for number in range(count))


def busy_times(count: int) -> Iterator[tuple[int, int]]:
    """Yield starts and lengths within the coming 60 days: in the mornings as far as 500 go, then at night."""
    weekdays = [day for day in range(1, DAYS + 1) if weekday(day) < 5]
    by_day = [
        today_minute() + day * 1440 + 8 * 60 + minute for day in weekdays for minute in range(0, 180, 15)
    ]
    by_night = [
        today_minute() + day * 1440 + 17 * 60 + minute
        for day in range(1, DAYS + 1)
        for minute in range(0, 840, 10)
    ]
    within = min(count, IN_HOURS)
    for number in range(within):
        yield by_day[number * len(by_day) // within], 15
    for number in range(count - within):
        yield by_night[number * len(by_night) // (count - within)], 5


def weekday(days_ahead: int) -> int:
    return (datetime.now(UTC) + timedelta(days=days_ahead)).weekday()


def today_minute() -> int:
    return int(datetime.now(UTC).timestamp()) // 86_400 * 1440


def booking_row(number: int, page: tuple[int, int], start: int, minutes: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(start * 60, UTC)
    return {
        "id": number,
        "uid": f"{number:032x}",
        "public_id": f"bk_{number:018}",
        "host_id": page[0],
        "page_id": page[1],
        "title": "Call",
        "start_at": moment,
        "minutes": minutes,
        "host_time_zone": ZONE,
        "meeting_type": "phone",
        "idempotency_key": f"filled-{number:020}",
        "created_at": moment - timedelta(days=7),
    }


def booker_row(number: int, start: int) -> dict[str, Any]:
    return {
        "id": number,
        "booking_id": number,
        "is_booker": True,
        "name": f"Guest {number}",
        "email": f"guest{number}@guest.example",
        "time_zone": "Europe/Paris",
        "added_at": datetime.fromtimestamp(start * 60, UTC) - timedelta(days=7),
        "link_fingerprint": f"{number * 0x9E3779B97F4A7C15 % 2**64:064x}",
        "link_sealed": "x" * 200,
    }


def host_row(number: int, page: tuple[int, int], start: int, minutes: int) -> dict[str, Any]:
    return {
        "id": number,
        "booking_id": number,
        "host_id": page[0],
        "start_minute": start,
        "end_minute": start + minutes,
        "buffer_after_minutes": 5,
    }


def write(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows of column -> value in one transaction: COPY on PostgreSQL, executemany on SQLite."""
    from django.db import connection, transaction  # noqa: PLC0415

    columns = {field.column: field.get_default() for field in model._meta.concrete_fields}  # noqa: SLF001
    table = model._meta.db_table  # noqa: SLF001
    values = ([row.get(column, default) for column, default in columns.items()] for row in rows)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            copy(cursor, f"COPY {table} ({', '.join(columns)}) FROM STDIN", values)
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
        else:
            marks = ", ".join("?" * len(columns))
            plain = ([str(one)[:-6] if isinstance(one, datetime) else one for one in row] for row in values)
            cursor.cursor.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 - our own names
                plain,
            )


def copy(cursor: Any, statement: str, values: Iterable[Row]) -> None:
    with cursor.copy(statement) as stream:
        for row in values:
            stream.write_row(row)


if __name__ == "__main__":
    main()
