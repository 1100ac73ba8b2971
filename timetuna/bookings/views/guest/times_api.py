"""A month of free times as JSON: the same times as on the page, for programs."""

from datetime import date, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.availability.teams import Part
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.selection import WITH, month_times, person_key, read_month
from timetuna.bookings.views.guest.redirects import moved
from timetuna.lib.text import find_zone
from timetuna.pages.links import LinkState, link_with, opened_by, state_of
from timetuna.pages.public import PublicPage, choosable, met_on
from timetuna.pages.queries import closed_page, public_page


class BadQuery(Exception):  # noqa: N818 - it is an answer
    """`str()` is a sentence for the person who wrote the program."""


@require_safe
def times(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Answer {"zone", "month", "duration", "hosts", "days": {"2026-12-01": ["2026-12-01T09:00:00+01:00", …]}}.

    hosts: {"name"} of each who may come; with "with" where a guest may choose among them: the times with one of them
    are those of `with` in the query.
    link: of a link that its host has made, which some pages need.
    month: as 2026-12. zone: an IANA name, else the page's own. duration: minutes, needed where a page has several.
    Days without times are left out. What cannot be answered is {"error": a sentence} with 400 or 404.
    """
    page = public_page(handle, slug)
    if page is None:
        return moved(request, handle, slug) or _error(_why_not(handle, slug), HTTPStatus.NOT_FOUND)
    now, token = timezone.now(), request.GET.get("link", "")
    if token or page.settings.link_only:
        link = link_with(token, page.id)
        if state_of(link, now=now) is not LinkState.GOOD:
            return _error(gettext("There is no such page."), HTTPStatus.NOT_FOUND)
        page = opened_by(page, link)
    try:
        zone, month, minutes = _zone(request.GET, page), _month(request.GET), _minutes(request.GET, page)
        person = _person(request.GET, page, now)
    except BadQuery as error:
        return _error(str(error), HTTPStatus.BAD_REQUEST)
    slot_query = SlotQuery(page=page, minutes=minutes, now=now, person=person)
    days = month_times(slot_query, zone=zone, month=month)
    answer = {"zone": zone.key, "month": f"{month:%Y-%m}", "duration": minutes}
    answer |= {"hosts": _hosts(page, now), "days": days}
    whole = orjson.dumps(answer, option=orjson.OPT_NON_STR_KEYS)
    return HttpResponse(whole, content_type="application/json")


def _why_not(handle: str, slug: str) -> str:
    host = closed_page(handle, slug)
    return (
        gettext("%(host)s takes no bookings.") % {"host": host.name}
        if host
        else gettext("There is no such page.")
    )


def _zone(query: QueryDict, page: PublicPage) -> ZoneInfo:
    zone = find_zone(query.get("zone") or page.time_zone)
    if zone is None:
        raise BadQuery(gettext("This time zone is not known; zone should be like Europe/Berlin."))
    return zone


def _month(query: QueryDict) -> date:
    month = read_month(query.get("month", ""))
    if month is None:
        raise BadQuery(gettext("month should be like 2026-12."))
    return month


def _minutes(query: QueryDict, page: PublicPage) -> int:
    lengths = [duration.minutes for duration in page.durations]
    asked = query.get("duration", "")
    if not asked and len(lengths) == 1:
        return lengths[0]
    for minutes in lengths:
        if asked == str(minutes):
            return minutes
    raise BadQuery(
        gettext("duration should be one of the page’s lengths: %(lengths)s.")
        % {"lengths": ", ".join(map(str, lengths))}
    )


def _person(query: QueryDict, page: PublicPage, now: datetime) -> int | None:
    key = query.get(WITH, "")
    people = {person_key(one): one.id for one in choosable(page, now=now)}
    if key and key not in people:
        raise BadQuery(gettext("with should be one of the page’s hosts who can be chosen."))
    return people.get(key)


def _hosts(page: PublicPage, now: datetime) -> list[dict[str, str]]:
    people = choosable(page, now=now)
    if people:
        always = [{"name": one.name} for one in page.hosts if one.part is Part.REQUIRED]
        return [*always, *({"name": one.name, WITH: person_key(one)} for one in people)]
    return [{"name": name} for name in met_on(page, now=now).names]


def _error(sentence: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)
