"""When a phone may make a noise: not between nine in the evening and eight in the morning by its owner's clock.

A text that falls due then goes before it or after it, whichever is nearer, or not at all.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

BEGIN, END = time(21), time(8)
_LAST_BEFORE = time(20, 55)
LEAST_AHEAD = timedelta(minutes=30)
"""So long before the meeting a text is still of use that was due in the night."""
_DAY = timedelta(days=1)


def is_quiet(moment: datetime, zone: ZoneInfo) -> bool:
    clock = moment.astimezone(zone).time()
    return clock >= BEGIN or clock < END


def moment_outside(due: datetime, *, start: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """When a text goes that is due then; the same moment where it can only go by another way, or needs no other."""
    if not is_quiet(due, zone):
        return due
    local = due.astimezone(zone)
    evening = local.date() - (_DAY if local.time() < END else timedelta())
    before = datetime.combine(evening, _LAST_BEFORE, zone).astimezone(due.tzinfo)
    after = datetime.combine(evening + _DAY, END, zone).astimezone(due.tzinfo)
    possible = [before] if before > now else []
    if after + LEAST_AHEAD <= start:
        possible.append(after)
    return min(possible, key=lambda moment: abs(moment - due), default=due)
