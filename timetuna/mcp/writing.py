"""What changes something. Each is told in sentences first, and done only by the same call with `confirm` after that.

Whoever confirms what was never told, or what has changed since, is told instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from timetuna.api.ordering import form_key
from timetuna.api.principal import Principal
from timetuna.api.problems import of_refusal
from timetuna.api.schemas.base import Taken
from timetuna.api.schemas.bookings import BookingIn, MoveIn
from timetuna.api.views.booking_changes import move, slot_of_move
from timetuna.api.views.bookings import WantedBooking, booked, booking_of, order_for, refusing, why_refused
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve, decline
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import refuse_if_settled
from timetuna.bookings.errors import BookingRefused, SlotTaken
from timetuna.bookings.events import HOST, Status
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import BookingAction
from timetuna.bookings.slots.availability import SlotQuery, who_can
from timetuna.lib.crypto import fingerprint
from timetuna.mcp import telling
from timetuna.mcp.reading import Said
from timetuna.mcp.schemas import ApproveToolIn, BookToolIn, EndToolIn, MoveToolIn
from timetuna.pages.models import BookingPage
from timetuna.rate_limits.limits import Limit, spend, used

SHOWN = Limit("mcp-shown", (1, 3_600))
"""What was told within the hour. It is counted because counts are shared by all processes, and forget by themselves."""
NOTHING_YET = gettext_lazy("Nothing has been done yet. With the same arguments and confirm: true it is done.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """tell: in sentences, or raising Problem where it would be refused.  state: what it is about, as it is now.

    row: the booking that there is.  settled: it is so already, and nothing would be done.
    """

    name: str
    wish: Any
    state: str
    tell: Callable[[], list[str]]
    do: Callable[[], Booking]
    row: Booking | None = None
    settled: bool = False


def book_meeting(principal: Principal, wish: BookToolIn) -> Said:
    """The same key again is the same booking, and is not asked about twice. Raises Problem."""
    now, key = timezone.now(), wish.idempotency_key
    wanted = order_for(principal, _of_the_api(BookingIn, wish), key=key, now=now)
    if Booking.objects.filter(idempotency_key=form_key(principal.name, key)).exists():
        return _done(principal, booked(principal, wanted, now=now))

    def tell() -> list[str]:
        _refuse_if_taken(principal, wanted)
        return telling.of_order(principal, wanted.order, wanted.slot.page, wanted.start)

    do = lambda: booked(principal, wanted, now=now)  # noqa: E731
    return _confirmed(principal, _Write(name="book", wish=wish, state="", tell=tell, do=do))


def move_booking(principal: Principal, wish: MoveToolIn) -> Said:
    """Raises Problem."""
    now, row = timezone.now(), booking_of(principal, wish.booking, BookingAction.CHANGE)

    def tell() -> list[str]:
        try:
            refuse_if_settled(row, HOST, now)
        except BookingRefused as refused:
            raise of_refusal(refused) from refused
        if row.page is not None and row.link_id is None and not wish.force:
            slot = slot_of_move(row, row.page, now=now)
            _refuse(principal, slot, row.page, wish.start)
        return telling.of_move(principal, row, wish.start, anyway=wish.force)

    def do() -> Booking:
        move(principal, row, _of_the_api(MoveIn, wish), now=now)
        return row

    settled = row.status == Status.CONFIRMED and row.start_at == wish.start
    write = _Write(name="move", wish=wish, state=_state(row), tell=tell, do=do, row=row, settled=settled)
    return _confirmed(principal, write)


def cancel_booking(principal: Principal, wish: EndToolIn) -> Said:
    """Raises Problem."""
    now = timezone.now()
    row = booking_of(principal, wish.booking, BookingAction.CHANGE)
    people = [*telling.guests_of(row), gettext("the hosts")]
    return _simple(
        principal,
        (wish, row),
        lambda: cancel(row.pk, actor=HOST, note_text=wish.reason, now=now),
        (gettext("This cancels %(booking)s"), people),
        settled=row.is_off(),
    )


def approve_booking(principal: Principal, wish: ApproveToolIn) -> Said:
    """Raises Problem."""
    now = timezone.now()
    row = booking_of(principal, wish.booking, BookingAction.CHANGE)
    people = [*telling.guests_of(row), gettext("the hosts")]
    return _simple(
        principal,
        (wish, row),
        lambda: approve(row.pk, source="api", now=now, seen=row.revision),
        (gettext("This says yes to %(booking)s"), people),
        settled=row.status == Status.CONFIRMED,
    )


def decline_booking(principal: Principal, wish: EndToolIn) -> Said:
    """Raises Problem."""
    now = timezone.now()
    row = booking_of(principal, wish.booking, BookingAction.CHANGE)
    return _simple(
        principal,
        (wish, row),
        lambda: decline(row.pk, note_text=wish.reason, source="api", now=now),
        (gettext("This says no to %(booking)s"), [row.booker.email]),
        settled=row.status == Status.DECLINED,
    )


def _simple(
    principal: Principal,
    asked: tuple[Any, Booking],
    act: Callable[[], Booking],
    said: tuple[str, list[str]],
    *,
    settled: bool,
) -> Said:
    """What needs no look at any calendar is tried and taken back, so that the preview refuses what the act would."""
    wish, row = asked
    doing, people = said

    def tell() -> list[str]:
        with transaction.atomic():
            refusing(act)
            transaction.set_rollback(True)
        return telling.of_answer(principal, row, doing, people)

    def do() -> Booking:
        refusing(act)
        return row

    write = _Write(name=doing, wish=wish, state=_state(row), tell=tell, do=do, row=row, settled=settled)
    return _confirmed(principal, write)


def _confirmed(principal: Principal, write: _Write) -> Said:
    if write.settled and write.row:
        return _done(principal, write.row)
    asked = write.wish.model_dump_json(exclude={"confirm"})
    told = fingerprint(f"{principal.name}\n{write.name}\n{asked}\n{write.state}")
    if write.wish.confirm and used(SHOWN, told):
        return _done(principal, write.do())
    lines = [*write.tell(), str(NOTHING_YET)]
    spend(SHOWN, told)
    row = telling.meeting(principal, write.row) if write.row else None
    return Said({"done": False, "sentences": lines, "booking": row}, lines)


def _done(principal: Principal, booking: Booking) -> Said:
    row = booking_of(principal, booking.public_id, BookingAction.READ)
    lines = [gettext("Done."), telling.sentence(principal, row)]
    booking_now = telling.meeting(principal, row, single=True)
    return Said({"done": True, "sentences": lines, "booking": booking_now}, lines)


def _state(row: Booking) -> str:
    return f"{row.revision} {row.status}"


def _refuse_if_taken(principal: Principal, wanted: WantedBooking) -> None:
    if wanted.order.link:
        return  # a link may open what the page alone does not
    slot = replace(wanted.slot, waived=wanted.order.waived)
    _refuse(principal, slot, wanted.row, wanted.start)


def _refuse(principal: Principal, slot: SlotQuery, page: BookingPage, start: datetime) -> None:
    """Raises Problem, with the reasons, where nobody has time."""
    if who_can(slot, start_minute=minute_of(start)) is None:
        raise why_refused(SlotTaken(), slot, page, principal.user, start=start)


def _of_the_api(kind: type[Any], wish: Taken) -> Any:
    """The same as the API takes it."""
    return kind.model_construct(**{name: getattr(wish, name) for name in kind.model_fields})
