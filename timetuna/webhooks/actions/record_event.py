"""What happens to a booking is written down for programs, and for each webhook that wants it, in its transaction."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.bookings.events import BookingEvent, Happening, on_event
from timetuna.bookings.models import Booking
from timetuna.bookings.status.resource import whole_booking
from timetuna.db import sql
from timetuna.webhooks.actions.deliver import enqueue_deliveries
from timetuna.webhooks.body import CHANGED_PEOPLE, EventType, snapshot, without_guest
from timetuna.webhooks.models import DeliveryAttempt, EventDelivery, WebhookEvent
from timetuna.webhooks.permissions import may_read_booking

_TRIES = 10
TOLD_AS = {
    BookingEvent.BOOKED: EventType.CREATED,
    BookingEvent.REQUESTED: EventType.REQUESTED,
    BookingEvent.PAID: EventType.CREATED,
    BookingEvent.MONEY_CAME: EventType.PAID,
    BookingEvent.REFUNDED: EventType.REFUNDED,
    BookingEvent.REFUNDED_AT_STRIPE: EventType.REFUNDED,
    BookingEvent.DISPUTED: EventType.UPDATED,
    BookingEvent.DISPUTE_ENDED: EventType.UPDATED,
    BookingEvent.PHONE_CONFIRMED: EventType.CREATED,
    BookingEvent.APPROVED: EventType.APPROVED,
    BookingEvent.DECLINED: EventType.DECLINED,
    BookingEvent.LAPSED: EventType.LAPSED,
    BookingEvent.WITHDRAWN: EventType.CANCELLED,
    BookingEvent.MOVED: EventType.MOVED,
    BookingEvent.CANCELLED: EventType.CANCELLED,
    BookingEvent.RESTORED: EventType.UPDATED,
    BookingEvent.HANDED_OVER: EventType.REASSIGNED,
    BookingEvent.HAND_OVER_UNDONE: EventType.REASSIGNED,
    BookingEvent.GUESTS_ADDED: EventType.GUEST_ADDED,
    BookingEvent.CAME_BACK: EventType.GUEST_ADDED,
    BookingEvent.GUEST_REMOVED: EventType.GUEST_REMOVED,
    BookingEvent.LEFT: EventType.GUEST_REMOVED,
    BookingEvent.NO_SHOW: EventType.NO_SHOW,
    BookingEvent.SHOWED_UP: EventType.UPDATED,
    BookingEvent.ADDRESS_MENDED: EventType.UPDATED,
    BookingEvent.LINK_MADE: EventType.UPDATED,
    BookingEvent.LINK_REPLACED: EventType.UPDATED,
    BookingEvent.LINK_RENEWED: EventType.UPDATED,
    BookingEvent.ERASED: EventType.UPDATED,
}
"""What was brought along from another product was told there; what waits for a proof or money is no booking yet."""
_FROM_PROOF = (BookingEvent.PAID, BookingEvent.PHONE_CONFIRMED)
_ENDS_REQUESTS = (BookingEvent.DECLINED, BookingEvent.LAPSED, BookingEvent.WITHDRAWN)
_WAS_TOLD = (BookingEvent.REQUESTED, *_FROM_PROOF)


@on_event(*TOLD_AS)
def tell_programs(happening: Happening) -> None:
    """Nobody waits for it: what is sent is sent by jobs, once the change is committed."""
    booking, kind = happening.booking, _kind(happening)
    if kind is None:
        return
    if happening.event == BookingEvent.ERASED:
        _forget_guest(booking)
    previous = happening.facts["began"] if kind is EventType.MOVED else None
    former = User.objects.get(pk=happening.facts["former_id"]) if kind is EventType.REASSIGNED else None
    people = {CHANGED_PEOPLE[kind]: happening.facts["guests"]} if kind in CHANGED_PEOPLE else {}
    event, hooks = _written(booking.pk, kind, former, previous=previous, people=people)
    tell_all(hooks, event)


def _written(
    booking_id: int, kind: EventType, former: User | None, **more: Any
) -> tuple[WebhookEvent, list[int]]:
    """The event, in the caller's transaction, and the webhooks that are told of it: two statements, where few listen.

    more: of `snapshot`.

    Two may change one booking at the same time, and each would count without the other. Then the later one is refused
    its revision, once the earlier is committed, and reads again.
    """
    now, former_id = timezone.now(), former.pk if former else None
    for _ in range(_TRIES):
        row, [near] = whole_booking(booking_id, also=sql.LISTENING, now=now, former=former_id)
        data = snapshot(row, former=former, **more)
        event = WebhookEvent(
            booking=row, type=kind, at=now, revision=data["revision"], data=data, former=former
        )
        if _insert(event):
            return event, _hooks_to_tell(row, kind, near, former=former_id)
    raise RuntimeError("Others change this booking all the time.")


def _hooks_to_tell(booking: Booking, kind: str, near: str, *, former: int | None) -> list[int]:
    """The ids of those that want this type and whose owner may read the booking, or has just given it away.

    near: what `sql.LISTENING` gave: the live ones of whoever may have to do with it.  former: who gave it away.
    """
    wanting = [
        (pk, owner)
        for pk, owner, events, pages in sql.listed(near)
        if kind in orjson.loads(events) and (pages is None or booking.page_id in orjson.loads(pages))
    ]
    sure = {former, booking.host_id}  # who leads a meeting reads it: no question for most
    asked = {owner for _, owner in wanting} - sure
    able = sure | {owner for owner in asked if may_read_booking(User(pk=owner), booking)}
    return [pk for pk, owner in wanting if owner in able]


def _insert(event: WebhookEvent) -> bool:
    """Whether it was the first of its revision."""
    columns = ("public_id", "type", "at", "revision")
    values = {name: getattr(event, name) for name in columns} | {"data": orjson.dumps(event.data).decode()}
    found = sql.rows(sql.EVENT, booking=event.booking_id, former=event.former_id, **values)
    event.pk = found[0][0] if found else None
    return bool(found)


def _kind(happening: Happening) -> EventType | None:
    """None for the end of what nobody was told of."""
    booking, event = happening.booking, happening.event
    if event in _FROM_PROOF and booking.status == Booking.Status.PENDING:
        return EventType.REQUESTED
    if event in _ENDS_REQUESTS and not booking.history.filter(event__in=_WAS_TOLD).exists():
        return None
    return TOLD_AS[event]


def tell_all(hooks: Sequence[int], event: WebhookEvent) -> list[EventDelivery]:
    """Have it sent to webhooks with these ids, in the caller's transaction, in as many statements as to one."""
    if not hooks:
        return []
    rows = EventDelivery.objects.bulk_create(EventDelivery(webhook_id=pk, event=event) for pk in hooks)
    enqueue_deliveries(rows)
    return rows


def _forget_guest(booking: Booking) -> None:
    """In what was told before, and in what the other side answered, which may repeat it."""
    told = list(WebhookEvent.objects.filter(booking=booking))
    for event in told:
        event.data = without_guest(event)
    WebhookEvent.objects.bulk_update(told, ["data"])
    DeliveryAttempt.objects.filter(delivery__event__booking=booking).update(answer="")
