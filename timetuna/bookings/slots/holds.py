"""Reads the times that are kept for guests who are about to book."""

from datetime import datetime

from django.db.models import QuerySet

from timetuna.availability.slots import Busy, Kind
from timetuna.bookings.models import Hold
from timetuna.db.compiled import Prepared
from timetuna.lib.signing import fingerprint


def live_holds(host_id: int, *, now: datetime, token: str = "", visit: str = "") -> list[Busy]:
    """Return a host's live holds in one query, without those of this token and of the visit with this fingerprint.

    A guest's own hold never stands in their way: the way back shows the time again, and a form that was opened twice
    can be sent from either tab. Another guest's does, although their browsers may look the same from here.
    """
    rows = _LIVE(host_id, now, fingerprint(token), visit)
    return [Busy(start, end, Kind.HOLD, before, after) for start, end, before, after in rows]


def _live(host: int, now: datetime, token: str, visit: str) -> QuerySet[Hold, tuple[int, int, int, int]]:
    rows = Hold.objects.filter(host_id=host, expires_at__gt=now)
    others = rows.exclude(token_fingerprint=token).exclude(visit_fingerprint=visit)
    return others.values_list("start_minute", "end_minute", "buffer_before_minutes", "buffer_after_minutes")


_LIVE = Prepared(_live)
