"""A time that is not free any more: a sentence, the three nearest, and the month; the form only after a choice.

What was typed goes along: then days and times are buttons of a form that carries it, with or without JavaScript.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from timetuna.availability.interval import moment_of
from timetuna.bookings.forms.book import GuestBookingForm
from timetuna.bookings.proofs.needed import opened_now
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.selection import SlotSelection, free_times, read_start, remaining_times
from timetuna.bookings.views.guest.month import ShownTime, SlotPicker, shown_time, slot_picker
from timetuna.bookings.views.guest.slots import (
    Fact,
    show_slots,
    slots_screen,
)
from timetuna.l10n import datetimes
from timetuna.pages.public import Met, PageDuration, PublicPage
from timetuna.web.forms import Screen, show

PICK, DAY, MONTH = "pick", "day", "month"
"""What the buttons send."""
NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenScreen(Screen):
    """form: what was typed.  own_url: where that form opens anew."""

    template = "public/taken.html"
    page: PublicPage
    met: Met
    duration: PageDuration | None
    facts: Sequence[Fact]
    slots: SlotPicker | None
    form: GuestBookingForm
    opened: str
    zone_label: str
    clock: str
    nearest: Sequence[ShownTime]
    with_whom: str
    visit: str
    carried: str
    own_url: str


def show_taken(
    request: HttpRequest, query: SlotQuery, choice: SlotSelection, *, start: int, notice: str
) -> HttpResponse:
    """To who has typed nothing yet: the page of times as it is, on that day."""
    choice = _on_that_day(choice, start)
    page, now = query.page, query.now
    book_path = reverse("public_book", args=[page.handle, page.slug])
    picker = slot_picker(free_times(query, choice), choice, book_path=book_path, now=now, visit=choice.visit)
    form = replace(choice, path=book_path, month=None, day=None)
    picker = replace(picker, notice=notice, nearest=nearest_times(query, choice, form, start))
    return show_slots(request, slots_screen(page, choice, picker), status=409)


def show_taken_with_form(
    request: HttpRequest,
    query: SlotQuery,
    choice: SlotSelection,
    form: GuestBookingForm,
    *,
    notice: str,
    status: int,
) -> HttpResponse:
    """To who has typed already."""
    start = read_start(str(form["start"].value() or ""))
    choice = _on_that_day(choice, start)
    picker = slot_picker(free_times(query, choice), choice, book_path="", now=query.now)
    screen = slots_screen(query.page, choice, replace(picker, notice=notice))
    at = query.now if start is None else moment_of(start)
    shown = TakenScreen(
        page=screen.page,
        met=screen.met,
        duration=screen.duration,
        facts=screen.facts,
        slots=screen.slots,
        form=form,
        opened=request.POST.get("opened", "")[:100] or opened_now(),
        zone_label=datetimes.zone_label(choice.zone, at=at),
        clock=choice.clock,
        nearest=nearest_times(query, choice, choice, start),
        with_whom=choice.with_whom(),
        visit=choice.visit,
        carried=choice.came.query,
        own_url=choice.form_url(query.page, start),
    )
    return show(request, shown, status=status)


def _on_that_day(choice: SlotSelection, start: int | None) -> SlotSelection:
    if choice.day or choice.month or start is None:
        return choice
    return on_day_of(choice, start)


def on_day_of(choice: SlotSelection, start: int) -> SlotSelection:
    """start: the UTC minute of a time that was wanted."""
    day = moment_of(start).astimezone(choice.zone).date()
    return replace(choice, day=day, month=None)


def nearest_times(
    query: SlotQuery, choice: SlotSelection, form: SlotSelection, start: int | None
) -> list[ShownTime]:
    """The time itself first, where another way to meet is left at it. form: where each leads."""
    near = None if start is None else moment_of(start).astimezone(choice.zone)
    left = [
        time for time in remaining_times(query, choice, near=near, most=NEAREST + 1) if time != choice.booked
    ]
    left.sort(key=lambda time: time != near)
    return [shown_time(time, form)._replace(label=_dated(time, choice)) for time in left[:NEAREST]]


def _dated(time: datetime, choice: SlotSelection) -> str:
    return f"{datetimes.short_day(time.date())}, {choice.say(time)}"
