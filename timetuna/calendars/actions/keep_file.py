"""Keep busy times that a host has brought along: a calendar file of theirs, or what they have booked elsewhere."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from timetuna.availability.interval import Interval, minute_of
from timetuna.calendars.access_tokens import sealed_tokens
from timetuna.calendars.busy_cache import KnownBusy, pack
from timetuna.calendars.hooks import wants_of
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.ical.answer import Note
from timetuna.providers.base import Tokens
from timetuna.providers.icsfile.provider import FILE

PROVIDER = "icsfile"
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_SPARE = timedelta(days=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtFile:
    """key: by which a later one replaces it.  content: the file.  known: what it says of `span`, in `zone`."""

    key: str
    name: str
    content: str
    known: KnownBusy
    span: Interval
    zone: str
    notes: tuple[Note, ...] = ()


def span_wanted(host_id: int, *, now: datetime) -> Interval:
    """From yesterday as far ahead as the host's pages ask, in UTC minutes."""
    ahead = timedelta(days=wants_of(host_id).days) + _SPARE
    return minute_of(now - timedelta(days=1)), minute_of(now + ahead)


def keep_file(host_id: int, file: BroughtFile, *, now: datetime) -> Calendar:
    """Store it in the caller's transaction, behind the host's lock: its times block from the commit on.

    A reading of the former file that is under way is not stored any more.
    """
    account = CalendarAccount.objects.filter(
        host_id=host_id, provider=PROVIDER, provider_user_id=file.key
    ).first() or CalendarAccount(host_id=host_id, provider=PROVIDER, provider_user_id=file.key)
    account.display_name = file.name[:200]
    # The file is the credential: sealed like one, and shown to nobody.
    for column, value in sealed_tokens(Tokens(file.content, "", NEVER, frozenset()), account=account).items():
        setattr(account, column, value)
    account.calendars_read_at = now
    account.save()
    columns = {
        "name": file.name[:300],
        "everywhere": True,
        "busy": pack(file.known),
        "busy_count": len(file.known),
        "known_from_minute": file.span[0],
        "known_until_minute": file.span[1],
        "known_zone": file.zone,
        "notes": [list(note) for note in file.notes],
        "cursor": "",
        "read_at": now,
        "tried_at": now,
        "next_read_at": now,
        "read_lease_until": None,
    }
    calendar, _ = Calendar.objects.update_or_create(account=account, outside_id=FILE, defaults=columns)
    return calendar


def drop_file(host_id: int, key: str) -> bool:
    """Free its times; return whether there was such a file."""
    rows = CalendarAccount.objects.filter(host_id=host_id, provider=PROVIDER, provider_user_id=key)
    return bool(rows.delete()[0])
