"""The public booking page: length, month, times; and the time that is kept for a form that a guest has open."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from timetuna.availability.hours import Away
from timetuna.bookings.actions.host_time import hold, refuse_if_taken, release
from timetuna.bookings.prefill import Pairs, read_came
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.selection import (
    CLOCKS,
    WITH,
    SlotMonth,
    SlotSelection,
    choice_of,
    free_times,
    new_visit,
    write_start,
)
from timetuna.bookings.views.guest.persons import PersonLinks, person_links
from timetuna.bookings.views.guest.redirects import moved_or_404
from timetuna.l10n import datetimes
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.public import Met, PageDuration, Preview, PublicPage, before_booking, met_on, preview_of
from timetuna.pages.queries import public_page
from timetuna.rate_limits.limits import client_of
from timetuna.web.csp import also
from timetuna.web.forms import Screen, TabLink, may_come_back, show
from timetuna.web.zones import SETTLE, SETTLE_ALLOWED, ZONE_COOKIE


class DayCell(NamedTuple):
    """A date in a month; url: None where nothing is free.  booked: the booking that is moved is on it.

    The template takes it apart: there are many, and often.
    """

    day: str
    date: str
    label: str
    url: str | None
    chosen: bool
    today: bool
    in_month: bool
    booked: bool


class ShownTime(NamedTuple):
    """Which of two it is where the clock shows it twice, and what the host's clock shows. value: as forms carry it.

    url: "" of the time that a booking has which is moved.
    """

    label: str
    note: str
    elsewhere: str
    url: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMonth:
    """A month; weekdays: in short and in full. An address is None where the month cannot be turned to."""

    title: str
    previous_url: str | None
    next_url: str | None
    weekdays: Sequence[tuple[str, str]]
    weeks: Sequence[Sequence[DayCell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPicker:
    """What `public/_slots.html` shows. state: what the address holds besides the zone, by name.

    ways: how to go on where no time is left.  nearest: to one that was taken.
    """

    month: ShownMonth
    day_title: str
    times: Sequence[ShownTime]
    zone: datetimes.ZoneChoice
    zone_label: str
    clocks: Sequence[TabLink]
    empty_message: str
    notice: str
    state: Sequence[tuple[str, str]]
    notice_tone: str = "warn"
    people: PersonLinks | None = None
    ways: Sequence[TabLink] = ()
    nearest: Sequence[ShownTime] = ()


def slot_picker(
    calendar_: SlotMonth, choice: SlotSelection, *, book_path: str, now: datetime, visit: str = ""
) -> SlotPicker:
    """In the guest's words. visit: goes along with the times."""
    chosen = calendar_.day
    return SlotPicker(
        month=_month(calendar_, choice),
        day_title=datetimes.day(chosen) if chosen else "",
        times=_times(
            calendar_.days.get(chosen, []) if chosen else [],
            replace(choice, path=book_path, month=None, day=None, visit=visit),
        ),
        zone=datetimes.zone_choice(choice.zone),
        zone_label=gettext("%(zone)s, now %(time)s")
        % {"zone": _zone_label(calendar_, choice, now), "time": choice.say(now.astimezone(choice.zone))},
        clocks=_clocks(choice, calendar_),
        empty_message=_empty(calendar_, choice),
        notice=choice.problem or " ".join(_absence(one, calendar_) for one in calendar_.away),
        state=(
            ("duration", str(choice.duration.minutes) if choice.duration else ""),
            ("month", f"{calendar_.month:%Y-%m}"),
            ("day", chosen.isoformat() if chosen else ""),
            ("clock", choice.clock),
            ("visit", choice.visit),
            (WITH, choice.with_whom()),
            *choice.came.pairs,
        ),
    )


def _zone_label(calendar_: SlotMonth, choice: SlotSelection, now: datetime) -> str:
    """With its distance to UTC on the day that is shown."""
    times = calendar_.days.get(calendar_.day, []) if calendar_.day else []
    return datetimes.zone_label(choice.zone, at=times[0] if times else now)


