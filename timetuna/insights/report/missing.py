"""Of the start times of a page in the next two weeks, how many guests find, and what keeps the others from them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy

from timetuna.availability.interval import minute_of
from timetuna.availability.teams import Why
from timetuna.bookings.slots.availability import SlotQuery, why_on_grid
from timetuna.bookings.slots.reasons import name_of
from timetuna.insights.report.words import Line, percent
from timetuna.lib.chart import share
from timetuna.pages.public import PublicPage

AHEAD = timedelta(days=14)
OTHERS_BUSY = gettext_lazy("Somebody who has to come has no time")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingTimes:
    """reasons: the most frequent first.  minutes: of a meeting."""

    page_id: int
    minutes: int
    all: int
    offered: int
    reasons: Sequence[Line]


def missing_times(page: PublicPage, *, reader: int, now: datetime) -> MissingTimes:
    """Of the page's shortest length. Each time counts once, with the first reason that its host is told."""
    minutes = min(one.minutes for one in page.durations)
    query = SlotQuery(page=page, minutes=minutes, now=now)
    start = query.now_minute()
    grid = why_on_grid(query, span=(start, minute_of(now + AHEAD)))
    counted = Counter(_first(why, page, reader) for why in grid.values() if why)
    missing = sum(counted.values())
    return MissingTimes(
        page_id=page.id,
        minutes=minutes,
        all=len(grid),
        offered=len(grid) - missing,
        reasons=[
            Line(name, number, percent(number, len(grid)), share(number, len(grid)))
            for name, number in counted.most_common()
        ],
    )


def _first(why: Why, page: PublicPage, reader: int) -> str:
    """The page's own first; of several hosts no more than that they are needed."""
    if why.page:
        return name_of(why.page[0].code, own=True)
    if page.is_shared():
        return str(OTHERS_BUSY)
    first = next(reasons[0].code for reasons in why.hosts.values() if reasons)
    return name_of(first, own=page.host_id == reader)
