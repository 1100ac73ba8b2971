"""`timetuna busy`: what TimeTuna sees of a calendar, for a host who wonders."""

import argparse
import importlib
import json
import logging
import os
import re
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from timetuna import __version__
from timetuna.availability.interval import Interval, merge
from timetuna.ical.answer import CalendarFile, Unreadable
from timetuna.ical.reading import read_busy
from timetuna.ical.refusals import MAX_BYTES, sentence
from timetuna.lib.http import HttpClient
from timetuna.lib.text import find_zone, zone_meant
from timetuna.processes.ending import Refusal
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.icalfeed.fetching import bounded, fetch, read_address

_LONGEST = timedelta(days=3_660)
_SECONDS = 30.0
_CONNECTED = re.compile("calendar:([0-9]{1,18})")
_ADDRESS = re.compile("(https?|webcals?)://", re.IGNORECASE)


def run(options: argparse.Namespace) -> int:
    """Print the merged busy times as JSON, and what is doubtful of them on the error stream.

    Refuses with the reason where the calendar cannot be read.
    """
    logging.disable()  # what goes wrong is said once, as a sentence
    zone = _zone(options.zone)
    first, end = _moment(options.first, zone), _moment(options.end, zone)
    if not first < end <= first + _LONGEST:
        raise Refusal("--to is after --from, and at most ten years.")
    span, asked = (_minute(first), _minute(end)), _CONNECTED.fullmatch(options.source)
    found = _connected(int(asked[1]), span, zone) if asked else _fresh(options.source, span, zone)
    for note in found.pop("notes"):
        print(sentence(note, zone), file=sys.stderr)
    head = {"from": first.isoformat(), "to": end.isoformat(), "zone": zone.key}
    print(json.dumps(head | found, indent=2))
    return 0


def _connected(calendar: int, span: Interval, zone: ZoneInfo) -> dict[str, Any]:
    # Files and addresses are read without the server's settings.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timetuna.settings")
    importlib.import_module("django").setup()
    return dict(importlib.import_module("timetuna.commands.connected").see(calendar, span, zone))


def _fresh(source: str, span: Interval, zone: ZoneInfo) -> dict[str, Any]:
    found = _read(source, span, zone=zone.key)
    return {
        "busy": shown(merge(one[:2] for one in found.busy), zone),
        "events": found.events,
        "free": found.free,
        "empty": found.empty,
        "notes": found.notes,
    }


def _read(source: str, span: Interval, *, zone: str) -> CalendarFile:
    """Read what the source names: an address, else a file."""
    try:
        body = _fetched(source) if _ADDRESS.match(source) else _content(source)
        return read_busy(body, span, time_zone=zone, seconds=_SECONDS)
    except Unreadable as error:
        raise Refusal(f"{error.naming} ({error.code})") from None
    except (ProviderError, NeedsReconnect) as error:
        raise Refusal(f"{error} ({error.code})") from None


def _fetched(source: str) -> bytes:
    """Whoever types the address here may reach what this machine reaches."""
    http = HttpClient(user_agent=f"TimeTuna/{__version__}")
    address = read_address(source, allow_http=True)
    return fetch(bounded(http, allow_private=True), address).body


def _content(source: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        raise Refusal(f"{source} is neither an address nor a file that can be read.") from None


def _zone(name: str) -> ZoneInfo:
    zone = find_zone(zone_meant(name))
    if zone is None:
        raise Refusal(f"{name} is not a time zone. Use an IANA name such as Europe/Berlin.")
    return zone


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a date, which is its midnight, or a date and time, by the clocks of the zone where it says no other."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        raise Refusal(f"{text} is not a date. Use one such as 2026-11-01.") from None


def _minute(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def shown(intervals: Iterable[Interval], zone: ZoneInfo) -> list[dict[str, str]]:
    """By the clocks of the zone; intervals are in UTC minutes."""
    return [_shown(start, end, zone) for start, end in intervals]


def _shown(start: int, end: int, zone: ZoneInfo) -> dict[str, str]:
    moments = (datetime.fromtimestamp(60 * minute, zone) for minute in (start, end))
    return dict(zip(("start", "end"), (moment.isoformat() for moment in moments), strict=True))
