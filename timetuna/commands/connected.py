"""What `timetuna busy calendar:17` shows of a connected calendar."""

from typing import Any
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.calendars.actions.inspect_calendar import see_calendar
from timetuna.commands.busy import shown
from timetuna.commands.database import database_answers
from timetuna.processes.ending import Refusal


def see(calendar: int, span: Interval, zone: ZoneInfo) -> dict[str, Any]:
    """Its busy time as it is now (None, and why, where it cannot be read), and as pages know it."""
    with database_answers():
        seen = see_calendar(calendar, span)
    if seen is None:
        raise Refusal(f"There is no connected calendar {calendar}.")
    return {
        "calendar": seen.name,
        "busy": None if seen.now is None else shown(seen.now, zone),
        "problem": seen.problem,
        "notes": seen.notes,
        "known": {
            "read_at": seen.read_at.astimezone(zone).isoformat() if seen.read_at else None,
            "busy": shown(seen.known, zone),
        },
    }
