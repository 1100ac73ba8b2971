"""What becomes of a booking: moved, cancelled, answered, handed over, and who else comes."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Router

from timetuna.accounts.models import User
from timetuna.api.operations import Needs, changes, done_once, invalid, refuse_if_changed, who
from timetuna.api.ordering import lines_of
from timetuna.api.principal import Principal
from timetuna.api.problems import of_refusal
from timetuna.api.schemas.bookings import BookingOut, GuestsIn, MoveIn, ReasonIn, ReassignIn
from timetuna.api.scopes import ApiScope
from timetuna.api.views.bookings import booking_of, refusing, told, why_refused, with_changes
from timetuna.api.views.pages import settings_of
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve, decline
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.actions.hand_over import WHOSE_TURN, Handing, hand_over
from timetuna.bookings.actions.reschedule import Wish, reschedule
from timetuna.bookings.errors import BookingRefused, SlotTaken
from timetuna.bookings.events import HOST
from timetuna.bookings.guests import Guest, read_guests
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import BookingAction
from timetuna.bookings.queries import others
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.lib.mail import mailbox_of
from timetuna.pages.models import BookingPage

router = Router(tags=["Bookings"])
View = TypeVar("View", bound=Callable[..., HttpResponse])
Act = Callable[[Booking, datetime], object]


def _deed(name: str, summary: str) -> Callable[[View], View]:
    """An operation on one booking, which answers with it."""
    return router.post(
        f"/bookings/{{booking_id}}/{name}",
        auth=Needs(ApiScope.BOOKINGS_WRITE),
        response=changes(BookingOut),
        summary=summary,
    )


def _acted(
    request: HttpRequest,
    booking_id: str,
    act: Act,
    *,
    to: BookingAction = BookingAction.CHANGE,
    then: BookingAction = BookingAction.READ,
) -> HttpResponse:
    """Act on a booking that may be changed so, unless it is another by now. then: the right by which it is told."""
    principal, now = who(request), timezone.now()
    row = booking_of(principal, booking_id, to)
    refuse_if_changed(request, lambda: told(principal, row, single=True))
    refusing(lambda: act(row, now))
    return with_changes(principal, row, to=then)


@_deed("move", "Move to another time")
def move_booking(request: HttpRequest, booking_id: str, body: MoveIn) -> HttpResponse:
    """The same booking at another time: id, uid, links and calendar events stay, `revision` rises."""
    principal, now = who(request), timezone.now()
    row = booking_of(principal, booking_id, BookingAction.CHANGE)
    if row.start_at != body.start:  # where it is there already this may be the same request once more
        refuse_if_changed(request, lambda: told(principal, row, single=True))
    move(principal, row, body, now=now)
    return with_changes(principal, row)


@_deed("cancel", "Cancel")
@done_once
def cancel_booking(request: HttpRequest, booking_id: str, body: ReasonIn | None = None) -> HttpResponse:
    """As its host. A booking that is cancelled already is answered as it is."""
    return _acted(
        request,
        booking_id,
        lambda row, now: cancel(row.pk, actor=HOST, note_text=body.reason if body else "", now=now),
    )


@_deed("approve", "Confirm a request")
@done_once
def approve_booking(request: HttpRequest, booking_id: str) -> HttpResponse:
    """A request that is confirmed already is answered as it is."""
    return _acted(
        request, booking_id, lambda row, now: approve(row.pk, source="api", now=now, seen=row.revision)
    )


@_deed("decline", "Decline a request")
@done_once
def decline_booking(request: HttpRequest, booking_id: str, body: ReasonIn | None = None) -> HttpResponse:
    """The guest is told, with the reason."""
    return _acted(
        request,
        booking_id,
        lambda row, now: decline(row.pk, note_text=body.reason if body else "", source="api", now=now),
    )


@_deed("reassign", "Hand over to another host")
@done_once
def reassign_booking(request: HttpRequest, booking_id: str, body: ReassignIn | None = None) -> HttpResponse:
    """It stays the same booking; everybody is told who takes it."""
    wanted = body or ReassignIn()
    giver = wanted.host

    def give(row: Booking, now: datetime) -> None:
        hosts = {one.host.public_id: one.host_id for one in row.booking_hosts.all()}
        if giver is not None and giver not in hosts:
            raise invalid("/host", gettext("They do not host this meeting."))
        handing = Handing(
            former=hosts[giver] if giver else row.host_id,
            to=_taker(row, wanted.to) if wanted.to else WHOSE_TURN,
            note=wanted.note,
            anyway=wanted.force,
        )
        hand_over(row.pk, handing, now=now)

    return _acted(request, booking_id, give, to=BookingAction.GIVE, then=BookingAction.SEE)


@_deed("guests", "Who is to come too")
@done_once
def change_guests(request: HttpRequest, booking_id: str, body: GuestsIn | None = None) -> HttpResponse:
    """Invite further guests, or take some off. Who is there already, or gone already, is left alone."""
    body = body or GuestsIn()

    def swap(row: Booking, now: datetime) -> None:
        there = {one.mailbox: one.pk for one in others(row)}
        leaving = [there.get(mailbox_of(email.strip().lower())) for email in body.remove]
        for attendee in filter(None, leaving):
            remove_guest(row.pk, attendee_id=attendee, now=now, actor=HOST)
        if body.add:
            add_guests(row.pk, guests=_guests(body), now=now, actor=HOST)

    return _acted(request, booking_id, swap)


def move(principal: Principal, row: Booking, body: MoveIn, *, now: datetime) -> None:
    """As its host. Raises Problem, with every reason where the page does not offer the time."""
    if body.start.second or body.start.microsecond:
        raise invalid("/start", gettext("A meeting starts on a full minute."))
    wish = Wish(words=body.reason, anyway=body.force)
    try:
        reschedule(row.pk, start_minute=minute_of(body.start), actor=HOST, now=now, wish=wish)
    except SlotTaken as refused:
        if row.page is None:
            raise of_refusal(refused) from refused
        slot = slot_of_move(row, row.page, now=now)
        raise why_refused(refused, slot, row.page, principal.user, start=body.start) from refused
    except BookingRefused as refused:
        raise of_refusal(refused) from refused


def slot_of_move(row: Booking, page: BookingPage, *, now: datetime) -> SlotQuery:
    """What is asked about another time for a booking, as its host. Raises Problem 404 where the page is gone."""
    return SlotQuery(page=settings_of(page), minutes=row.minutes, now=now, moving=row.pk, by_host=True)


def _guests(body: GuestsIn) -> list[Guest]:
    """Raises Problem for an address that is none."""
    try:
        return list(read_guests(lines_of(body.add), most=len(body.add)))
    except ValueError as error:
        raise invalid("/add", str(error)) from error


def _taker(row: Booking, public_id: str) -> int:
    """A host of the booking's page. Raises Problem."""
    public_id = public_id.replace("\0", "")  # which PostgreSQL holds in no text
    found = User.objects.filter(public_id=public_id, page_hosts__page=row.page_id, page_hosts__active=True)
    user = found.values_list("pk", flat=True).first()
    if user is None:
        raise invalid("/to", gettext("Nobody of that id hosts the page of this booking."))
    return user