def _month(calendar_: SlotMonth, choice: SlotSelection) -> ShownMonth:
    first = choice.customs.first_weekday
    weeks = calendar.Calendar(first).monthdatescalendar(calendar_.month.year, calendar_.month.month)
    weekdays = [(first + number) % 7 for number in range(7)]
    return ShownMonth(
        title=datetimes.written(calendar_.month, pgettext("month", "F Y")),
        previous_url=_turn(choice, calendar_.earlier),
        next_url=_turn(choice, calendar_.later),
        weekdays=[(str(WEEKDAYS_ABBR[number]), str(WEEKDAYS[number])) for number in weekdays],
        weeks=[[_cell(day, calendar_, choice) for day in week] for week in weeks],
    )


def _turn(choice: SlotSelection, month: date | None) -> str | None:
    return choice.url(month=f"{month:%Y-%m}", day="") if month else None


def _cell(day: date, calendar_: SlotMonth, choice: SlotSelection) -> DayCell:
    in_month = day.month == calendar_.month.month
    count = len(calendar_.days.get(day, [])) if in_month else 0
    booked = in_month and choice.booked is not None and choice.booked.date() == day
    label = _label(day, count, get_language()) if count else ""
    if booked and label:
        label = gettext("%(day)s, your booking is on this day") % {"day": label}
    return DayCell(
        str(day.day),  # a number would be asked how its locale writes it
        day.isoformat(),
        label,
        choice.url(day=day.isoformat(), month="") if count else None,
        day == calendar_.day,
        day == calendar_.today,
        in_month,
        booked,
    )


@lru_cache(maxsize=4_000)
def _label(day: date, count: int, _language: str) -> str:
    counted = ngettext("%(day)s, %(count)d time", "%(day)s, %(count)d times", count)
    return counted % {"day": datetimes.day(day), "count": count}


def _times(times: list[datetime], form: SlotSelection) -> list[ShownTime]:
    return [shown_time(time, form) for time in times]


def shown_time(time: datetime, form: SlotSelection) -> ShownTime:
    """With the address of the form for it."""
    start = write_start(time)
    url = "" if time == form.booked else form.url(start=start)
    return ShownTime(form.say(time), datetimes.which_of_two(time), form.say_elsewhere(time), url, start)


def _clocks(choice: SlotSelection, calendar_: SlotMonth) -> list[TabLink]:
    """Two ways of writing times, each with the address that switches to it."""
    day = calendar_.day.isoformat() if calendar_.day else ""
    month = "" if day else f"{calendar_.month:%Y-%m}"
    return [
        TabLink(
            hours,
            choice.url(day=day, month=month, clock=hours),
            choice.customs.twelve_hours == (hours == "12"),
        )
        for hours in CLOCKS
    ]


def _empty(calendar_: SlotMonth, choice: SlotSelection) -> str:
    """Nobody is told why somebody has no time."""
    month = datetimes.written(calendar_.month, "F")
    if not calendar_.days and choice.person:
        named = {"host": choice.person.name, "month": month}
        return gettext("There are no free times with %(host)s in %(month)s.") % named
    if not calendar_.days:
        return gettext("There are no free times in %(month)s.") % {"month": month}
    return gettext("This day has no free times. Please choose another.")


def _absence(away: Away, calendar_: SlotMonth) -> str:
    """With its note: "Away from 4 to 12 January: …"."""
    today = calendar_.today
    first, last = datetimes.date_from(away.first, today=today), datetimes.date_from(away.last, today=today)
    if away.first <= today:
        sentence = gettext("Away until %(last)s: %(note)s")
    elif away.first == away.last:
        sentence = gettext("Away on %(first)s: %(note)s")
    else:
        sentence = gettext("Away from %(first)s to %(last)s: %(note)s")
    return sentence % {"first": first, "last": last, "note": away.note}


@dataclass(frozen=True, slots=True)
class Fact:
    """A short line about the meeting with the name of its icon. note: what else there is to know."""

    icon: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DurationLink:
    duration: PageDuration
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsScreen(Screen):
    """A booking page. slots: None while one of several lengths has to be chosen; notice: what is said meanwhile.

    met: who comes to its meetings.  came: what the address brought along.
    settle: the script that makes the zone this device's, where it does not belong to a booking.
    preview: what is shown beside a link to it; None where that is not for everybody.
    """

    template = "public/booking.html"
    fragment = "public/_slots.html"
    page: PublicPage
    met: Met
    path: str
    durations: Sequence[DurationLink]
    duration: PageDuration | None
    facts: Sequence[Fact]
    zone: datetimes.ZoneChoice
    clock_shown: str
    notice: str
    slots: SlotPicker | None
    settle: str = ""
    zone_cookie: str = ZONE_COOKIE
    came: Pairs = ()
    preview: Preview | None = None


