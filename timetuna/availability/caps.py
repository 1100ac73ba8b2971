"""Days, weeks and months that have as many bookings as the host wants."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from timetuna.availability.hours import Cap, CapScope, Hours, periods
from timetuna.availability.interval import Interval


class FullPeriod(NamedTuple):
    """A period in which no further meeting may start, in UTC minutes, and the cap it has reached."""

    start_minute: int
    end_minute: int
    cap: Cap


def full_periods(
    hours: Hours, *, caps: Iterable[Cap], starts: Mapping[CapScope, Sequence[int]], span: Interval
) -> list[FullPeriod]:
    """Return every period touching `span` whose cap is reached by bookings that begin at `starts`, UTC minutes.

    starts: what each scope counts, in any order: at least the bookings within `counted_span`, others do no harm.
    """
    ordered = {scope: sorted(minutes) for scope, minutes in starts.items()}
    return [
        FullPeriod(start, end, cap)
        for cap in caps
        for start, end in periods(hours, period=cap.period, span=span)
        if bisect_left(ordered.get(cap.scope, ()), end) - bisect_left(ordered.get(cap.scope, ()), start)
        >= cap.most
    ]


def counted_span(hours: Hours, *, caps: Iterable[Cap], span: Interval) -> Interval:
    """From when until when bookings have to be known to tell which periods touching `span` are full."""
    spans = [periods(hours, period=period, span=span) for period in {cap.period for cap in caps}]
    return min((one[0][0] for one in spans), default=span[0]), max(
        (one[-1][1] for one in spans), default=span[1]
    )
