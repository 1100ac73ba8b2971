"""What is told of an event: which there are, and the booking as it is then, with its main fields flat beside it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from django.utils.translation import gettext_lazy

from timetuna.accounts.models import User
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.status.resource import booking_resource, further_guest, utc
from timetuna.webhooks.models import WebhookEndpoint, WebhookEvent

LARGEST = 19_000
"""Bytes of data; Standard Webhooks recommends less than 20 kB in all."""
_CUTS = (1_000, 300, 80)


class EventType(StrEnum):
    """What can be told."""

    CREATED = "booking.created"
    REQUESTED = "booking.requested"
    APPROVED = "booking.approved"
    DECLINED = "booking.declined"
    LAPSED = "booking.lapsed"
    MOVED = "booking.moved"
    CANCELLED = "booking.cancelled"
    REASSIGNED = "booking.reassigned"
    UPDATED = "booking.updated"
    PAID = "booking.paid"
    REFUNDED = "booking.refunded"
    NO_SHOW = "booking.no_show"
    GUEST_ADDED = "guest.added"
    GUEST_REMOVED = "guest.removed"
    TEST = "webhook.test"


SENTENCES = {
    EventType.CREATED: gettext_lazy("A meeting is booked"),
    EventType.REQUESTED: gettext_lazy("A meeting is requested"),
    EventType.APPROVED: gettext_lazy("A request is confirmed"),
    EventType.DECLINED: gettext_lazy("A request is declined"),
    EventType.LAPSED: gettext_lazy("A request ends without an answer"),
    EventType.MOVED: gettext_lazy("A meeting is moved"),
    EventType.CANCELLED: gettext_lazy("A meeting is cancelled"),
    EventType.REASSIGNED: gettext_lazy("A meeting gets another host"),
    EventType.UPDATED: gettext_lazy("Something else about it changes, such as its link"),
    EventType.PAID: gettext_lazy("A guest has paid"),
    EventType.REFUNDED: gettext_lazy("Money goes back to a guest"),
    EventType.NO_SHOW: gettext_lazy("The guest did not come"),
    EventType.GUEST_ADDED: gettext_lazy("Somebody else is coming, too"),
    EventType.GUEST_REMOVED: gettext_lazy("Somebody else is coming no more"),
}
"""As hosts choose among them."""
CHANGED_PEOPLE = {EventType.GUEST_ADDED: "added", EventType.GUEST_REMOVED: "removed"}
"""Under which name these are told."""
TYPES = tuple(str(one) for one in SENTENCES)
EARLIEST_EXAMPLE = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)


def snapshot(
    booking: Booking,
    *,
    previous: datetime | None = None,
    former: User | None = None,
    people: Mapping[str, Iterable[Attendee]] | None = None,
) -> dict[str, Any]:
    """The booking as it was read whole, for whoever may read it.

    previous: when it began before.  former: who hosted it before.  people: who was `added` or `removed`.
    """
    data = with_flat_copies(booking_resource(booking))
    for how, rows in (people or {}).items():
        data[how] = [further_guest(row) for row in rows]
    if previous is not None:
        data["previous"] = {
            "start": utc(previous),
            "end": utc(previous + timedelta(minutes=booking.minutes)),
        }
    if former is not None:
        data["previous"] = {"host": {"id": former.public_id, "name": former.name}}
    return fitted(data)


def with_flat_copies(resource: Mapping[str, Any]) -> dict[str, Any]:
    """For tools that map one field to another; join_url and start are flat as they are."""
    guest = resource["guest"]
    return {
        **resource,
        "guest_name": guest["name"],
        "guest_email": guest["email"],
        "start_local": resource["local_start"],
    }


def without_guest(event: WebhookEvent) -> dict[str, Any]:
    """What is left of it when its guest is erased."""
    kept = {name: event.data[name] for name in ("id", "uid", "revision", "previous") if name in event.data}
    return kept | {"guest_erased": True}


def fitted(data: dict[str, Any]) -> dict[str, Any]:
    """So that it can be sent, long texts are cut off, and then answers and guests left out; `truncated` says so."""
    if _size(data) <= LARGEST:
        return data
    for longest in _CUTS:
        shorter: dict[str, Any] = _shortened(data, longest) | {"truncated": True}
        if _size(shorter) <= LARGEST:
            return shorter
    return shorter | {"answers": [], "guests": [], "metadata": {}}


def _size(data: Any) -> int:
    return len(orjson.dumps(data))


def _shortened(value: Any, longest: int) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(one, longest) for name, one in value.items()}
    if isinstance(value, list):
        return [_shortened(one, longest) for one in value]
    if isinstance(value, str) and len(value) > longest and not value.startswith("https://"):
        return value[:longest] + "…"
    return value


def told_event(event: WebhookEvent) -> dict[str, Any]:
    """As the feed has it."""
    return {"id": event.public_id, "type": event.type, "timestamp": utc(event.at), "data": event.data}


def content_for(hook: WebhookEndpoint, event: WebhookEvent) -> bytes:
    """The bytes that are signed and sent."""
    data = event.data
    if hook.thin:
        data = {name: data[name] for name in ("id", "revision") if name in data}
    return orjson.dumps({"type": event.type, "timestamp": utc(event.at), "data": data})


_STATES = {
    EventType.REQUESTED: "pending",
    EventType.DECLINED: "declined",
    EventType.LAPSED: "lapsed",
    EventType.CANCELLED: "cancelled_by_guest",
}
_ENDED_BY = {EventType.CANCELLED: "guest", EventType.DECLINED: "host", EventType.LAPSED: "system"}


def example(kind: str) -> dict[str, Any]:
    """An event as it would be, of nobody, for whoever sets something up before there was any."""
    resource = _example_booking(EventType(kind))
    data = with_flat_copies(resource | {"hosts": [dict(_EXAMPLE_HOST)], "guest": dict(_EXAMPLE_GUEST)})
    if kind == EventType.MOVED:
        before = EARLIEST_EXAMPLE - timedelta(days=1)
        data["previous"] = {"start": utc(before), "end": utc(before + timedelta(minutes=30))}
    if kind == EventType.REASSIGNED:
        data["previous"] = {"host": {"id": "us_example_before", "name": "Kim Example"}}
    if kind in CHANGED_PEOPLE:
        data[CHANGED_PEOPLE[EventType(kind)]] = [dict(_EXAMPLE_FURTHER)]
        data["guests"] = [dict(_EXAMPLE_FURTHER)] if kind == EventType.GUEST_ADDED else []
    named = {"id": f"evt_example_{kind.replace('.', '_')}", "type": kind}
    return named | {"timestamp": resource["created_at"], "data": data, "example": True}


def _example_booking(kind: EventType) -> dict[str, Any]:
    start, by = EARLIEST_EXAMPLE, _ENDED_BY.get(kind)
    return {
        "id": "bk_example",
        "uid": "example@timetuna.example",
        "revision": 0 if kind in {EventType.CREATED, EventType.REQUESTED} else 1,
        "status": _STATES.get(kind, "confirmed"),
        "title": "Intro call",
        "page": {"id": "pg_example", "title": "Intro call", "url": "https://timetuna.example/robin/intro"},
        "start": utc(start),
        "end": utc(start + timedelta(minutes=30)),
        "duration": 30,
        "time_zone": "Europe/Berlin",
        "local_start": "2027-01-11T10:00:00+01:00",
        "meeting_type": "custom_link",
        "location": "",
        "join_url": "" if by else "https://meet.timetuna.example/room",
        "passcode": "",
        "guests": [],
        "answers": [],
        "origin": {},
        "metadata": {},
        "cancellation": {"by": by, "reason": ""} if by else None,
        "no_show": kind == EventType.NO_SHOW,
        "payment": _EXAMPLE_PAYMENTS.get(kind),
        "pending_until": None,
        "created_at": utc(start - timedelta(days=3)),
        "url": "https://timetuna.example/bookings/1",
    }


_EXAMPLE_PAID = {
    "state": "paid",
    "amount": 4500,
    "tax": 0,
    "currency": "eur",
    "refunded": 0,
    "disputed": False,
    "url": "",
}
_EXAMPLE_PAYMENTS = {
    EventType.PAID: _EXAMPLE_PAID,
    EventType.REFUNDED: _EXAMPLE_PAID | {"state": "refunded", "refunded": 4500},
}
_EXAMPLE_HOST = {
    "id": "us_example",
    "name": "Robin Example",
    "email": "robin@timetuna.example",
    "time_zone": "Europe/Berlin",
    "part": "required",
    "organizer": True,
}
_EXAMPLE_FURTHER = {"name": "Alex Example", "email": "alex@example.org"}
_EXAMPLE_GUEST = {
    "name": "Sam Example",
    "email": "sam@example.org",
    "phone": "",
    "time_zone": "Europe/Paris",
    "language": "en",
    "notes": "This is an example.",
}
