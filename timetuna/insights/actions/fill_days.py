"""Makes days anew from all that they count."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from timetuna.insights.figures import NUMBERS, DayKey, sums_of
from timetuna.insights.models import DayFigure, Filled
from timetuna.insights.queries import Subject, facts_near
from timetuna.pages.models import BookingPage

_COLUMNS = (*NUMBERS, "details")
_NOTHING: Mapping[str, object] = dict.fromkeys(NUMBERS, 0) | {"details": {}}
_CHANGED_AT_ONCE, _NEW_AT_ONCE = 100, 500


def fill_days(subject: Subject, days: Iterable[date]) -> None:
    """A day is never corrected by what has changed: so the order in which changes arrive makes no difference.

    Two at once take turns, and whoever comes later reads what the earlier could not know. Looks and picks stay.
    """
    wanted = set(days)
    with transaction.atomic():
        in_turn()
        if subject.page is not None and not BookingPage.objects.filter(pk=subject.page).exists():
            return  # deleted meanwhile, its days with it
        sums = sums_of(facts_near(subject, wanted), of_page=subject.page is not None)
        columns = {key: total.columns() for key, total in sums.items() if key.day in wanted}
        _write(subject, days_of(subject).filter(day__in=wanted), columns)


def filled() -> Filled:
    """Up to where the days are counted."""
    return Filled.objects.get_or_create(pk=1)[0]


def in_turn() -> None:
    """Wait, inside a transaction, until nobody else changes days."""
    filled()
    Filled.objects.select_for_update().get()


def days_of(subject: Subject) -> QuerySet[DayFigure]:
    """As they are stored."""
    if subject.page is not None:
        return DayFigure.objects.filter(page=subject.page)
    return DayFigure.objects.filter(page=None, host=subject.host)


def _write(
    subject: Subject, stored: QuerySet[DayFigure], columns: Mapping[DayKey, Mapping[str, object]]
) -> None:
    rows = {DayKey(row.host_id, row.day, row.clock): row for row in stored}
    changed = [row for key, row in rows.items() if _set(row, columns.get(key, _NOTHING))]
    new = [
        DayFigure(page_id=subject.page, host_id=key.host, day=key.day, clock=key.clock, **values)
        for key, values in columns.items()
        if key not in rows
    ]
    DayFigure.objects.bulk_update(changed, _COLUMNS, batch_size=_CHANGED_AT_ONCE)
    DayFigure.objects.bulk_create(new, batch_size=_NEW_AT_ONCE)
    if changed:
        stored.filter(booked=0, unconfirmed=0, looks=0, picks=0).delete()


def _set(row: DayFigure, values: Mapping[str, object]) -> bool:
    """Whether that changes it."""
    differs = [name for name in _COLUMNS if getattr(row, name) != values[name]]
    for name in differs:
        setattr(row, name, values[name])
    return bool(differs)
