"""Adds up, every few seconds, what this process has noted of looks and picks."""

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from django.db import Error, close_old_connections, transaction
from django.db.models import F

from timetuna.bookings.looks import NOTED, PageLook
from timetuna.insights.actions.fill_days import in_turn
from timetuna.insights.models import DayFigure
from timetuna.l10n.datetimes import date_in
from timetuna.pages.models import BookingPage

EVERY_SECONDS = 5.0
log = logging.getLogger("timetuna.insights")


def begin() -> None:
    """Count in a thread of its own for as long as the process runs."""
    threading.Thread(target=_keep_counting, name="looks", daemon=True).start()
    atexit.register(count_noted)


def _keep_counting() -> None:
    pause = threading.Event()
    while not pause.wait(EVERY_SECONDS):
        count_noted()
        close_old_connections()


def count_noted() -> None:
    """What cannot be written down now is kept for the next time."""
    noted = list(_drained())
    if not noted:
        return
    try:
        count_looks(noted)
    except Error as error:
        NOTED.extendleft(reversed(noted))
        log.warning("looks wait to be counted: %s", type(error).__name__)


def _drained() -> Iterator[PageLook]:
    while NOTED:
        yield NOTED.popleft()


def count_looks(noted: Iterable[PageLook]) -> None:
    """Each counts on the date that the clock of the page's hours showed."""
    looks, picks = Counter[tuple[int, date]](), Counter[tuple[int, date]]()
    for one in noted:
        (picks if one.picked else looks)[one.page_id, date_in(one.zone, one.at)] += 1
    with transaction.atomic():
        in_turn()
        days = sorted({*looks, *picks})
        there = set(
            BookingPage.objects.filter(pk__in={page for page, _ in days}).values_list("pk", flat=True)
        )
        for page, day in days:
            if page in there:
                _add(page, day, looks=looks[page, day], picks=picks[page, day])


def _add(page_id: int, day: date, *, looks: int, picks: int) -> None:
    row, _ = DayFigure.objects.get_or_create(page_id=page_id, host=None, day=day, clock=DayFigure.Clock.MADE)
    DayFigure.objects.filter(pk=row.pk).update(looks=F("looks") + looks, picks=F("picks") + picks)
