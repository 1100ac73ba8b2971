"""Bookings: found, made, and what becomes of them. Each calls the action that the pages call."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Query, Router
from pydantic import Field

from timetuna.accounts.models import User
from timetuna.api import idempotency
from timetuna.api.faults import FaultCode
from timetuna.api.operations import (
    MOST,
    USUAL,
    Needs,
    Sort,
    answers,
    beyond,
    changes,
    cut,
    done_once,
    invalid,
    listed,
    one_of,
    problems,
    refuse_if_changed,
    respond,
    tag_of,
    tagged,
    who,
)
from timetuna.api.ordering import form_key, order_of
from timetuna.api.principal import Principal
from timetuna.api.problems import Problem, ProblemCode, not_found, of_refusal
from timetuna.api.schemas.base import Moment, Taken
from timetuna.api.schemas.bookings import (
    BookingChange,
    BookingIn,
    BookingList,
    BookingOut,
    HistoryList,
)
from timetuna.api.scopes import ApiScope
from timetuna.api.views.pages import (
    length_on,
    page_of_key,
    pages_of,
    person_on,
    reasons_for,
    settings_of,
)
from timetuna.availability.interval import minute_of, moment_of
from timetuna.bookings.actions.book import TAKEN, Order, book
from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.actions.reschedule import TAKEN as NOT_MOVED
from timetuna.bookings.actions.write_notes import notes_of, write_notes
from timetuna.bookings.errors import BookingRefused, SlotTaken
from timetuna.bookings.events import OFF
from timetuna.bookings.listing import NOT_CONFIRMED, Listed, ListOrder
from timetuna.bookings.models import Booking, BookingOrigin
from timetuna.bookings.permissions import (
    BookingAction,
    bookings_with,
    history_for,
    leads,
    listed_for,
    sees_more_than_own,
)
from timetuna.bookings.queries import hosted_by
from timetuna.bookings.slots.availability import PAYMENT, SlotQuery
from timetuna.bookings.status.resource import (
    booking_resource,
    guest_link,
    history_resource,
    whole_bookings,
)
from timetuna.lib.crypto import random_token
from timetuna.lib.mail import mailbox_of
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action
from timetuna.pages.queries import questions_of, takes_part

router = Router(tags=["Bookings"])
_BY_START = Sort("from_minute", number=True)
_BY_MAKING = Sort("created_at")
SORTS = {
    "start": _BY_START,
    "-start": _BY_START._replace(largest_first=True),
    "created": _BY_MAKING,
    "-created": _BY_MAKING._replace(largest_first=True),
}
STANDS, IS_OFF = "active", "off"
WAITS_LONGER = {"notice": ProblemCode.TOO_SOON, "past": ProblemCode.TOO_SOON, "horizon": ProblemCode.TOO_LATE}
_TAKEN = {"own_booking", "calendar_busy", "held", "buffer"}


class BookingFilter(Taken):
    """status: one of a booking's, or active (it takes place or may) or off.  email: of who booked."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL
    cursor: Annotated[str, Field(max_length=300)] = ""
    order: Literal["start", "-start", "created", "-created"] = "-start"
    page: Annotated[str, Field(max_length=24)] = ""
    host: Annotated[str, Field(max_length=24)] = ""
    status: Annotated[str, Field(max_length=20)] = ""
    start_from: Moment | None = None
    start_to: Moment | None = None
    created_from: Moment | None = None
    email: Annotated[str, Field(max_length=254)] = ""


def bookings_of(principal: Principal, to: BookingAction) -> Any:
    """Those with which whoever asks may do this, as far as the key goes."""
    rows = bookings_with(principal.user, to=to)
    return rows if principal.pages is None else rows.filter(page__in=principal.pages)


def booking_of(principal: Principal, booking_id: str, to: BookingAction) -> Booking:
    """Read with all that is told of it. Raises Problem 404."""
    found = whole_bookings([one_of(bookings_of(principal, to).only("pk"), public_id=booking_id).pk])
    if not found:
        raise not_found()
    return found[0]


def told(principal: Principal, booking: Booking, *, single: bool = False) -> dict[str, Any]:
    """With what only whoever asks may read."""
    found = booking_resource(booking)
    if single:
        found["notes"] = notes_of(booking, principal.user.pk)
    if principal.has(ApiScope.BOOKINGS_LINKS) and leads(principal.user, booking):
        found["guest_url"] = guest_link(booking)
    return found


@router.get(
    "/bookings",
    auth=Needs(ApiScope.BOOKINGS_READ),
    response={200: BookingList} | problems(),
    summary="Bookings",
)
def list_bookings(request: HttpRequest, query: Query[BookingFilter]) -> HttpResponse:
    """Those that you may read: your own, and those of pages that you look after."""
    principal = who(request)
    found, cursor = some_bookings(principal, query)
    return listed(request, [told(principal, one) for one in found], cursor)


