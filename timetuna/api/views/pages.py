"""Booking pages, their free times, and why a time is missing."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Query, Router
from pydantic import Field

from timetuna.accounts.models import User
from timetuna.api.gate import principal_in
from timetuna.api.operations import (
    MOST,
    USUAL,
    Needs,
    Sort,
    invalid,
    one_of,
    page_in_order,
    problems,
    respond,
    tagged,
    who,
)
from timetuna.api.principal import Principal, required
from timetuna.api.problems import Problem, not_found
from timetuna.api.schemas.base import Moment, Taken, Zone
from timetuna.api.schemas.pages import PageList, PageOut, TimesOut, WhyOut
from timetuna.api.scopes import ApiScope
from timetuna.availability.interval import minute_of, moment_of
from timetuna.bookings.slots.availability import SlotQuery, offered
from timetuna.bookings.slots.explain import hours_path, lines_for
from timetuna.bookings.status.resource import utc
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, pages_for, pages_for_anybody, rights_on
from timetuna.pages.public import PublicPage, choosable
from timetuna.pages.queries import page_settings, questions_of, settings_called

router = Router(tags=["Pages"])
LONGEST_SPAN = timedelta(days=31)
_A_DAY = 1_440
_CLOCK = [f"T{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(_A_DAY)]


class PageFilter(Taken):
    """limit: so many a time.  cursor: `next_cursor` of the list before."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL
    cursor: Annotated[str, Field(max_length=300)] = ""


class TimesFilter(Taken):
    start: Moment
    end: Moment
    duration: Annotated[int, Field(ge=1, le=1_440)] | None = None
    zone: Zone | None = None
    host: Annotated[str, Field(max_length=24)] = ""


class WhyFilter(Taken):
    start: Moment
    duration: Annotated[int, Field(ge=1, le=1_440)] | None = None


def pages_of(principal: Principal, to: Action | Collection[Action] = Action.SEE) -> Any:
    """Those of whoever asks, as far as the key goes."""
    rows = pages_for(principal.user, to=to)
    return rows if principal.pages is None else rows.filter(pk__in=principal.pages)


def page_of_key(
    principal: Principal, page_id: str, to: Action | Collection[Action] = Action.SEE
) -> BookingPage:
    """With which whoever asks may do this, or any of these. Raises Problem 404."""
    row: BookingPage = one_of(pages_of(principal, to), public_id=page_id)
    return row


@router.get(
    "/pages",
    auth=Needs(ApiScope.PAGES_READ),
    response={200: PageList} | problems(),
    summary="Your booking pages",
)
def list_pages(request: HttpRequest, query: Query[PageFilter]) -> HttpResponse:
    """Those that you own, host or look after in a team, the oldest first."""
    rows = pages_of(who(request))
    return page_in_order(
        request,
        rows,
        lambda row: page_resource(row.pk),
        sort=Sort("created_at"),
        cursor=query.cursor,
        limit=query.limit,
    )


@router.get(
    "/pages/{page_id}",
    auth=Needs(ApiScope.PAGES_READ),
    response={200: PageOut, 304: None} | problems(),
    summary="One booking page",
)
def get_page(request: HttpRequest, page_id: str) -> HttpResponse:
    """With its lengths, ways to meet, questions and hosts."""
    return tagged(request, page_resource(page_of_key(who(request), page_id).pk))


@router.get(
    "/pages/{page_id}/times",
    response={200: TimesOut} | problems(),
    summary="Free times of a page",
)
def list_times(request: HttpRequest, page_id: str, query: Query[TimesFilter]) -> HttpResponse:
    """All start times from `start` to before `end`, 31 days at most. Of a page that is listed anybody may ask."""
    answer = respond(times_of(_readable(request, page_id), query, now=timezone.now()))
    if principal_in(request) is None:
        answer["Access-Control-Allow-Origin"] = "*"
    return answer


