"""The part of Share that writes a few free times into a mail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.availability.interval import moment_of
from timetuna.bookings.forms.mail_times import MailTimesForm
from timetuna.bookings.slots.availability import SlotQuery, offered
from timetuna.bookings.slots.in_a_mail import TimesInAMail, Told, in_a_mail
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.views.host.sharing import ShareScreen, parts_of
from timetuna.l10n import datetimes
from timetuna.pages.links import good, links_of, opened_by, token_of
from timetuna.pages.models import BookingLink, BookingPage
from timetuna.pages.permissions import Action, page_or_404, rights_on
from timetuna.pages.queries import values
from timetuna.web.forms import private, show

FEW, MOST, AHEAD_DAYS, MOST_LINKS = 3, 60, 21, 50


@dataclass(frozen=True, slots=True)
class TimeToTick:
    value: str
    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class DayOfTimes:
    title: str
    times: Sequence[TimeToTick]


@dataclass(frozen=True, slots=True)
class MailTimesScreen(ShareScreen):
    """mail: None where no time is free.  lost: how many of those that were ticked are not free any more."""

    template = "bookings/share_times.html"
    form: MailTimesForm
    days: Sequence[DayOfTimes]
    mail: TimesInAMail | None
    lost: int


@require_safe
@login_required
def mail_times(request: HttpRequest, page_id: int) -> HttpResponse:
    """The next three, until others are ticked."""
    row = page_or_404(request, page_id, to=Action.SEE)
    user, page, now = signed_in(request), values(row), timezone.now()
    links = _links(row, now) if Action.EDIT in rights_on(row, user) else {}
    names = {pk: one.label or gettext("A link without a name") for pk, one in links.items()}
    language = user.language or settings.LANGUAGE_CODE
    form = MailTimesForm(page, names, request.GET, zone=user.time_zone, language=language)
    screen = MailTimesScreen(
        **parts_of(request, row, current="share_times"), form=form, days=(), mail=None, lost=0
    )
    if not form.is_valid():
        return private(show(request, screen, status=422))
    link = links.get(int(form.cleaned_data["by"] or 0))
    page, minutes = opened_by(page, link), int(form.cleaned_data["duration"])
    first = int(now.timestamp() // 60)
    span = first, first + AHEAD_DAYS * 1_440
    zone = datetimes.zone_or_utc(form.cleaned_data["zone"])
    minutes_free = offered(SlotQuery(page=page, minutes=minutes, now=now), span=span)[:MOST]
    free = [moment_of(one).astimezone(zone) for one in minutes_free]
    wanted = request.GET.getlist("at")[:MOST]
    ticked = [time for time in free if write_start(time) in wanted] or _next_ones(free, minutes)
    told = Told(
        zone=zone,
        language=form.cleaned_data["language"],
        minutes=minutes,
        token=token_of(link) if link else "",
    )
    screen = replace(
        screen,
        days=_days(free, ticked),
        mail=in_a_mail(page, ticked, told) if ticked else None,
        lost=len({*wanted} - {write_start(time) for time in free}),
    )
    return private(show(request, screen))


def _links(row: BookingPage, now: datetime) -> dict[int, BookingLink]:
    """The latest that are good."""
    return {one.pk: one for one in links_of(row).filter(good(now=now))[:MOST_LINKS]}


def _next_ones(free: Sequence[datetime], minutes: int) -> list[datetime]:
    """The first few that do not overlap: else two of them would offer the same half hour."""
    found: list[datetime] = []
    for time in free:
        if len(found) < FEW and (not found or time - found[-1] >= timedelta(minutes=minutes)):
            found.append(time)
    return found


def _days(free: Sequence[datetime], ticked: Sequence[datetime]) -> list[DayOfTimes]:
    return [
        DayOfTimes(
            datetimes.day(day),
            [TimeToTick(write_start(one), datetimes.clock(one), one in ticked) for one in times],
        )
        for day, times in groupby(free, key=datetime.date)
    ]
