"""A host's bookings, and one booking's history, as files."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Max, Min, Prefetch
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy, override, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.charge import charge_of
from timetuna.bookings.events import GUEST, HOST, SYSTEM, ended_by, told_entry
from timetuna.bookings.integrations.location import join_url, own_uid
from timetuna.bookings.listing import Mine
from timetuna.bookings.models import Answer, Booking, HistoryEntry
from timetuna.bookings.permissions import (
    BookingAction,
    all_bookings_for,
    booking_or_404,
    bookings_for,
    history_for,
    notes_for,
)
from timetuna.bookings.queries import answers_of, host_names, hosted_by, matching, origin_of_booking
from timetuna.bookings.status.rows import Reader, kind_label
from timetuna.bookings.views.host.bookings import Filter, read_filter, reader_of
from timetuna.lib.text import csv_row
from timetuna.pages.meeting_types.base import meeting_kind

ROWS_AT_ONCE = 500
MOST_QUESTIONS = 100
"""So many have a column of their own; answers to others stand together in one more."""
_AT_A_GLANCE = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 25, 26})
"""Which columns those read who may see that a booking is, and no more."""
_STATES = {
    Booking.Status.PENDING: gettext_lazy("Pending"),
    Booking.Status.AWAITING_PAYMENT: gettext_lazy("Awaiting payment"),
    Booking.Status.AWAITING_PHONE: gettext_lazy("Awaiting phone"),
    Booking.Status.CONFIRMED: pgettext_lazy("a booking", "Confirmed"),
}
_ENDED_BY = {
    GUEST: pgettext_lazy("who cancelled", "guest"),
    HOST: pgettext_lazy("who cancelled", "host"),
    SYSTEM: pgettext_lazy("who cancelled", "system"),
}
_ORIGIN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer", "metadata")
Questions = dict[str, str]
BYTE_ORDER_MARK = "\ufeff"  # without it, spreadsheets take UTF-8 for something else


@require_safe
@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """All that the list's address would show, row by row."""
    host, now = signed_in(request), timezone.now()
    asked, reader = read_filter(request, host), reader_of(host, now)
    found = matching(_asked_for(host, asked), asked.wanted, now=now)
    return bookings_file(found, reader, name=f"bookings-{asked.wanted.which}-{reader.today().isoformat()}")


def _asked_for(host: User, asked: Filter) -> Mine:
    found = all_bookings_for(host) if asked.wanted.everybody else bookings_for(host)
    return hosted_by(found, asked.wanted.host_id) if asked.wanted.host_id else found


def bookings_file(
    found: Mine, reader: Reader, *, name: str, wanted: Callable[[Booking], bool] = lambda _: True
) -> StreamingHttpResponse:
    """A row for each of these bookings, read with booker and hosts, that is wanted."""
    own = notes_for(reader.host_id)
    rows = found.select_related("page", "origin", "payment").prefetch_related(
        "attendees__answers", Prefetch("notes", own)
    )
    asked = filter(wanted, rows.iterator(chunk_size=ROWS_AT_ONCE))
    return csv_file(_lines(asked, reader, _questions(found)), name=name)