@router.get(
    "/pages/{page_id}/why",
    auth=Needs(ApiScope.PAGES_READ),
    response={200: WhyOut} | problems(),
    summary="Why a time is not offered",
)
def why_not(request: HttpRequest, page_id: str, query: Query[WhyFilter]) -> HttpResponse:
    """Every rule, calendar and booking that stands in the way of a start time, in sentences. For hosts alone."""
    principal = who(request)
    return respond(why_of(principal, page_of_key(principal, page_id), query, now=timezone.now()))


def times_of(page: PublicPage, query: TimesFilter, *, now: datetime) -> dict[str, Any]:
    """As `TimesOut` has them; `local_start` is a moment that is written with its offset. Raises Problem."""
    minutes = length_on(page, query.duration)
    if not query.start < query.end <= query.start + LONGEST_SPAN:
        raise invalid("?end", gettext("The end has to be after the start, and 31 days later at most."))
    person = person_on(page, query.host, now=now)
    zone = query.zone or page.time_zone
    span = minute_of(query.start), minute_of(query.end)
    found = offered(SlotQuery(page=page, minutes=minutes, now=now, person=person), span=span)
    times = list(_told(found if page.is_open(now) else (), zone_or_utc(zone)))
    return {"page": page.settings.public_id, "duration": minutes, "time_zone": zone, "data": times}


def _told(minutes: Iterable[int], zone: tzinfo) -> Iterator[dict[str, Any]]:
    """There are thousands: what they have in common is written once."""
    today, day_text = -1, ""
    for minute in minutes:
        day, rest = divmod(minute, _A_DAY)
        if day != today:
            today, day_text = day, f"{moment_of(minute):%Y-%m-%d}"
        yield {"start": day_text + _CLOCK[rest], "local_start": datetime.fromtimestamp(minute * 60, zone)}


def why_of(principal: Principal, row: BookingPage, query: WhyFilter, *, now: datetime) -> dict[str, Any]:
    """As `WhyOut` has it. Raises Problem."""
    page = settings_of(row)
    minutes = length_on(page, query.duration)
    slot = SlotQuery(page=page, minutes=minutes, now=now)
    found = reasons_for(slot, row, principal.user, start_minute=minute_of(query.start))
    return {
        "page": row.public_id,
        "start": utc(query.start),
        "duration": minutes,
        "offered": not found,
        "reasons": found,
    }


def reasons_for(slot: SlotQuery, row: BookingPage, user: User, *, start_minute: int) -> list[dict[str, str]]:
    """What stands in the way of a start; nothing where guests could book it."""
    lines = lines_for(slot, start_minute=start_minute, reader=user.pk, hours_path=hours_path(row))
    return [{"code": str(line.code), "detail": line.text} for line in lines]


def settings_of(row: BookingPage) -> PublicPage:
    """Raises Problem 404 where it is gone by now."""
    page = page_settings(row.pk)
    if page is None:
        raise not_found()
    return page


def length_on(page: PublicPage, asked: int | None, *, pointer: str = "?duration") -> int:
    """One of the page's; the only one where none was asked for. Raises Problem 422."""
    lengths = [duration.minutes for duration in page.durations]
    if asked is None and len(lengths) == 1:
        return lengths[0]
    if asked not in lengths or asked is None:
        sentence = gettext("duration should be one of the page’s lengths: %(lengths)s.")
        raise invalid(pointer, sentence % {"lengths": ", ".join(map(str, lengths))})
    return asked


def person_on(page: PublicPage, host: str, *, now: datetime, pointer: str = "?host") -> int | None:
    """Whom the guest may choose by their id, where the page asks. Raises Problem 422."""
    if not host:
        return None
    ids = dict(
        User.objects.filter(pk__in=[one.id for one in choosable(page, now=now)]).values_list(
            "public_id", "pk"
        )
    )
    if host not in ids:
        raise invalid(pointer, gettext("Guests of this page cannot choose this host."))
    return ids[host]


