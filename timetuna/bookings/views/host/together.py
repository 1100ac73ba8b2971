"""Many bookings at once: those from one source, or those that were made while unusually many were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.actions.cancel_together import cancel_together, restore_together
from timetuna.bookings.actions.erase import SOURCE_KEPT_DAYS
from timetuna.bookings.models import Booking, UnusualBookings
from timetuna.bookings.permissions import BookingAction, booking_or_404, bookings_with, unusual_for
from timetuna.bookings.queries import with_booker
from timetuna.bookings.status.rows import Reader
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.l10n import datetimes
from timetuna.web.forms import Screen, TabLink, row_number, show

MOST_SHOWN = 500
UNDO_FOR = timedelta(minutes=30)
_UNDO = "cancelled_together"
UNDO_ALL = "1"
ALL, NONE, UNCONFIRMED = "all", "none", "unconfirmed"
_SELECTIONS = {
    UNCONFIRMED: gettext_lazy("Those without a confirmed address"),
    ALL: gettext_lazy("All"),
    NONE: gettext_lazy("None"),
}


class Group(NamedTuple):
    """What is shown together: whose rows, under which heading, and from where the host came."""

    rows: QuerySet[Booking]
    heading: str
    text: str
    back: str


class Batch(NamedTuple):
    """What was cancelled at one moment (seconds since the epoch), kept in the host's session as it stands here."""

    at: float
    ids: list[int]

    def key(self) -> str:
        """What its button sends: the moment, so that it names no other batch once this one is over."""
        return f"{self.at:.6f}"


