"""A host's bookings, and one booking's history, as files."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Max, Min, Prefetch
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.events import ended_by, told_entry
from timetuna.bookings.integrations.location import own_uid
from timetuna.bookings.models import Answer, Booking, HistoryEntry
from timetuna.bookings.permissions import BookingAction, booking_or_404, history_for, notes_for
from timetuna.bookings.queries import Mine, answers_of, host_names, matching, origin_of_booking
from timetuna.bookings.status.rows import Reader, join_url, kind_label
from timetuna.bookings.views.host.bookings import asked_for, read_filter, reader_of
from timetuna.lib.text import csv_row
from timetuna.pages.meeting_types.base import meeting_kind

ROWS_AT_ONCE = 500
MOST_QUESTIONS = 100
"""So many have a column of their own; answers to others stand together in one more."""
_AT_A_GLANCE = frozenset(
    {"Minutes", "Title", "Booking page", "Status", "Guest", "Meeting type", "Hosts", "Booking id"}
)
_ORIGIN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer", "metadata")
Questions = dict[str, str]
"""What those read who may see that a booking is, and no more; and when it is."""
BYTE_ORDER_MARK = "\ufeff"  # without it, spreadsheets take UTF-8 for something else


@require_safe
@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """All that the list's address would show, row by row."""
    host, now = signed_in(request), timezone.now()
    asked, reader = read_filter(request, host), reader_of(host, now)
    found = matching(asked_for(host, asked), asked.wanted, now=now)
    return bookings_file(found, reader, name=f"bookings-{asked.wanted.which}-{reader.today().isoformat()}")


def bookings_file(
    found: Mine, reader: Reader, *, name: str, wanted: Callable[[Booking], bool] = lambda _: True
) -> StreamingHttpResponse:
    """A row for each of these bookings, read with booker and hosts, that is wanted."""
    own = notes_for(reader.host_id)
    rows = found.select_related("page", "origin").prefetch_related(
        "attendees__answers", Prefetch("notes", own)
    )
    asked = filter(wanted, rows.iterator(chunk_size=ROWS_AT_ONCE))
    return csv_file(_lines(asked, reader, _questions(found)), name=name)


def csv_file(lines: Iterator[str], *, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


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
    titles = [*_titles(reader), *own.values(), *(["Other answers"] if len(own) < len(questions) else [])]
    yield BYTE_ORDER_MARK + csv_row(titles)
    for booking in bookings:
        cells = [*_cells(booking, reader), *_answers(booking, own, more=len(own) < len(questions))]
        if not booking.readable:  # type: ignore[attr-defined]
            seen = [title in _AT_A_GLANCE or title.startswith(("Start", "End")) for title in titles]
            cells = [cell if known else "" for cell, known in zip(cells, seen, strict=True)]
        yield csv_row(cells)


def _titles(reader: Reader) -> list[str]:
    zone = reader.zone.key
    return [
        f"Start ({zone})",
        f"End ({zone})",
        "Start (UTC)",
        "End (UTC)",
        "Minutes",
        "Title",
        "Booking page",
        "Status",
        "Guest",
        "Guest email",
        "Guest phone",
        "Guest time zone",
        "Meeting type",
        "Join link",
        "Place",
        "Passcode",
        "Notes",
        f"Booked at ({zone})",
        "Booked at (UTC)",
        "Cancelled by",
        "Cancellation note",
        "Further guests",
        "Did not come",
        "Private notes",
        "Erased at (UTC)",
        "Hosts",
        "Booking id",
        *_ORIGIN,
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
        "Cancelled" if booking.is_off() else booking.get_status_display(),
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
        ended_by(booking),
        booking.cancel_note,
        ", ".join(row.shown() for row in booking.attendees.all() if row.active and not row.is_booker),
        "yes" if booking.no_show else "",
        "".join(row.text for row in booking.notes.all()),
        utc(booking.erased_at) if booking.erased_at else "",
        ", ".join(host_names(booking)),
        booking.public_id,
        *_origin(booking),
    ]


def _origin(booking: Booking) -> Iterator[object]:
    known = getattr(booking, "origin", None)
    for name in _ORIGIN:
        value = getattr(known, name, "")
        yield ", ".join(f"{key}: {one}" for key, one in value.items()) if isinstance(value, dict) else value


def _answers(booking: Booking, questions: Questions, *, more: bool) -> list[object]:
    """In the order of the columns; numbers as numbers."""
    given = {one.key: one for row in booking.attendees.all() for one in row.answers.all()}
    rest = "; ".join(f"{one.label}: {one.text}" for key, one in given.items() if key not in questions)
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
        "event": entry.event,
        "text": " ".join(filter(None, told_entry(entry))),
        "changes": {
            name: {"old": old, "new": new}
            for name, (old, new) in entry.changes.items()
            if not name.startswith("_")
        },
    }
