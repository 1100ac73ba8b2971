"""A booking as other programs read it: the same for the API, webhooks and assistants.

Moments are RFC 3339 in UTC, lengths are minutes. What guests typed is data and nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Model
from django.urls import reverse

from timetuna.accounts.models import Team, User
from timetuna.bookings.events import TOLD, ended_by, told_entry
from timetuna.bookings.integrations.location import join_url, own_uid
from timetuna.bookings.models import (
    Answer,
    Attendee,
    Booking,
    BookingHost,
    BookingOrigin,
    Conference,
    HistoryEntry,
)
from timetuna.bookings.queries import link
from timetuna.db import sql
from timetuna.db.kept import keep, kept, relate, row_of, rows_of
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.models import BookingPage

_TOLD = sorted(map(str, TOLD))
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer")


_COLUMNS: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "booking": (
        Booking,
        (
            *(
                "id",
                "uid",
                "public_id",
                "host_id",
                "page_id",
                "title",
                "start_at",
                "minutes",
                "host_time_zone",
                "revision",
                "link_id",
            ),
            *("status", "meeting_type", "location", "cancel_note", "pending_until", "no_show", "created_at"),
        ),
    ),
    "conference": (Conference, ("id", "state", "passcode", "join_url")),
    "origin": (BookingOrigin, ("id", *_UTM, "metadata")),
}
_PAGE = ("id", "public_id", "title", "slug", "host_id", "team_id")
_HANDLE = ("id", "handle")
_PERSON = ("id", "public_id", "email", "name")
_TAKING = ("id", "booking_id", "host_id", "time_zone", "part")
_ATTENDEE = (
    *("id", "booking_id", "is_booker", "name", "email", "phone", "notes", "time_zone", "language", "active"),
    *("link_fingerprint", "link_sealed"),
)
_ANSWER = ("id", "attendee_id", "key", "label", "kind", "value", "text")
_MOMENTS = ("start_at", "created_at", "pending_until")


def whole_booking(booking_id: int, *, also: str = "", **values: Any) -> tuple[Booking, list[Any]]:
    """What `booking_resource` needs, by one statement, and nothing else of it; and what was asked also.

    also: what stands behind the columns of `sql.WHOLE_BOOKINGS`.  values: of its blanks.
    """
    [found] = sql.rows(_whole(also), bookings=[booking_id], events=_TOLD, **values)
    left = iter(found)
    return _booking(left, {}), list(left)


def whole_bookings(ids: Sequence[int]) -> list[Booking]:
    """The same of many, by one statement, in this order; those that are gone are left out."""
    if not ids:
        return []
    known: _Known = {}
    found = sql.rows(_whole(""), bookings=list(ids), events=_TOLD)
    by_id = {row.pk: row for row in (_booking(iter(columns), known) for columns in found)}
    return [by_id[pk] for pk in ids if pk in by_id]


_Known = dict[Any, Any]
"""Pages and people, which many bookings have in common."""


def _booking(left: Iterator[Any], known: _Known) -> Booking:
    """Relations are put where the ORM keeps them: to be set, each asks a good deal first."""
    booking, conference, origin = (row_of(model, columns, left) for model, columns in _columns())
    for name in _MOMENTS:
        setattr(booking, name, sql.aware(getattr(booking, name)))
    booking.no_show = bool(booking.no_show)
    if not isinstance(booking.uid, UUID):
        booking.uid = UUID(str(booking.uid))
    if origin is not None:
        origin.metadata = _loaded(origin.metadata)
    relate(booking, page=_page(next(left), known), conference=conference, origin=origin)
    booking.changes = next(left)
    hosts, attendees, answers, payments = (sql.listed(next(left)) for _ in range(4))
    booking.read_payment = payments[0] if payments else None
    taking = [_taking(one, known) for one in hosts]
    keep(booking, booking_hosts=taking, attendees=_attendees(attendees, answers))
    whole: Booking = booking
    return whole


def _page(said: str | None, known: _Known) -> BookingPage | None:
    if said is None:
        return None
    if said not in known:
        *own, lead, team = orjson.loads(said)
        page = row_of(BookingPage, _PAGE, iter(own))
        relate(
            page,
            host=row_of(User, _HANDLE, iter([page.host_id, lead])),
            team=row_of(Team, _HANDLE, iter([page.team_id, team])),
        )
        known[said] = page
    found: BookingPage = known[said]
    return found


@lru_cache
def _columns() -> tuple[tuple[type[Model], tuple[str, ...]], ...]:
    return tuple((model, _in_order(model, columns)) for model, columns in _COLUMNS.values())


@lru_cache
def _in_order(model: type[Model], columns: tuple[str, ...]) -> tuple[str, ...]:
    """As `from_db` takes them."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - documented
    return tuple(field.attname for field in fields if field.attname in columns)


@lru_cache
def _whole(also: str) -> str:
    named = {
        name: ", ".join(f"{name}.{column}" for column in _in_order(model, columns))
        for name, (model, columns) in _COLUMNS.items()
    }
    return sql.WHOLE_BOOKINGS.format(**named, also=also)


def _taking(values: list[Any], known: _Known) -> Model:
    row: BookingHost = row_of(BookingHost, _TAKING, iter(values))
    person = tuple(values[len(_TAKING) :])
    if person not in known:
        known[person] = row_of(User, _PERSON, iter(person))
    relate(row, host=known[person])
    return row


