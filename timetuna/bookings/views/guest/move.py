"""A guest moves a booking to another time of the same page."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from timetuna.availability.interval import moment_of
from timetuna.availability.teams import Part
from timetuna.bookings.actions.host_time import HELD_MINUTES
from timetuna.bookings.actions.reschedule import Wish, reschedule
from timetuna.bookings.errors import BookingRefused, SlotTaken, say_when, status_of
from timetuna.bookings.events import GUEST
from timetuna.bookings.forms.change import MoveForm
from timetuna.bookings.integrations.location import place
from timetuna.bookings.models import Booking
from timetuna.bookings.policies import asks_reason, booker_or_404, move_refusal
from timetuna.bookings.queries import host_faces, hosts_in_words, link_path
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.selection import (
    ANY,
    WITH,
    SlotSelection,
    free_times,
    read_choice,
    read_customs,
    read_start,
    remaining_times,
    write_start,
)
from timetuna.bookings.views.guest.framed import frame_booking
from timetuna.bookings.views.guest.month import Closed, ShownTime, slot_picker
from timetuna.bookings.views.guest.persons import PersonLinks
from timetuna.bookings.views.guest.slots import (
    Fact,
    hold_for_form,
    show_slots,
    slots_screen,
)
from timetuna.bookings.views.guest.steps.screens import BookScreen, form_screen
from timetuna.bookings.views.guest.taken import nearest_times, on_day_of
from timetuna.bookings.visitor import NOTHING_CAME, read_came
from timetuna.l10n import datetimes
from timetuna.pages.links import opened_by
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.models import BookingPage
from timetuna.pages.public import Met, PageDuration, PublicPage, met_by, met_on
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import Client, client_of
from timetuna.web.forms import TabLink, private, show
from timetuna.web.framing import framable, frame_of, framed_url


@framable()
@require_safe
def choose_new_time(request: HttpRequest, token: str) -> HttpResponse:
    """The booking's own present time does not stand in the way."""
    attendee = booker_or_404(token)
    booking = attendee.booking
    frame_booking(request, attendee)
    page = _page(booking)
    if page is None or not _movable(booking):
        return HttpResponseRedirect(link_path(booking.booker))
    return private(_times(request, booking, page))


@framable("moved")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_new_time(request: HttpRequest, token: str) -> HttpResponse:
    """Only the form's button moves, since mail scanners open links."""
    attendee = booker_or_404(token)
    booking = attendee.booking
    frame_booking(request, attendee)
    page, start = _page(booking), read_start((request.POST or request.GET).get("start", ""))
    if page is None or not _movable(booking):
        return HttpResponseRedirect(link_path(booking.booker))
    if start is None:
        return HttpResponseRedirect(link_path(booking.booker, "booked_move"))
    if request.method != "POST":
        return private(_ask(request, booking, page, start))
    form = MoveForm(request.POST, asks=asks_reason(booking), to=hosts_in_words(booking))
    if not form.is_valid():
        return private(_ask(request, booking, page, start, sent=form))
    return private(_move(request, booking, page, form))


def _ask(
    request: HttpRequest, booking: Booking, page: PublicPage, start: int, *, sent: MoveForm | None = None
) -> HttpResponse:
    choice = _choice(request, booking, page)
    try:
        token = hold_for_form(request, _slot_query(request, booking, page), start_minute=start)
    except BookingRefused as error:
        return _times(request, booking, page, notice=str(error), status=409, near=start)
    form = sent or MoveForm(
        asks=asks_reason(booking),
        to=hosts_in_words(booking),
        initial={"start": write_start(moment_of(start)), "zone": choice.zone.key, "hold": token},
    )
    if sent:
        sent.refill("hold", token or "")
    screen = replace(
        form_screen(BookScreen, page, choice, form, start=start),
        met=_hosts(booking, page, choice).met,
        facts=_facts(booking),
        held=HELD_MINUTES if token else 0,
        moving=True,
        old_time=_old_time(booking, choice),
    )
    return show(request, screen, status=422 if sent else 200)