@router.post(
    "/bookings",
    auth=Needs(ApiScope.BOOKINGS_WRITE),
    response={201: BookingOut} | problems(409, 415),
    summary="Book a time",
)
def create_booking(request: HttpRequest, body: BookingIn) -> HttpResponse:
    """As a guest does on the page: the same rules, mails, calendar events and meeting link.

    Send an Idempotency-Key, and the same request makes one booking however often it comes.
    """
    principal, now = who(request), timezone.now()
    wanted = order_for(principal, body, key=idempotency.key_of(request) or random_token(), now=now)
    made = booked(principal, wanted, now=now)
    return with_changes(principal, made, status=201)


@router.get(
    "/bookings/{booking_id}",
    auth=Needs(ApiScope.BOOKINGS_READ),
    response=answers(BookingOut),
    summary="One booking",
)
def get_booking(request: HttpRequest, booking_id: str) -> HttpResponse:
    """With an ETag, which If-Match of a change compares."""
    principal = who(request)
    row = booking_of(principal, booking_id, BookingAction.READ)
    return tagged(request, told(principal, row, single=True), about=row.public_id)


@router.patch(
    "/bookings/{booking_id}",
    auth=Needs(ApiScope.BOOKINGS_WRITE),
    response=changes(BookingOut),
    summary="Notes, no-show, metadata",
)
@done_once
def change_booking(request: HttpRequest, booking_id: str, body: BookingChange | None = None) -> HttpResponse:
    """What is left out stays as it is. Guests read nothing of it."""
    body = body or BookingChange()
    principal, now = who(request), timezone.now()
    row = booking_of(principal, booking_id, BookingAction.KEEP)
    refuse_if_changed(request, lambda: told(principal, row, single=True))
    if body.notes is not None:
        write_notes(row.pk, host_id=principal.user.pk, text=body.notes)
    if body.metadata is not None:
        BookingOrigin.objects.update_or_create(booking=row, defaults={"metadata": body.metadata})
    if body.no_show is not None:
        refusing(lambda: mark_no_show(row.pk, missed=bool(body.no_show), now=now))
    return with_changes(principal, row)


@router.get(
    "/bookings/{booking_id}/history",
    auth=Needs(ApiScope.BOOKINGS_READ),
    response={200: HistoryList} | problems(),
    summary="What happened to a booking",
)
def get_history(request: HttpRequest, booking_id: str) -> HttpResponse:
    """The earliest first, with who did it and through which key or app."""
    principal = who(request)
    row = booking_of(principal, booking_id, BookingAction.READ)
    return respond({"data": history_resource(history_for(principal.user, row))})


def some_bookings(principal: Principal, query: BookingFilter) -> tuple[list[Booking], str | None]:
    """Those that fit, of those that whoever asks may read, and the cursor behind them. Raises Problem."""
    sort = SORTS[query.order]
    listed = _filtered(_readable(principal, query), query, principal)
    if query.cursor:
        listed = _behind(listed, query.cursor, sort)
    order = ListOrder(by_start=sort.column == _BY_START.column, latest_first=sort.largest_first)
    found, cursor = cut(listed.first(query.limit + 1, order), query.limit, lambda row: row.key)
    return whole_bookings([one.pk for one in found]), cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedBooking:
    """What is to be booked, as the page's own form has read it. row: of the page.  slot: the time that is asked for."""

    row: BookingPage
    order: Order
    slot: SlotQuery
    start: datetime


def order_for(principal: Principal, body: BookingIn, *, key: str, now: datetime) -> WantedBooking:
    """key: under which it is one booking however often it is asked for. Raises Problem."""
    row = _bookable_page(principal, body)
    page = settings_of(row)
    if not replace(page, payable=page.payable or PAYMENT in body.force).is_open(now):
        raise Problem(ProblemCode.PAGE_GONE, gettext("This page takes no bookings at present."))
    minutes = length_on(page, body.duration, pointer="/duration")
    order = order_of(
        body,
        page,
        questions_of(page.id),
        minutes=minutes,
        key=form_key(principal.name, key),
        person=person_on(page, body.host or "", now=now, pointer="/host"),
    )
    slot = SlotQuery(page=page, minutes=minutes, now=now, kind=order.kind, person=order.person)
    return WantedBooking(row=row, order=order, slot=slot, start=body.start)


def booked(principal: Principal, wanted: WantedBooking, *, now: datetime) -> Booking:
    """Raises Problem, with every reason where the time is not free."""
    try:
        return book(wanted.order, now=now)
    except SlotTaken as refused:
        user = principal.user
        raise why_refused(refused, wanted.slot, wanted.row, user, start=wanted.start) from refused
    except BookingRefused as refused:
        raise of_refusal(refused) from refused


