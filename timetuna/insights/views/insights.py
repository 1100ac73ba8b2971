"""Insights: what was booked, when, from where, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_safe

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.insights.models import DayFigure, Filled
from timetuna.insights.period import DAYS, DayRange, read_period
from timetuna.insights.permissions import Scope, scope_of
from timetuna.insights.report.missing import MissingTimes, missing_times
from timetuna.insights.report.report import Figure, InsightsReport, report_of
from timetuna.insights.report.revenue import revenue_of
from timetuna.insights.report.sums import totals_of
from timetuna.insights.report.words import CLOCKS
from timetuna.l10n import datetimes
from timetuna.pages.queries import page_settings
from timetuna.web.forms import Screen, TabLink, row_number, show

Clock = DayFigure.Clock
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFigures:
    """What the address asks for, of what there is."""

    scope: Scope
    period: DayRange
    clock: Clock

    def query(self, **more: str) -> str:
        """Of the address at which just this is shown."""
        filters = {"page": self.scope.page, "host": self.scope.host, "team": self.scope.team}
        named = {name: str(value) for name, value in filters.items() if value}
        by = {"by": self.clock.value} if self.clock is not Clock.MADE else {}
        return urlencode(dict(self.period.asked) | by | named | more)

    def url(self) -> str:
        return f"{reverse('insights')}?{self.query()}"

    def narrows(self) -> bool:
        return bool(self.scope.page or self.scope.host or self.scope.team)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsScreen(Screen):
    """revenue: one for each currency.  periods, clocks: the ways to ask for another.

    months: those that can be chosen, by how addresses say them.  before: what it is compared with.  zone: the reader's.

    counted: when the days were last counted, in words; "" before the first time.  missing: None unless one page is
    asked for, or there is but one.  files: the query of what can be downloaded.
    """

    template = "insights/insights.html"
    asked: AskedFigures
    report: InsightsReport
    revenue: Sequence[Figure]
    periods: Sequence[TabLink]
    clocks: Sequence[TabLink]
    earlier: str
    later: str
    months: Sequence[tuple[str, str]]
    before: str
    zone: str
    counted: str
    missing: MissingTimes | None
    everything: str
    files: str


@require_safe
@login_required
def insights(request: HttpRequest) -> HttpResponse:
    """The same number of queries, whatever there is to count."""
    host, now = signed_in(request), timezone.now()
    asked = read_asked(request, host, now)
    today = datetimes.date_in(host.time_zone, now)
    totals = totals_of(asked.scope, asked.period, asked.clock)
    after = asked.period.after()
    screen = InsightsScreen(
        asked=asked,
        report=report_of(totals, asked.scope, asked.period),
        revenue=[*revenue_of(asked.scope, asked.period, asked.clock, zone=host.time_zone)],
        periods=_periods(asked, today),
        clocks=[
            TabLink(str(label), replace(asked, clock=clock).url(), clock is asked.clock)
            for clock, label in CLOCKS.items()
        ],
        earlier=replace(asked, period=asked.period.before()).url(),
        later=replace(asked, period=after).url() if after.first <= today or asked.clock is Clock.HELD else "",
        months=_months(today),
        before=asked.period.before().label(),
        zone=datetimes.zone_name(datetimes.zone_or_utc(host.time_zone)),
        counted=_counted(host, now),
        missing=_missing(asked.scope, now),
        everything=replace(asked, scope=_without_filters(asked.scope)).url(),
        files=asked.query(),
    )
    return show(request, screen, status=422 if asked.period.problem else 200)


def read_asked(request: HttpRequest, host: User, now: datetime) -> AskedFigures:
    """Pages, hosts and teams that are not theirs to see are left out, like all that cannot be read."""
    scope, query = scope_of(host), request.GET
    page, of, team = (row_number(query.get(name, "")) for name in ("page", "host", "team"))
    scope = replace(
        scope,
        page=page if page in scope.titles else None,
        host=of if of in scope.hosts else None,
        team=team if team in scope.teams else None,
    )
    today = datetimes.date_in(host.time_zone, now)
    clock = Clock.HELD if query.get("by") == Clock.HELD else Clock.MADE
    return AskedFigures(scope=scope, period=read_period(query.dict(), today=today), clock=clock)


def _without_filters(scope: Scope) -> Scope:
    return replace(scope, page=None, host=None, team=None)


def _periods(asked: AskedFigures, today: date) -> list[TabLink]:
    month = f"{today:%Y-%m}"
    last = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    named = {
        days: ngettext("%(count)d day", "%(count)d days", int(days)) % {"count": int(days)} for days in DAYS
    }
    named |= {month: gettext("This month"), last: gettext("Last month")}
    links = []
    for value, label in named.items():
        period = read_period({"period": value}, today=today)
        links.append(TabLink(label, replace(asked, period=period).url(), period.asked == asked.period.asked))
    return links


def _months(today: date) -> list[tuple[str, str]]:
    first, found = today.replace(day=1), []
    for _ in range(_MONTHS):
        found.append((f"{first:%Y-%m}", datetimes.written(first, pgettext("month", "F Y"))))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _counted(host: User, now: datetime) -> str:
    at = Filled.objects.exclude(history_id=None).values_list("at", flat=True).first()
    return datetimes.stamp(at, zone=datetimes.zone_or_utc(host.time_zone), now=now) if at else ""


def _missing(scope: Scope, now: datetime) -> MissingTimes | None:
    only = next(iter(scope.titles)) if len(scope.titles) == 1 else None
    asked = scope.page or only
    page = page_settings(asked) if asked else None
    return missing_times(page, reader=scope.user, now=now) if page and page.durations else None
