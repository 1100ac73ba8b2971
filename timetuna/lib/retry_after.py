"""When a server that refused wants to be asked again."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(hours=25)  # a day, and the clocks may differ; more would be a broken or hostile value


def parse_retry_after(text: str, *, now: datetime) -> datetime | None:
    """Read a Retry-After value: ISO date-time (Zoom), whole seconds or HTTP date (RFC 9110 section 10.2.3).

    Returns aware UTC between one second and 25 hours from `now`, or None when the text is none of the three.
    """
    value = text.strip()
    moment = _iso(value) or _seconds(value, now) or _http_date(value)
    return None if moment is None else bounded(moment, now=now)


def bounded(moment: datetime, *, now: datetime) -> datetime:
    """Return the moment, brought between one second and 25 hours from `now`."""
    return min(max(moment, now + timedelta(seconds=1)), now + _LONGEST)


def _iso(value: str) -> datetime | None:
    if "T" not in value.upper():
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(value: str, now: datetime) -> datetime | None:
    if not value.isascii() or not value.isdigit():
        return None
    return now + min(timedelta(seconds=int(value[:9])), _LONGEST)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
