"""When a host is out of office."""

from typing import Any

from django.http import HttpRequest, HttpResponse
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
    made,
    makes,
    one_of,
    page_in_order,
    problems,
    tagged,
)
from timetuna.api.schemas.availability import AwayChange, AwayIn, AwayList, AwayOut
from timetuna.api.scopes import ApiScope
from timetuna.api.views.pages import PageFilter
from timetuna.pages.forms.hours.away import AbsenceForm
from timetuna.pages.forms.hours.typed_hours import DAY, clock
from timetuna.pages.models import OutOfOffice
from timetuna.pages.permissions import absences_for
from timetuna.pages.prefetch import dates_over

router = Router(tags=["Availability"])


def absence_of(user: User, public_id: str) -> OutOfOffice:
    """One of their own. Raises Problem 404."""
    return one_of(absences_for(user).select_related("host"), public_id=public_id)


@router.get(
    "/away",
    auth=Needs(ApiScope.AVAILABILITY_READ),
    response={200: AwayList} | problems(),
    summary="When you are out of office",
)
def list_away(request: HttpRequest, query: Query[PageFilter]) -> HttpResponse:
    """What is not over yet, the earliest first."""
    rows = absences_for(account(request)).filter(last__gte=dates_over())
    return page_in_order(
        request, rows, away_resource, sort=Sort("first"), cursor=query.cursor, limit=query.limit
    )


@router.get(
    "/away/{away_id}",
    auth=Needs(ApiScope.AVAILABILITY_READ),
    response=answers(AwayOut),
    summary="One absence",
)
def get_away(request: HttpRequest, away_id: str) -> HttpResponse:
    """Also one that is over."""
    return tagged(request, away_resource(absence_of(account(request), away_id)))


@router.post(
    "/away", auth=Needs(ApiScope.AVAILABILITY_WRITE), response=makes(AwayOut), summary="Be out of office"
)
@done_once
def create_away(request: HttpRequest, body: AwayIn) -> HttpResponse:
    """Nothing is booked with you meanwhile. What is booked already stays: move it or cancel it."""
    user = account(request)
    row = _fill(request, lambda: OutOfOffice(host=user), body)
    return made(away_resource(row), f"/away/{row.public_id}")


@router.patch(
    "/away/{away_id}",
    auth=Needs(ApiScope.AVAILABILITY_WRITE),
    response=changes(AwayOut),
    summary="Change an absence",
)
@done_once
def update_away(request: HttpRequest, away_id: str, body: AwayChange | None = None) -> HttpResponse:
    """What is left out stays; `start` and `end` can be null, for whole days."""
    body = body or AwayChange()
    user = account(request, locked=True)

    def stored() -> OutOfOffice:
        return absence_of(user, away_id)

    return change(request, lambda: away_resource(stored()), lambda: _fill(request, stored, body))


@router.delete(
    "/away/{away_id}",
    auth=Needs(ApiScope.AVAILABILITY_WRITE),
    response=DELETES,
    summary="Take an absence back",
)
@done_once
def delete_away(request: HttpRequest, away_id: str) -> HttpResponse:
    """Your usual hours hold again."""
    row = absence_of(account(request, locked=True), away_id)
    return delete(request, lambda: away_resource(row), row.delete)


def _fill(request: HttpRequest, stored: Any, body: AwayChange) -> OutOfOffice:
    values = {
        name: typed(getattr(body, name))
        for name in ("first", "last", "note")
        if getattr(body, name) is not None
    }
    values |= {name: typed(getattr(body, name)) for name in ("start", "end") if name in body.model_fields_set}
    form = fill_in(
        request, lambda data, _files: AbsenceForm(stored(), data), values, pointers=lambda field: f"/{field}"
    )
    return form.instance


def away_resource(row: OutOfOffice) -> dict[str, Any]:
    """As its host reads it."""
    return {
        "id": row.public_id,
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "start": clock(row.start_minute) if row.start_minute else None,
        "end": clock(row.end_minute) if row.end_minute < DAY else None,
        "note": row.note,
    }