@dataclass(frozen=True, slots=True)
class UndoButton:
    """What takes a batch back: what it sends, how many bookings that are, and when they were cancelled."""

    key: str
    count: int
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TickedRow:
    booking: Booking
    when: str
    booked: str
    ticked: bool
    requested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherScreen(Screen):
    """others: how many more are cancelled or over."""

    template = "bookings/together.html"
    group: Group
    rows: Sequence[TickedRow]
    confirmed: int
    others: int
    selections: Sequence[TabLink]
    undoable: Sequence[UndoButton]
    undoable_in_all: int
    zone: str
    undo_all: str = UNDO_ALL


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def same_source(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Show the host's bookings from the network this one came from; cancel those that are ticked."""
    booking = booking_or_404(request, booking_id)
    if not booking.source_network:
        raise Http404
    rows = _changeable(request).filter(source_network=booking.source_network)
    text = gettext(
        "These came from the same place on the Internet: one person, or everybody in one household, office or "
        "school. TimeTuna keeps no address, and forgets the rest after %(days)d days."
    ) % {"days": SOURCE_KEPT_DAYS}
    return _answer(
        request,
        Group(rows, gettext("Bookings from the same source"), text, reverse("booking", args=[booking.pk])),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unusual(request: HttpRequest, number: int) -> HttpResponse:
    """Show what was booked on a page while it was unusually much; cancel those that are ticked."""
    host = signed_in(request)
    found = get_object_or_404(unusual_for(host).select_related("page"), pk=number)
    if "dismiss" in request.POST:
        UnusualBookings.objects.filter(pk=found.pk).update(dismissed=True)
        return redirect("bookings")
    rows = _changeable(request).filter(
        page=found.page, created_at__gte=found.began_at, created_at__lte=found.last_at + timedelta(minutes=10)
    )
    reader = reader_of(host, timezone.now())
    since, until = (
        datetimes.dated(moment, zone=reader.zone, now=reader.now, begins=False)
        for moment in (found.began_at, found.last_at)
    )
    text = ngettext(
        "These were booked on “%(title)s” from %(since)s to %(until)s. "
        "At least %(asked)d time somebody was asked for a proof.",
        "These were booked on “%(title)s” from %(since)s to %(until)s. "
        "At least %(asked)d times somebody was asked for a proof.",
        found.asked,
    ) % {"title": found.page.title, "since": since, "until": until, "asked": found.asked}
    return _answer(request, Group(rows, gettext("Unusually many bookings"), text, reverse("bookings")))


def _changeable(request: HttpRequest) -> QuerySet[Booking]:
    return bookings_with(signed_in(request), to=BookingAction.CHANGE)


def _answer(request: HttpRequest, group: Group) -> HttpResponse:
    if request.method != "POST":
        return _show(request, group)
    if "undo" in request.POST:
        return _undo(request)
    now = timezone.now()
    ticked = [number for text in request.POST.getlist("booking") if (number := row_number(text)) is not None]
    mine = list(group.rows.filter(pk__in=ticked[:MOST_SHOWN]).values_list("pk", flat=True))
    done = cancel_together(_changeable(request), mine, now=now)
    if done:
        request.session[_UNDO] = [*_undoable(request, now), Batch(now.timestamp(), done)]
        said = ngettext(
            "%(count)d booking is cancelled. The times are free again.",
            "%(count)d bookings are cancelled. The times are free again.",
            len(done),
        )
        messages.success(request, said % {"count": len(done)})
    else:
        messages.info(request, gettext("Nothing was cancelled. Tick the bookings you want to cancel."))
    return HttpResponseRedirect(request.path)


def _undo(request: HttpRequest) -> HttpResponse:
    """One batch, or all of them; what is not undone now can still be later."""
    now, asked = timezone.now(), request.POST["undo"]
    batches = _undoable(request, now)
    chosen = [batch for batch in batches if asked in {UNDO_ALL, batch.key()}]
    ids = [booking_id for batch in chosen for booking_id in batch.ids]
    done, left = restore_together(_changeable(request), ids, now=now)
    request.session[_UNDO] = [batch for batch in batches if batch not in chosen]
    if done:
        said = ngettext(
            "%(count)d booking is back as before.", "%(count)d bookings are back as before.", len(done)
        )
        messages.success(request, said % {"count": len(done)})
    if left:
        said = ngettext(
            "%(count)d booking stayed cancelled: the time is taken by now, or over.",
            "%(count)d bookings stayed cancelled: the time is taken by now, or over.",
            left,
        )
        messages.warning(request, said % {"count": left})
    if not chosen:
        messages.info(
            request, gettext("Nothing was brought back: that can be done for half an hour, and once.")
        )
    return HttpResponseRedirect(request.path)


def _undoable(request: HttpRequest, now: datetime) -> list[Batch]:
    """What this host has cancelled together in the last half hour, oldest first."""
    batches = [Batch(*kept) for kept in request.session.get(_UNDO, [])]
    return [batch for batch in batches if now.timestamp() - batch.at < UNDO_FOR.total_seconds()]


def _show(request: HttpRequest, group: Group) -> HttpResponse:
    reader = reader_of(signed_in(request), timezone.now())
    ordered = with_booker(group.rows).select_related("page").order_by("start_at", "pk")
    rows = list(ordered[:MOST_SHOWN])
    ahead = [row for row in rows if not row.is_off() and row.end_at() > reader.now]
    selection = request.GET.get("select", UNCONFIRMED)
    batches = _undoable(request, reader.now)
    screen = TogetherScreen(
        group=group,
        rows=[_row(row, reader, selection) for row in ahead],
        confirmed=sum(row.booker.confirmed for row in ahead),
        others=len(rows) - len(ahead),
        selections=[
            TabLink(str(label), f"?select={name}", name == selection) for name, label in _SELECTIONS.items()
        ],
        undoable=[_undo_button(batch, reader) for batch in batches],
        undoable_in_all=sum(len(batch.ids) for batch in batches),
        zone=datetimes.zone_name(reader.zone),
    )
    return show(request, screen)


def _undo_button(batch: Batch, reader: Reader) -> UndoButton:
    at = datetime.fromtimestamp(batch.at, UTC)
    return UndoButton(batch.key(), len(batch.ids), datetimes.stamp(at, zone=reader.zone, now=reader.now))


def _row(row: Booking, reader: Reader, selection: str) -> TickedRow:
    return TickedRow(
        booking=row,
        when=datetimes.short_when(row.start_at, zone=reader.zone),
        booked=datetimes.dated(row.created_at, zone=reader.zone, now=reader.now, begins=False),
        ticked=selection == ALL or (selection == UNCONFIRMED and not row.booker.confirmed),
        requested=row.status == Booking.Status.PENDING,
    )