def _move(request: HttpRequest, booking: Booking, page: PublicPage, form: MoveForm) -> HttpResponse:
    start = read_start(form.cleaned_data["start"]) or 0
    wish = Wish(
        words=form.words(),
        hold=form.cleaned_data["hold"],
        client=_client(request, booking),
        person=_choice(request, booking, page).person_id(),
    )
    try:
        reschedule(booking.pk, start_minute=start, actor=GUEST, now=timezone.now(), wish=wish)
    except BookingRefused as error:
        status = status_of(error)
        near = start if isinstance(error, SlotTaken) else None
        return say_when(_times(request, booking, page, notice=str(error), status=status, near=near), error)
    return HttpResponseRedirect(link_path(booking.booker) + _choice(request, booking, page).clock_query())


def _times(
    request: HttpRequest,
    booking: Booking,
    page: PublicPage,
    *,
    notice: str = "",
    status: int = 200,
    near: int | None = None,
) -> HttpResponse:
    """near: the time that was wanted and cannot be had."""
    choice, now = _choice(request, booking, page), timezone.now()
    path = link_path(booking.booker, "booked_move_confirm")
    query, hosts = _slot_query(request, booking, page), _hosts(booking, page, choice)
    nearest: list[ShownTime] = []
    if near is not None:
        choice = on_day_of(choice, near)
        nearest = nearest_times(query, choice, replace(choice, path=path, month=None, day=None), near)
    calendar = free_times(query, choice)
    picker = replace(slot_picker(calendar, choice, book_path=path, now=now), nearest=nearest)
    nothing = picker.closed and not remaining_times(query, choice, most=1)
    if nothing:
        back = framed_url(request, link_path(booking.booker))
        picker = replace(
            picker,
            closed=_nothing_left(booking, hosts),
            ways=[TabLink(gettext("Back to the booking"), back, False)],
        )
    present = _present_time(booking, choice)
    said = (
        present
        if nothing
        else " ".join(filter(None, (present, gettext("Choose the new time."), hosts.sentence)))
    )
    picker = replace(
        picker, notice=notice or said, notice_tone="warn" if notice else "info", people=hosts.links
    )
    screen = replace(slots_screen(page, choice, picker), met=hosts.met)
    return show_slots(request, replace(screen, durations=(), facts=_facts(booking)), status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hosts:
    """Who is to meet the guest at the new time.

    kept: the times are only those of who is to now.  links: the guest may say whether it has to be them.
    sentence: what the guest has to know of it.
    """

    met: Met
    kept: bool = False
    links: PersonLinks | None = None
    sentence: str = ""


def _hosts(booking: Booking, page: PublicPage, choice: SlotSelection) -> _Hosts:
    """As the page says what becomes of its hosts with a move."""
    anybody = met_on(page, now=timezone.now())
    still_there = _still_there(booking, page)
    if not page.is_staffed() and still_there:
        return _Hosts(met=anybody)
    now = replace(met_by(host_faces(booking)), team=page.team)
    if not still_there:
        gone = gettext("%(hosts)s cannot be met on this page any more. These are the times with %(others)s.")
        return _Hosts(met=anybody, sentence=gone % {"hosts": now.hosts, "others": anybody.hosts})
    if not page.takes_turns() or page.settings.on_move == BookingPage.OnMove.SAME:
        return _Hosts(met=now, kept=True)
    if page.settings.on_move == BookingPage.OnMove.ANY:
        return _Hosts(met=anybody, sentence=gettext("At another time somebody else may meet you."))
    links = [
        TabLink(
            gettext("Keep %(hosts)s") % {"hosts": now.hosts}, choice.url(**{WITH: ""}), not choice.anybody
        ),
        TabLink(gettext("Anybody who is free"), choice.url(**{WITH: ANY}), choice.anybody),
    ]
    met = anybody if choice.anybody else now
    asked = PersonLinks(label=gettext("Whom do you want to meet?"), met=met, first=links)
    return _Hosts(met=met, kept=not choice.anybody, links=asked)


def _still_there(booking: Booking, page: PublicPage) -> bool:
    """Whether all who meet the guest in any case still take part in the page."""
    rows = booking.booking_hosts.exclude(part=Part.OPTIONAL).values_list("host_id", flat=True)
    return {*rows} <= {host.id for host in page.hosts}


def _nothing_left(booking: Booking, hosts: _Hosts) -> Closed:
    """As the page says it to who books, and how to go on."""
    said = gettext("There are no free times at the moment.")
    advice = gettext("Your booking stands as it is. For another time, write to %(name)s: %(email)s.")
    if hosts.kept:
        said = gettext("There are no free times with %(host)s at the moment.")
        advice = gettext(
            "Your booking stands as it is. You can cancel it and book another time, or write to %(name)s: %(email)s."
        )
    if hosts.kept and hosts.links:
        advice = gettext("Others may have some: choose “%(anybody)s”.")
    named = {
        "host": hosts.met.hosts,
        "name": booking.host.name,
        "email": booking.host.email,
        "anybody": hosts.links.first[1].label if hosts.links else "",
    }
    return Closed(text=said % named, advice=advice % named)


def _facts(booking: Booking) -> list[Fact]:
    """How this meeting is held, whatever the page offers by now; where, its own page says."""
    return [Fact(meeting_kind(booking.meeting_type).icon, place(booking).label)]


def _present_time(booking: Booking, choice: SlotSelection) -> str:
    zone = datetimes.zone_or_utc(booking.booker.time_zone)
    twelve_hours = choice.customs.twelve_hours
    present = datetimes.when(booking.start_at, minutes=booking.minutes, zone=zone, twelve_hours=twelve_hours)
    return gettext("Your booking now: %(when)s.") % {"when": present}


def _old_time(booking: Booking, choice: SlotSelection) -> str:
    begins = booking.start_at.astimezone(choice.zone)
    return f"{datetimes.day(begins.date())}, {choice.say(begins)}"


def _slot_query(request: HttpRequest, booking: Booking, page: PublicPage) -> SlotQuery:
    return SlotQuery(
        page=page,
        minutes=booking.minutes,
        now=timezone.now(),
        moving=booking.pk,
        client=_client(request, booking),
        person=_choice(request, booking, page).person_id(),
    )


def _client(request: HttpRequest, booking: Booking) -> Client:
    """Whoever has the booking's link is one guest, however often it was opened."""
    return client_of(request, visit=booking.booker.link_fingerprint)


def _choice(request: HttpRequest, booking: Booking, page: PublicPage) -> SlotSelection:
    query = (request.POST or request.GET).copy()
    query.setdefault("zone", booking.booker.time_zone)
    asked = query.pop(WITH, [""])[-1] == ANY and page.settings.on_move == BookingPage.OnMove.GUEST
    zone = datetimes.zone_or_utc(query.get("zone", ""))
    present = booking.start_at.astimezone(zone)
    if not (query.get("day") or query.get("month")):
        query["day"] = present.date().isoformat()
    choice = read_choice(
        page,
        query,
        path=link_path(booking.booker, "booked_move"),
        customs=read_customs(request, query, clock=booking.booker.clock),
    )
    return replace(
        choice,
        duration=PageDuration(booking.minutes, ""),
        anybody=asked and page.takes_turns() > 0,
        booked=present,
        came=read_came(request) if frame_of(request) else NOTHING_CAME,
    )


def _page(booking: Booking) -> PublicPage | None:
    page = page_settings(booking.page_id) if booking.page_id else None
    return opened_by(page, booking.link) if page and booking.link_id else page


def _movable(booking: Booking) -> bool:
    return not move_refusal(booking, now=timezone.now())