def _attendees(rows: list[list[Any]], answers: list[list[Any]]) -> list[Model]:
    found = rows_of(Attendee, _ATTENDEE, rows, None, None, bool)
    given = rows_of(Answer, _ANSWER, answers, None, None, None, None, None, orjson.loads)
    for attendee in found:
        attendee.active = bool(attendee.active)  # type: ignore[attr-defined]
        own = [one for one in given if one.attendee_id == attendee.pk]  # type: ignore[attr-defined]
        keep(attendee, answers=own)
    return found


def _loaded(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def revision_of(booking: Booking) -> int:
    """How often something has changed that programs read of it; it never falls. It was read whole."""
    return max(0, (booking.changes or 0) - 1)  # type: ignore[attr-defined]


def booking_resource(booking: Booking) -> dict[str, Any]:
    """All of it, for whoever may read it. Nothing in it lets anybody act: no guest's link, no host's start link."""
    attendees = kept(booking, "attendees")
    [booker] = [row for row in attendees if row.is_booker]
    origin: BookingOrigin | None = getattr(booking, "origin", None)
    stands = booking.status == Booking.Status.CONFIRMED
    conference = getattr(booking, "conference", None)
    return {
        "id": booking.public_id,
        "uid": own_uid(booking),
        "revision": revision_of(booking),
        "status": booking.status,
        "title": booking.title,
        "page": page_reference(booking.page) if booking.page else None,
        "start": utc(booking.start_at),
        "end": utc(booking.end_at()),
        "duration": booking.minutes,
        "time_zone": booking.host_time_zone,
        "local_start": local(booking.start_at, booking.host_time_zone),
        "meeting_type": booking.meeting_type,
        "location": "" if meeting_kind(booking.meeting_type).url(booking.location) else booking.location,
        "join_url": join_url(booking) if stands else "",
        "passcode": conference.passcode if conference and stands else "",
        "hosts": [_host(row, booking) for row in kept(booking, "booking_hosts")],
        "guest": _booker(booker),
        "guests": [further_guest(row) for row in attendees if row.active and not row.is_booker],
        "answers": [_answer(one) for one in kept(booker, "answers")],
        "origin": {name: getattr(origin, name) for name in _UTM if getattr(origin, name, "")},
        "metadata": origin.metadata if origin else {},
        "cancellation": _ending(booking),
        "no_show": booking.no_show,
        "payment": _payment(booking),
        "pending_until": utc(booking.pending_until) if booking.pending_until else None,
        "created_at": utc(booking.created_at),
        "url": f"{settings.BASE_URL}{_list_path()}/{booking.pk}",
    }


def further_guest(row: Attendee) -> dict[str, str]:
    """Somebody who comes too."""
    return {"name": row.name, "email": row.email}


@lru_cache
def _list_path() -> str:
    """Below which bookings are: to ask for the path of each took longer than to read it."""
    return reverse("bookings")


def guest_link(booking: Booking) -> str:
    """Where the guest changes and cancels it: for who may act as they do, and nobody else."""
    return link(booking.booker)


def page_reference(page: BookingPage) -> dict[str, Any]:
    """As other things name it."""
    return {"id": page.public_id, "title": page.title, "url": page.address()}


def history_resource(entries: Iterable[HistoryEntry]) -> list[dict[str, Any]]:
    """The earliest first."""
    return [
        {
            "at": utc(entry.at),
            "event": entry.event,
            "actor": entry.actor,
            "source": entry.source,
            "via": entry.via,
            "text": " ".join(filter(None, told_entry(entry))),
            "changes": {
                name: {"old": _moment(name, old), "new": _moment(name, new)}
                for name, (old, new) in entry.changes.items()
                if not name.startswith("_")
            },
        }
        for entry in entries
    ]


def _moment(name: str, value: Any) -> Any:
    """Histories keep a start as Python writes it."""
    return utc(datetime.fromisoformat(value)) if name == "start" and isinstance(value, str) else value


def utc(moment: datetime) -> str:
    """As "2026-12-01T09:00:00Z"."""
    return f"{moment.astimezone(UTC).isoformat(timespec='seconds')[:-6]}Z"


def local(moment: datetime, zone: str) -> str:
    """By the clock of a zone, with its offset."""
    return moment.astimezone(zone_or_utc(zone)).isoformat(timespec="seconds")


def _host(row: BookingHost, booking: Booking) -> dict[str, Any]:
    return {
        "id": row.host.public_id,
        "name": row.host.name,
        "email": row.host.email,
        "time_zone": row.time_zone,
        "part": row.part,
        "organizer": row.host_id == booking.host_id,
    }


def _booker(row: Attendee) -> dict[str, Any]:
    return {
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "time_zone": row.time_zone,
        "language": row.language,
        "notes": row.notes,
    }


def _answer(one: Any) -> dict[str, Any]:
    return {"key": one.key, "label": one.label, "kind": one.kind, "value": one.value, "text": one.text}


def _payment(booking: Booking) -> dict[str, Any] | None:
    """None of what costs nothing. It was read whole."""
    read = booking.read_payment  # type: ignore[attr-defined]
    if read is None:
        return None
    state, amount, tax, currency, refunded, disputed, url = read
    return {
        "state": state,
        "amount": amount,
        "tax": tax,
        "currency": currency,
        "refunded": refunded,
        "disputed": bool(disputed),
        "url": url if state == "awaiting" and booking.status == Booking.Status.AWAITING_PAYMENT else "",
    }


def _ending(booking: Booking) -> dict[str, str] | None:
    return {"by": ended_by(booking), "reason": booking.cancel_note} if booking.is_off() else None
