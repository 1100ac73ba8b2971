"""The feed of events: for polling, for samples, and to repair what a webhook has missed."""

from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Query, Router
from pydantic import Field

from timetuna.api.operations import MOST, USUAL, Needs, Sort, invalid, listed, page_of, problems, who
from timetuna.api.principal import Principal
from timetuna.api.schemas.base import Taken
from timetuna.api.schemas.webhooks import BookingEventType, EventList
from timetuna.api.scopes import ApiScope
from timetuna.api.views.bookings import bookings_of
from timetuna.bookings.permissions import BookingAction
from timetuna.webhooks.body import example, told_event
from timetuna.webhooks.queries import events_of

router = Router(tags=["Events"])


class EventFilter(Taken):
    """after: the id of an event; what came later is listed.  type: with none of it yet, a flagged example."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL
    cursor: Annotated[str, Field(max_length=300)] = ""
    after: Annotated[str, Field(max_length=24)] = ""
    type: BookingEventType | None = None


@router.get(
    "/events",
    auth=Needs(ApiScope.BOOKINGS_READ),
    response={200: EventList} | problems(),
    summary="What happened",
)
def list_events(request: HttpRequest, query: Query[EventFilter]) -> HttpResponse:
    """Of the last 30 days, the latest first, of bookings that you may read."""
    rows = _readable(who(request))
    if query.type:
        rows = rows.filter(type=query.type)
        if not query.after and not query.cursor and not rows.exists():
            return listed(request, [example(query.type)], None)
    if query.after:
        rows = rows.filter(_later_than(_readable(who(request)), query.after))
    found, cursor = page_of(rows, sort=Sort("at", largest_first=True), cursor=query.cursor, limit=query.limit)
    return listed(request, [told_event(one) for one in found], cursor)


def _readable(principal: Principal) -> Any:
    bookings = bookings_of(principal, BookingAction.READ)
    return events_of(bookings, former=principal.user, pages=principal.pages)


def _later_than(rows: Any, event_id: str) -> Q:
    """Raises Problem 422 for one that is none, or was forgotten."""
    found = rows.filter(public_id=event_id).values_list("at", "pk").first()
    if found is None:
        raise invalid(
            "?after", gettext("There is no such event, or it is more than 30 days old."), code="unknown"
        )
    at, pk = found
    return Q(at__gt=at) | Q(at=at, pk__gt=pk)
