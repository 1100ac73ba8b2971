"""A club's calendar that anybody can read at its address: practice on Tuesdays, a match on Saturdays."""

from datetime import datetime, timedelta

from sandbox.base.wire import Response

PATH = "/feeds/football.ics"
_WEEKS = 12
_TUESDAY, _SATURDAY = 1, 5


def answer(now: datetime) -> Response:
    """Return the calendar as it is at this moment, from last week on."""
    monday = (now - timedelta(days=now.weekday() + 7)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Sandbox//Football club//EN",
        "X-WR-CALNAME:football_export_2",
    ]
    for week in range(_WEEKS):
        day = monday + timedelta(weeks=week)
        lines += _event(day + timedelta(days=_TUESDAY, hours=17), minutes=90, title="Practice")
        lines += _event(day + timedelta(days=_SATURDAY, hours=13), minutes=120, title="Match")
    text = "\r\n".join([*lines, "END:VCALENDAR", ""])
    return Response(200, text.encode(), {"Content-Type": "text/calendar; charset=utf-8"})


def _event(start: datetime, *, minutes: int, title: str) -> list[str]:
    end = start + timedelta(minutes=minutes)
    return [
        "BEGIN:VEVENT",
        f"UID:{start:%Y%m%d}-{title.lower()}@football.example",
        f"DTSTAMP:{start:%Y%m%dT000000Z}",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{end:%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{title}",
        "END:VEVENT",
    ]