def page_resource(page_id: int) -> dict[str, Any]:
    """A booking page as other programs read it. Raises Problem 404 where it is gone by now."""
    page = page_settings(page_id)
    if page is None:
        raise not_found()
    row, now = page.settings, timezone.now()
    return {
        "id": row.public_id,
        "title": page.title,
        "description": page.description,
        "slug": page.slug,
        "url": page.address(),
        "team": row.team.public_id if row.team else None,
        "owner": row.host.public_id,
        "on": not row.switched_off,
        "off_note": row.off_note,
        "listed": row.listed,
        "link_only": row.link_only,
        "bookable": page.is_open(now),
        "time_zone": page.time_zone,
        **_offers(page, now),
        "staffing": row.staffing,
        "approval": row.approval,
        "approval_hours": row.approval_hours,
        "most_guests": row.most_guests,
        "phone": row.phone,
        "price": {"amount": row.price, "currency": row.currency} if row.currency else None,
        "charges_tax": row.charges_tax,
        "refund_hours": row.refund_hours,
        "buffer_before": row.buffer_before_minutes,
        "buffer_after": row.buffer_after_minutes,
        "increment": row.increment_minutes,
        "notice": row.notice_minutes,
        "horizon": _horizon(row),
        "caps": {"day": row.cap_day, "week": row.cap_week, "month": row.cap_month},
        "schedule": row.schedule.public_id,
        "created_at": utc(row.created_at),
        "updated_at": utc(row.updated_at),
    }


def _offers(page: PublicPage, now: datetime) -> dict[str, Any]:
    """How long, by what, with whom, and what guests are asked."""
    users = dict(User.objects.filter(pk__in=[one.id for one in page.hosts]).values_list("pk", "public_id"))
    return {
        "durations": [
            {
                "minutes": one.minutes,
                "title": one.title,
                "description": one.description,
                "price": one.price,
            }
            for one in page.durations
        ],
        "meeting_types": [
            {
                "kind": one.kind,
                "label": str(one.label),
                "detail": one.detail,
                "makes_link": meeting_kind(one.kind).makes_link,
                "asks_phone": meeting_kind(one.kind).asks(one.detail) is not None,
            }
            for one in page.meeting_types
        ],
        "questions": [_question(one) for one in questions_of(page.id)],
        "hosts": [
            {"id": users[one.id], "name": one.name, "part": str(one.part), "paused": one.is_paused(now)}
            for one in page.hosts
        ],
    }


def _horizon(row: BookingPage) -> dict[str, Any]:
    kind, last = row.horizon_kind, row.horizon_date
    return {
        "kind": kind,
        "days": row.horizon_days if kind == row.Horizon.ROLLING else None,
        "date": last.isoformat() if last and kind == row.Horizon.DATE else None,
    }


def _question(one: Any) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": one.label,
        "kind": one.kind,
        "help": one.help,
        "required": one.required,
        "hidden": one.hidden,
        "options": [{"id": key, "label": label} for key, label in one.choices()],
        "terms": one.terms,
        "when": {"question": one.when_key, "option": one.when_option} if one.when_key else None,
    }


def _readable(request: HttpRequest, page_id: str) -> PublicPage:
    """With a key also one's own, for everybody a listed page of somebody who takes bookings. Raises Problem."""
    principal = principal_in(request)
    if principal is None:
        return settings_of(one_of(pages_for_anybody(), public_id=page_id))
    try:
        return _seen_by(required(principal, ApiScope.PAGES_READ), page_id)
    except Problem:
        listed = pages_for_anybody().filter(public_id=page_id).first()
        if listed is None:
            raise
        return settings_of(listed)


def _seen_by(principal: Principal, page_id: str) -> PublicPage:
    """As `page_of_key`, by what is read of the page anyway. Raises Problem 404."""
    page = settings_called(page_id)
    if page is None or (principal.pages is not None and page.id not in principal.pages):
        raise not_found()
    if Action.SEE not in rights_on(page.settings, principal.user):
        raise not_found()
    return page
