"""Reads the times that are kept for guests who are about to book."""

from datetime import datetime

from timetuna.availability.slots import Busy, Kind
from timetuna.db import reads
from timetuna.lib.crypto import fingerprint


def live_holds(host_id: int, *, now: datetime, token: str = "", visit: str = "") -> list[Busy]:
    """Return a host's live holds in one query, without those of this token and of the visit with this fingerprint.

    A guest's own hold never stands in their way: the way back shows the time again, and a form that was opened twice
    can be sent from either tab. Another guest's does, although their browsers may look the same from here.
    """
    rows = reads.rows(reads.HELD, host=host_id, now=now, token=fingerprint(token), visit=visit)
    return [Busy(start, end, Kind.HOLD, before, after) for start, end, before, after in rows]