def csv_file(lines: Iterator[str], *, name: str) -> StreamingHttpResponse:
    """In the language of whoever asks, though the lines are made after the answer has begun."""
    answer = StreamingHttpResponse(_spoken(lines, get_language()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _spoken(lines: Iterator[str], language: str | None) -> Iterator[str]:
    while True:
        with override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


def _questions(bookings: Mine) -> Questions:
    """What guests of these bookings were asked, as it was called last, by key; what was asked first comes first."""
    ids = bookings.filter(readable=True).order_by().values("pk")
    asked = Answer.objects.filter(attendee__booking__in=ids).order_by().values_list("key", "label")
    rows = sorted(asked.annotate(first=Min("pk"), latest=Max("pk")), key=lambda row: row[3])
    labels = {key: label for key, label, _, _ in rows}
    begun: dict[str, int] = {}
    for key, _, first, _ in rows:
        begun[key] = min(first, begun.get(key, first))
    return {key: labels[key] for key in sorted(labels, key=lambda key: begun[key])}


def _lines(bookings: Iterator[Booking], reader: Reader, questions: Questions) -> Iterator[str]:
    own = dict(list(questions.items())[:MOST_QUESTIONS])
    titles = [
        *_titles(reader),
        *own.values(),
        *([gettext("Other answers")] if len(own) < len(questions) else []),
    ]
    yield BYTE_ORDER_MARK + csv_row(titles)
    for booking in bookings:
        cells = [*_cells(booking, reader), *_answers(booking, own, more=len(own) < len(questions))]
        if not booking.readable:  # type: ignore[attr-defined]
            cells = [cell if number in _AT_A_GLANCE else "" for number, cell in enumerate(cells)]
        yield csv_row(cells)


def _by_own_clock(reader: Reader) -> tuple[str, str, str]:
    """Titles that no other column has, also for whose clock is that of UTC."""
    if reader.zone.key == "UTC":
        return gettext("Start"), gettext("End"), gettext("Booked at")
    titles = gettext("Start (%(zone)s)"), gettext("End (%(zone)s)"), gettext("Booked at (%(zone)s)")
    start, end, booked = (title % {"zone": reader.zone.key} for title in titles)
    return start, end, booked


def _titles(reader: Reader) -> list[str]:
    start, end, booked = _by_own_clock(reader)
    return [
        start,
        end,
        gettext("Start (UTC)"),
        gettext("End (UTC)"),
        gettext("Minutes"),
        gettext("Title"),
        gettext("Booking page"),
        gettext("Status"),
        gettext("Guest"),
        gettext("Guest email"),
        gettext("Guest phone"),
        gettext("Guest time zone"),
        gettext("Meeting type"),
        gettext("Join link"),
        gettext("Place"),
        gettext("Passcode"),
        gettext("Notes"),
        booked,
        gettext("Booked at (UTC)"),
        gettext("Cancelled by"),
        gettext("Cancellation note"),
        gettext("Further guests"),
        gettext("Did not come"),
        gettext("Private notes"),
        gettext("Erased at (UTC)"),
        gettext("Hosts"),
        gettext("Booking id"),
        *_ORIGIN,
        gettext("Payment"),
        gettext("Amount"),
        gettext("Currency"),
        gettext("Amount left"),
    ]


def _cells(booking: Booking, reader: Reader) -> list[object]:
    takes_place = booking.status == Booking.Status.CONFIRMED
    conference = getattr(booking, "conference", None)
    return [
        local(booking.start_at, reader),
        local(booking.end_at(), reader),
        utc(booking.start_at),
        utc(booking.end_at()),
        booking.minutes,
        booking.title,
        booking.page.title if booking.page else "",
        gettext("Cancelled") if booking.is_off() else _STATES[Booking.Status(booking.status)],
        booking.booker.name,
        booking.booker.email,
        booking.booker.phone,
        booking.booker.time_zone,
        kind_label(booking),
        join_url(booking) if takes_place else "",
        "" if meeting_kind(booking.meeting_type).url(booking.location) else booking.location,
        conference.passcode if conference and takes_place else "",
        booking.booker.notes,
        local(booking.created_at, reader),
        utc(booking.created_at),
        _ENDED_BY.get(ended_by(booking), ""),
        booking.cancel_note,
        ", ".join(row.shown() for row in booking.attendees.all() if row.active and not row.is_booker),
        pgettext("a cell", "yes") if booking.no_show else "",
        "".join(row.text for row in booking.notes.all()),
        utc(booking.erased_at) if booking.erased_at else "",
        ", ".join(host_names(booking)),
        booking.public_id,
        *_origin(booking),
        *_payment(booking),
    ]


def _payment(booking: Booking) -> list[object]:
    """Numbers with a point, which every spreadsheet reads; amount left: after what was given back."""
    charge = charge_of(booking)
    if charge is None:
        return ["", "", "", ""]
    return [charge.words(), charge.decimal(), charge.currency.upper(), charge.decimal_left()]


def _origin(booking: Booking) -> Iterator[object]:
    known = getattr(booking, "origin", None)
    for name in _ORIGIN:
        value = getattr(known, name, "")
        yield ", ".join(f"{key}: {one}" for key, one in value.items()) if isinstance(value, dict) else value


def _answers(booking: Booking, questions: Questions, *, more: bool) -> list[object]:
    """In the order of the columns; numbers as numbers."""
    given = {one.key: one for row in booking.attendees.all() for one in row.answers.all()}
    rest = "; ".join(one.line() for key, one in given.items() if key not in questions)
    cells = [_cell(given[key]) if key in given else "" for key in questions]
    return [*cells, rest] if more else cells


def _cell(answer: Answer) -> object:
    return answer.value if answer.kind == "number" else answer.text


def local(moment: datetime, reader: Reader) -> str:
    return moment.astimezone(reader.zone).strftime("%Y-%m-%d %H:%M")


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


@require_safe
@login_required
def history(request: HttpRequest, booking_id: int) -> JsonResponse:
    """The earliest first; times are UTC (RFC 3339)."""
    row = booking_or_404(request, booking_id, to=BookingAction.READ)
    answer = JsonResponse(
        _facts(row) | {"history": [_entry(entry) for entry in history_for(signed_in(request), row)]}
    )
    answer["Content-Disposition"] = f'attachment; filename="booking-{row.pk}-history.json"'
    return answer


def _facts(row: Booking) -> dict[str, object]:
    return {
        "booking": row.pk,
        "id": row.public_id,
        "uid": own_uid(row),
        "title": row.title,
        "start": row.start_at.isoformat(),
        "minutes": row.minutes,
        "status": row.status,
        "revision": row.revision,
        "hosts": host_names(row),
        "guest": {"name": row.booker.name, "email": row.booker.email},
        "answers": [
            {name: getattr(one, name) for name in ("key", "label", "kind", "value", "text", "hidden")}
            for one in answers_of(row)
        ],
        "origin": origin_of_booking(row),
    }


def _entry(entry: HistoryEntry) -> dict[str, object]:
    return {
        "at": entry.at.isoformat(),
        "who": entry.actor,
        "from": entry.source,
        "via": entry.via,
        "event": entry.event,
        "text": " ".join(filter(None, told_entry(entry))),
        "changes": {
            name: {"old": old, "new": new}
            for name, (old, new) in entry.changes.items()
            if not name.startswith("_")
        },
    }
