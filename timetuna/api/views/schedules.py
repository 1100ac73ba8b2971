"""A host's schedules: weekly hours that pages can have, and dates with others."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Query, Router

from timetuna.accounts.models import User
from timetuna.api.filling import fill_in, typed
from timetuna.api.operations import (
    DELETES,
    Needs,
    Sort,
    account,
    answers,
    change,
    changes,
    delete,
    done_once,
    invalid,
    made,
    makes,
    one_of,
    page_in_order,
    problems,
    tagged,
)
from timetuna.api.problems import Problem, ProblemCode
from timetuna.api.schemas.availability import (
    WEEKDAYS,
    DateIn,
    ScheduleChange,
    ScheduleIn,
    ScheduleList,
    ScheduleOut,
    WindowIn,
)
from timetuna.api.scopes import ApiScope
from timetuna.api.views.pages import PageFilter
from timetuna.pages.actions.create_schedule import MOST, TooManySchedules, create_schedule
from timetuna.pages.actions.delete_schedule import ScheduleNeeded, delete_schedule
from timetuna.pages.actions.set_default_schedule import set_default_schedule
from timetuna.pages.forms.hours.dates import CLOSED, OTHER, USUAL, DatesForm
from timetuna.pages.forms.hours.typed_hours import clock
from timetuna.pages.forms.schedule import ScheduleForm
from timetuna.pages.models import DateOverride, Schedule
from timetuna.pages.permissions import schedules_for
from timetuna.pages.prefetch import dates_over

router = Router(tags=["Availability"])


def schedule_of(user: User, public_id: str) -> Schedule:
    """One of their own. Raises Problem 404."""
    return one_of(schedules_for(user).select_related("host"), public_id=public_id)


@router.get(
    "/schedules",
    auth=Needs(ApiScope.AVAILABILITY_READ),
    response={200: ScheduleList} | problems(),
    summary="Your schedules",
)
def list_schedules(request: HttpRequest, query: Query[PageFilter]) -> HttpResponse:
    """Those that several pages can have, the oldest first. Hours of one page alone are changed in its editor."""
    rows = _whole(schedules_for(account(request)))
    return page_in_order(
        request, rows, schedule_resource, sort=Sort("id"), cursor=query.cursor, limit=query.limit
    )


@router.get(
    "/schedules/{schedule_id}",
    auth=Needs(ApiScope.AVAILABILITY_READ),
    response=answers(ScheduleOut),
    summary="One schedule",
)
def get_schedule(request: HttpRequest, schedule_id: str) -> HttpResponse:
    """With its week, and the dates that have other hours."""
    return tagged(request, _read(schedule_of(account(request), schedule_id).pk))


@router.post(
    "/schedules",
    auth=Needs(ApiScope.AVAILABILITY_WRITE),
    response=makes(ScheduleOut),
    summary="Make a schedule",
    operation_id="create_schedule",
)
@done_once
def create_one_schedule(request: HttpRequest, body: ScheduleIn) -> HttpResponse:
    """No page uses it yet. What is left out is as the default one has it."""
    try:
        row = create_schedule(account(request))
    except TooManySchedules as error:
        sentence = gettext("There can be %(most)d schedules at most. Delete one that you do not need.")
        raise invalid("", sentence % {"most": MOST}) from error
    _change(request, row, body)
    return made(_read(row.pk), f"/schedules/{row.public_id}")


@router.patch(
    "/schedules/{schedule_id}",
    auth=Needs(ApiScope.AVAILABILITY_WRITE),
    response=changes(ScheduleOut),
    summary="Change a schedule",
)
@done_once
def update_schedule(
    request: HttpRequest, schedule_id: str, body: ScheduleChange | None = None
) -> HttpResponse:
    """Holds for every page that uses it. What is booked stays booked."""
    body = body or ScheduleChange()
    row = schedule_of(account(request, locked=True), schedule_id)
    return change(request, lambda: _read(row.pk), lambda: _change(request, row, body))


@router.delete(
    "/schedules/{schedule_id}",
    auth=Needs(ApiScope.AVAILABILITY_WRITE),
    response=DELETES,
    summary="Delete a schedule",
    operation_id="delete_schedule",
)
@done_once
def remove_schedule(request: HttpRequest, schedule_id: str) -> HttpResponse:
    """Refused while a page uses it, and for the default one."""
    row = schedule_of(account(request, locked=True), schedule_id)
    try:
        return delete(request, lambda: _read(row.pk), lambda: delete_schedule(row))
    except ScheduleNeeded as error:
        raise Problem(ProblemCode.NOT_POSSIBLE, str(error)) from error


def _change(request: HttpRequest, row: Schedule, body: ScheduleChange) -> None:
    """Raises Problem."""
    values = {
        name: typed(value) for name in ("name", "time_zone") if (value := getattr(body, name)) is not None
    }
    if body.hours is not None:
        for number, weekday in enumerate(WEEKDAYS):
            day = [one for one in body.hours if one.weekday == weekday]
            values[f"day{number}"] = [_written(day)]
    if values:
        fill_in(
            request,
            lambda data, _files: ScheduleForm(Schedule.objects.get(pk=row.pk), data),
            values,
            pointers=_pointer,
        )
    for place, one in enumerate(body.dates or ()):
        _set_date(request, row, one, f"/dates/{place}")
    if body.default:
        set_default_schedule(row)


def _pointer(field: str) -> str:
    return "/hours" if field.startswith("day") else f"/{field}"


def _written(windows: Sequence[WindowIn]) -> str:
    """As people type hours."""
    return ", ".join(f"{one.start}–{one.end}" for one in windows)


def _set_date(request: HttpRequest, row: Schedule, wanted: DateIn, pointer: str) -> None:
    state = USUAL if wanted.hours is None else OTHER if wanted.hours else CLOSED
    fill_in(
        request,
        lambda data, _files: DatesForm(row, wanted.date, wanted.date, data),
        {"state": [state], "hours": [_written(wanted.hours or ())]},
        pointers=lambda field: f"{pointer}/hours" if field == "hours" else pointer,
    )


def _whole(rows: Any) -> Any:
    """With all that is told of them, in a number of queries that does not grow with them."""
    coming = DateOverride.objects.filter(date__gte=dates_over()).order_by("date")
    return rows.prefetch_related("weekly_hours", Prefetch("overrides", queryset=coming), "pages")


def _read(pk: int) -> dict[str, Any]:
    """Raises Problem 404 where it is gone by now."""
    return schedule_resource(one_of(_whole(Schedule.objects.all()), pk=pk))


def schedule_resource(row: Schedule) -> dict[str, Any]:
    """As its owner reads it."""
    return {
        "id": row.public_id,
        "name": row.name,
        "time_zone": row.time_zone,
        "default": row.is_default,
        "hours": [
            {"weekday": WEEKDAYS[one.weekday], **_window(one.start_minute, one.end_minute)}
            for one in row.weekly_hours.all()
        ],
        "dates": [
            {"date": one.date.isoformat(), "hours": [_window(*window) for window in one.windows]}
            for one in row.overrides.all()
        ],
        "pages": sorted(page.public_id for page in row.pages.all()),
    }


def _window(start: int, end: int) -> dict[str, str]:
    return {"start": clock(start), "end": clock(end)}
