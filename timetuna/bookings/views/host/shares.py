"""Fair shares: the ledger of a page whose hosts take turns, for everybody who may see the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.availability.shares import WHOLE
from timetuna.bookings.models import Turn
from timetuna.bookings.status.rows import Reader
from timetuna.bookings.status.shares import Shares, ShownSpan, first_turn_at, shares_of
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.bookings.views.host.export import BYTE_ORDER_MARK, ROWS_AT_ONCE, csv_file, local, utc
from timetuna.l10n import datetimes
from timetuna.lib.text import csv_row
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, page_or_404
from timetuna.web.forms import Screen, TabLink, show

_DAYS = {
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("A year"),
    "all": gettext_lazy("All"),
}
_USUAL = "90"
_RULES = {
    Turn.Rule.LEDGER: gettext_lazy("Fair shares"),
    Turn.Rule.FEWEST: gettext_lazy("Fewest meetings"),
    Turn.Rule.NAMED: gettext_lazy("Asked for"),
    Turn.Rule.HANDED: gettext_lazy("Handed over"),
    Turn.Rule.LEADS: gettext_lazy("Makes the link"),
    Turn.Rule.BUSY: gettext_lazy("Busy"),
    Turn.Rule.PAUSED: gettext_lazy("Paused"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesScreen(Screen):
    """takes_turns: whether anybody does at the moment.  query: of the address at which just this is shown."""

    template = "bookings/shares.html"
    page: BookingPage
    takes_turns: bool
    shares: Shares
    spans: Sequence[TabLink]
    query: str
    zone: str


@require_safe
@login_required
def shares(request: HttpRequest, page_id: int) -> HttpResponse:
    """Of the last ninety days, unless another time is asked for."""
    page, reader = page_or_404(request, page_id, to=Action.SEE), reader_of(signed_in(request), timezone.now())
    asked = _asked(request)
    screen = SharesScreen(
        page=page,
        takes_turns=page.staffing == BookingPage.Staffing.ANY,
        shares=shares_of(page, _span(page, asked, reader), reader),
        spans=[TabLink(str(label), _address(page, days), days == asked) for days, label in _DAYS.items()],
        query=f"days={asked}",
        zone=datetimes.zone_name(reader.zone),
    )
    return show(request, screen)


@require_safe
@login_required
def shares_file(request: HttpRequest, page_id: int) -> StreamingHttpResponse:
    """A row for each host and meeting, the first first; of the meetings no more than their number."""
    page, reader = page_or_404(request, page_id, to=Action.SEE), reader_of(signed_in(request), timezone.now())
    span = _span(page, _asked(request), reader)
    turns = Turn.objects.filter(page_host__page=page, at__gte=span.since, at__lte=span.until)
    name = f"shares-{page.slug}-{reader.today().isoformat()}"
    return csv_file(_lines(turns.select_related("page_host__host"), reader), name=name)


def _asked(request: HttpRequest) -> str:
    days = request.GET.get("days", "")
    return days if days in _DAYS else _USUAL


def _address(page: BookingPage, days: str) -> str:
    return reverse("shares", args=[page.pk], query={"days": days})


def _span(page: BookingPage, asked: str, reader: Reader) -> ShownSpan:
    """From when the ledger began, unless that is longer ago than was asked for."""
    since = first_turn_at(page) or reader.now
    if asked.isdigit():
        since = max(since, reader.now - timedelta(days=int(asked)))
    return ShownSpan(min(since, reader.now - timedelta(days=1)), reader.now)


def _lines(turns: QuerySet[Turn], reader: Reader) -> Iterator[str]:
    titles = [
        gettext("Dealt at (%(zone)s)") % {"zone": reader.zone.key},
        gettext("Dealt at (UTC)"),
        gettext("Meeting"),
        gettext("Host"),
        pgettext("a column", "How"),
        pgettext("of a meeting", "Share"),
        gettext("Took it"),
        gettext("Owed before"),
        gettext("Meetings that month"),
        gettext("Weight"),
        gettext("Priority"),
        gettext("Given back"),
    ]
    yield BYTE_ORDER_MARK + csv_row(titles)
    for turn in turns.iterator(chunk_size=ROWS_AT_ONCE):
        yield csv_row(_cells(turn, reader))


def _cells(turn: Turn, reader: Reader) -> list[object]:
    counted = turn.rule == Turn.Rule.FEWEST
    return [
        local(turn.at, reader),
        utc(turn.at),
        turn.booking_id,
        turn.page_host.called(),
        _RULES[Turn.Rule(turn.rule)],
        turn.credit / WHOLE,
        pgettext("a cell", "yes") if turn.debit else "",
        "" if counted else turn.balance_before / WHOLE,
        turn.balance_before if counted else "",
        turn.weight,
        turn.tier,
        pgettext("a cell", "yes") if turn.undone else "",
    ]