def _readable(principal: Principal, query: BookingFilter) -> Listed:
    """Of those all that whoever asks may read; of one host where one is named. Raises Problem."""
    user, more = principal.user, sees_more_than_own(principal.user)
    if not query.host:
        return _as_far(principal, listed_for(user, everybody=more, to=BookingAction.READ))
    host = User.objects.filter(public_id=query.host).values_list("pk", flat=True).first() or 0
    listed = listed_for(user, everybody=more, host_id=host if more else None, to=BookingAction.READ)
    listed = _as_far(principal, listed if more else listed.only(lambda rows: hosted_by(rows, host)))
    _refuse_stranger(principal, host, listed)
    return listed


def _as_far(principal: Principal, listed: Listed) -> Listed:
    """As the key goes."""
    return listed if principal.pages is None else listed.on_pages(principal.pages)


def _behind(listed: Listed, cursor: str, sort: Sort) -> Listed:
    """Raises Problem for a cursor that is none."""
    after, value = beyond(cursor, Booking, sort)
    if sort.number:  # said of the other column, too, an index knows it; a minute that no clock has needs none
        with suppress(OverflowError, ValueError, OSError):
            after &= Q(**{f"start_at__{'lte' if sort.largest_first else 'gte'}": moment_of(value)})
    return listed.only(lambda rows: rows.filter(after))


def _filtered(listed: Listed, query: BookingFilter, principal: Principal) -> Listed:
    if query.page:
        listed = listed.on_pages([page_of_key(principal, query.page).pk])
    asked = _in_state(query.status) if query.status else Q()
    if query.email:
        listed = replace(listed, scattered=True)
        asked &= Q(attendees__is_booker=True, attendees__mailbox=mailbox_of(query.email.lower()))
    bounds: dict[str, datetime | None] = {
        "start_at__gte": query.start_from,
        "start_at__lt": query.start_to,
        "created_at__gte": query.created_from,
    }
    asked &= Q(**{name: value for name, value in bounds.items() if value is not None})
    return listed.only(lambda rows: rows.filter(asked))


def _refuse_stranger(principal: Principal, host: int, listed: Listed) -> None:
    """Raises Problem for who has nothing to do with whoever asks, whether or not there is somebody of that id.

    listed: what they host of what whoever asks may read.
    """
    known = host == principal.user.pk or (host and takes_part(host, pages_of(principal)))
    if not known and not listed.count(0):
        raise invalid(
            "?host",
            gettext("Nobody who hosts with you has this id. It stands beside each of a page’s hosts."),
            code=FaultCode.UNKNOWN,
        )


def _in_state(status: str) -> Q:
    """Raises Problem 422."""
    if status in {STANDS, IS_OFF}:
        off = Q(status__in=OFF)
        return off & Q(NOT_CONFIRMED) if status == IS_OFF else ~off
    if status not in Booking.Status:
        states = ", ".join([STANDS, IS_OFF, *Booking.Status])
        raise invalid("?status", gettext("status should be one of: %(states)s.") % {"states": states})
    return Q(status=status) if status == Booking.Status.CONFIRMED else Q(NOT_CONFIRMED, status=status)


def _bookable_page(principal: Principal, body: BookingIn) -> BookingPage:
    """Rules are passed over by who may change the page. Raises Problem."""
    return page_of_key(principal, body.page, Action.EDIT if body.force else Action.SEE)


def why_refused(
    refused: SlotTaken, slot: SlotQuery, row: BookingPage, user: User, *, start: datetime
) -> Problem:
    """With every reason, which no other product tells. Where forms speak of themselves it has its code's sentence."""
    found = reasons_for(slot, row, user, start_minute=minute_of(start))
    codes = [one["code"] for one in found]
    code = next((WAITS_LONGER[one] for one in codes if one in WAITS_LONGER), None)
    if code is None:
        code = ProblemCode.SLOT_TAKEN if not codes or _TAKEN & {*codes} else ProblemCode.NOT_OFFERED
    of_forms = {gettext(TAKEN), gettext(NOT_MOVED)}
    detail = "" if str(refused) in of_forms else str(refused)
    return Problem(code, detail, more={"reasons": found} if found else {})


def refusing(do: Any) -> None:
    """Raises Problem for what the action refuses."""
    try:
        do()
    except BookingRefused as refused:
        raise of_refusal(refused) from refused


def with_changes(
    principal: Principal, booking: Booking, *, status: int = 200, to: BookingAction = BookingAction.READ
) -> HttpResponse:
    """As it is now."""
    row = booking_of(principal, booking.public_id, to)
    data = told(principal, row, single=True)
    headers = {"ETag": tag_of(data)}
    if status == HTTPStatus.CREATED:
        headers["Location"] = f"/api/v1/bookings/{row.public_id}"
    return respond(data, status=status, headers=headers, about=row.public_id)
