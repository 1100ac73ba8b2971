"""Somebody leaves a page, a team or the server, and what becomes of their meetings that are to come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import decline
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.hand_over import WHOSE_TURN, Handing, hand_over
from timetuna.bookings.actions.host_time import lock_hosts
from timetuna.bookings.errors import BookingRefused, NotPossible
from timetuna.bookings.events import HOST, SYSTEM, Status
from timetuna.bookings.models import Booking, Hold
from timetuna.bookings.queries import with_booker
from timetuna.bookings.said_to_hosts import OWNER_STAYS
from timetuna.pages.models import BookingPage, PageHost, PageHostCalendar
from timetuna.web.middleware import who_acts


class Fate(StrEnum):
    """What becomes of one meeting of who leaves: they keep it, somebody takes it, whoever's turn it is, it is off."""

    KEEP = "keep"
    HAND = "hand"
    TURN = "turn"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Choice:
    """to: the id of who takes it over."""

    fate: Fate = Fate.KEEP
    to: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How many meetings went over or were called off.  left: those for which that did not work, with the reason."""

    handed: int = 0
    cancelled: int = 0
    left: tuple[tuple[Booking, str], ...] = ()


def to_come(host_id: int, *, pages: Collection[int] | None = None, now: datetime) -> QuerySet[Booking]:
    """Meetings that are not over and that they host, requests too, the next first. pages: None is whichever."""
    rows = Booking.objects.filter(
        booking_hosts__host=host_id,
        booking_hosts__active=True,
        booking_hosts__end_minute__gt=minute_of(now),
    )
    if pages is not None:
        rows = rows.filter(page__in=pages)
    ordered: QuerySet[Booking] = with_booker(rows).select_related("host", "page").order_by("start_at", "pk")
    return ordered


def leave_page(
    page_id: int, host_id: int, *, choices: Mapping[int, Choice], actor: str = HOST, now: datetime
) -> Settled:
    """Have somebody take part in the page no more; their meetings go as was chosen, and stay theirs where nothing was.

    What they hold is free again, and the page forgets which calendars of theirs it looked at. Their share of the turns
    stays as it is, so that those of the others stay right. Raises NotPossible for its owner.
    """
    with transaction.atomic():
        rows = PageHost.objects.filter(page=page_id, host=host_id)
        lock_hosts(PageHost.objects.filter(page=page_id).values_list("host", flat=True))
        if BookingPage.objects.filter(pk=page_id, host=host_id).exists():
            raise NotPossible(OWNER_STAYS)
        PageHostCalendar.objects.filter(page_host__in=rows).delete()
        rows.update(active=False, own_calendars=False, writes=PageHost.Writes.DEFAULT, write_calendar=None)
        Hold.objects.filter(page=page_id, host=host_id).delete()
        _note(BookingPage.objects.get(pk=page_id), User.objects.get(pk=host_id))
    return settle(host_id, pages=[page_id], choices=choices, actor=actor, now=now)


def _note(page: BookingPage, who: User) -> None:
    own = who_acts() == who.pk
    person = {} if own else {"person": (who.pk, who.name)}
    note(Deed.LEFT_PAGE if own else Deed.TAKEN_OFF_PAGE, **page.about(), people=person)


def settle(
    host_id: int,
    *,
    pages: Collection[int] | None = None,
    choices: Mapping[int, Choice],
    actor: str = HOST,
    now: datetime,
) -> Settled:
    """Do with each of their meetings to come on these pages what was chosen; each is a transaction of its own."""
    handed = cancelled = 0
    left: list[tuple[Booking, str]] = []
    for booking in to_come(host_id, pages=pages, now=now):
        choice = choices.get(booking.pk, Choice())
        try:
            if choice.fate in {Fate.HAND, Fate.TURN}:
                to = choice.to if choice.fate is Fate.HAND else WHOSE_TURN
                hand_over(booking.pk, Handing(former=host_id, to=to, actor=actor), now=now)
                handed += 1
            elif choice.fate is Fate.CANCEL:
                _call_off(booking, now)
                cancelled += 1
        except BookingRefused as refusal:
            left.append((booking, str(refusal)))
    return Settled(handed=handed, cancelled=cancelled, left=tuple(left))


def settle_all(leaving: User, choice: Choice, *, now: datetime) -> Settled:
    """Do the same with everything that is to come; of whoever takes it over bookings and calendars decide, no hours."""
    everything = to_come(leaving.pk, now=now).values_list("pk", flat=True)
    return settle(leaving.pk, choices=dict.fromkeys(everything, choice), actor=SYSTEM, now=now)


def _call_off(booking: Booking, now: datetime) -> None:
    if booking.status == Status.PENDING:
        decline(booking.pk, note_text="", source="", now=now)
    else:
        cancel(booking.pk, actor=HOST, note_text="", now=now)