@also({"script-src": [SETTLE_ALLOWED]})
@require_safe
def slots(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """The whole page; for slots.js the month and times alone."""
    page = public_page(handle, slug)
    if page is None:
        return moved_or_404(request, handle, slug)
    choice = replace(choice_of(request, page, request.GET, path=path_of(page)), came=read_came(request))
    picker = None
    if choice.duration:
        now = timezone.now()
        client = client_of(request, visit=choice.visit)
        query = SlotQuery(page=page, minutes=0, now=now, client=client, person=choice.person_id())
        calendar = free_times(query, choice)
        book_path = reverse("public_book", args=[page.handle, page.slug])
        picker = slot_picker(
            calendar, choice, book_path=book_path, now=now, visit=choice.visit or new_visit()
        )
        if page.is_shared():
            picker = replace(picker, people=person_links(page, choice, now=now))
        if not page.meeting_types:
            picker = replace(picker, empty_message=gettext("No times are offered here at the moment."))
    screen = slots_screen(page, choice, picker)
    answer = show_slots(request, replace(screen, settle=SETTLE, preview=preview_of(page, request.GET)))
    return answer if _is_part(request) else may_come_back(answer)


def show_slots(request: HttpRequest, screen: SlotsScreen, *, status: int = 200) -> HttpResponse:
    """For slots.js the fragment, for everybody else the whole page."""
    fragment = screen.slots is not None and _is_part(request)
    response = show(request, screen, status=status, part=fragment)
    response["Vary"] = "HX-Request, Accept-Language, Cookie"
    return response


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def path_of(page: PublicPage) -> str:
    return reverse("public_page", args=[page.handle, page.slug])


def slots_screen(page: PublicPage, choice: SlotSelection, picker: SlotPicker | None) -> SlotsScreen:
    """The card around month and times: who, what, how long, how."""
    now = timezone.now()
    return SlotsScreen(
        page=page,
        met=met_on(page, now=now, person=choice.person),
        path=choice.path,
        durations=[
            DurationLink(one, choice.url(duration=str(one.minutes)), one == choice.duration)
            for one in page.durations
        ],
        duration=choice.duration,
        facts=facts_of(page),
        zone=datetimes.zone_choice(choice.zone),
        clock_shown="12" if choice.customs.twelve_hours else "24",
        notice=choice.problem,
        slots=picker,
        came=choice.came.pairs,
    )


def facts_of(page: PublicPage, *, in_form: bool = False) -> list[Fact]:
    """How its meetings are held, and that the host confirms each where it is so.

    in_form: where there is a choice, the form itself says of each what there is to know.
    """
    kinds = page.meeting_types
    if not kinds:
        return []
    if in_form and len(kinds) > 1:
        labels = get_text_list([kind.label for kind in kinds], gettext("or"))
        facts = [Fact(meeting_kind(kinds[0].kind).icon, labels)]
    else:
        facts = [Fact(meeting_kind(one.kind).icon, one.label, before_booking(page, one)) for one in kinds]
    if page.approval_hours is not None:
        text = gettext("%(host)s confirms each booking") % {"host": page.host_name}
        if page.is_staffed():
            text = gettext("Each booking is confirmed by a person first")
        facts.append(Fact("people", text))
    return facts


# Sent while the page is being left, when no header can be set; the token is the authority.
@csrf_exempt
@require_POST
def release_hold(request: HttpRequest) -> HttpResponse:
    """The answer never tells whether there was one."""
    release(request.POST.get("hold", ""), now=timezone.now())
    return HttpResponse(status=204)


def hold_for_form(request: HttpRequest, query: SlotQuery, *, start_minute: int) -> str:
    """Keep the time for the form that is being opened; return its token, or "". Raises SlotTaken if it is not free.

    Nothing is kept for a browser that only looks ahead, or that another site's page made ask for a picture or a
    frame: nobody has picked the time.
    """
    if request.method == "GET" and _is_visit(request) and not _looks_ahead(request):
        return hold(query, start_minute=start_minute) or ""
    refuse_if_taken(query, start_minute=start_minute)
    return ""


def _is_visit(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _looks_ahead(request: HttpRequest) -> bool:
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(word in purpose.lower() for purpose in said for word in ("prefetch", "preview", "prerender"))
