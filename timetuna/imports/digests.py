"""What tells whether something was changed since it was taken over, there or here."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from django.db.models import Model

from timetuna.pages.models import (
    BookingPage,
    DateOverride,
    Duration,
    MeetingType,
    Question,
    Schedule,
    WeeklyHours,
)
from timetuna.providers.bundle import OutsidePage, OutsideSchedule

_OF_PAGE = (
    "slug",
    "title",
    "description",
    "listed",
    "schedule_id",
    "staffing",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "increment_minutes",
    "notice_minutes",
    "horizon_kind",
    "horizon_days",
    "horizon_date",
    "most_guests",
    "approval",
)


def outside_digest(one: OutsidePage | OutsideSchedule) -> str:
    """Of what the other product has."""
    return digest(asdict(one))


def page_digests(ids: Collection[int]) -> dict[int, str]:
    """Of pages of ours, by id; those that are deleted are not among them. Four queries."""
    rows = BookingPage.objects.filter(pk__in=ids).values("pk", *_OF_PAGE)
    durations = _by_page(Duration, ids, "minutes", "title", "description")
    kinds = _by_page(MeetingType, ids, "kind", "enabled", "detail")
    questions = _by_page(Question, ids, "kind", "label", "help", "required", "hidden", "options")
    return {
        row["pk"]: digest([row, *(each.get(row["pk"], []) for each in (durations, kinds, questions))])
        for row in rows
    }


def schedule_digests(ids: Collection[int]) -> dict[int, str]:
    """Of schedules of ours, likewise. Three queries."""
    rows = Schedule.objects.filter(pk__in=ids).values("pk", "name", "time_zone")
    hours, dates = (
        _grouped(model.objects.filter(schedule__in=ids).values_list("schedule_id", *names))
        for model, names in (
            (WeeklyHours, ("weekday", "start_minute", "end_minute")),
            (DateOverride, ("date", "windows")),
        )
    )
    return {
        row["pk"]: digest([row, sorted(hours.get(row["pk"], [])), dates.get(row["pk"], [])]) for row in rows
    }


def digest(value: Any) -> str:
    """Of anything that JSON has a word for; dates are texts."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _by_page(model: type[Model], ids: Collection[int], *names: str) -> dict[int, list[list[Any]]]:
    rows = model._default_manager.filter(page__in=ids)  # noqa: SLF001 - documented
    return _grouped(rows.values_list("page_id", *names))


def _grouped(rows: Iterable[Any]) -> dict[int, list[list[Any]]]:
    found: dict[int, list[list[Any]]] = {}
    for key, *values in rows:
        found.setdefault(key, []).append(values)
    return found
