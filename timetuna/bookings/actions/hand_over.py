"""A booking goes from one host to another and stays the same booking: id, UID, time and the guest's link."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import User
from timetuna.availability.shares import Deal
from timetuna.bookings.actions.book import GUARD
from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.actions.turns import (
    deal_turns,
    take_handing_back,
    turns_for,
    undo_turns,
    write_turns,
)
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.events import HOST, BookingEvent, Value, record
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.queries import work_of
from timetuna.bookings.slots.takers import Way, takers, way_of
from timetuna.jobs.models import Job
from timetuna.pages.models import PageHost, Schedule

UNDO = timedelta(seconds=15)
"""How long nothing follows outside of what somebody hands over on a screen, so that they can take it back."""


WHOSE_TURN = 0
_BUSY = {Way.BUSY, Way.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """Who gives it to whom; WHOSE_TURN is to whoever's turn it is on its page. note: for the new host.

    anyway: whatever is in the new host's calendars. Another booking of theirs always stands in the way.
    undo: how long it can be taken back as if it had never been.
    """

    former: int
    to: int
    actor: str = HOST
    note: str = ""
    anyway: bool = False
    undo: timedelta = field(default_factory=timedelta)


def hand_over(booking_id: int, handing: Handing, *, now: datetime) -> Booking:
    """Give it to another host, and have everybody told. Raises NotPossible or SlotTaken; then nothing has changed.

    The new host's row is written before the other goes, so that the database's own guard decides. The new host leads
    where the former did; a link that the former's account made is made anew. Opening hours are not asked.
    """
    try:
        with transaction.atomic():
            booking = _locked(booking_id, handing.former, handing.to)
            _hand_over(booking, handing, now)
    except IntegrityError as error:
        if GUARD in str(error):
            name = User.objects.get(pk=handing.to).name
            raise SlotTaken(gettext("%(name)s has another booking at that time.") % {"name": name}) from error
        raise
    return booking


def undo_hand_over(booking_id: int, *, now: datetime) -> Booking:
    """Take the latest handing over back, of which nobody has heard yet. Raises NotPossible or SlotTaken."""
    try:
        with transaction.atomic():
            row = Booking.objects.get(pk=booking_id)
            work = _not_begun(row)
            booking = _locked(booking_id, *(work.arguments[name] for name in ("former", "newcomer")))
            # Asked again as it is deleted: a worker may have taken it meanwhile.
            if booking.revision != row.revision or not _drop(work):
                raise NotPossible(TOO_LATE)
            _undo(booking, work, now)
    except IntegrityError as error:
        if GUARD in str(error):
            raise SlotTaken(gettext("There is another booking at that time by now.")) from error
        raise
    return booking


NO_HOST = gettext_lazy("They do not host this meeting any more.")
TOO_LATE = gettext_lazy(
    "This is under way: everybody is being told. To take it back, hand it over once more."
)


def _locked(booking_id: int, *more: int) -> Booking:
    """As it is once the rows of all hosts are locked whose time, or share, may change."""
    page = Booking.objects.filter(pk=booking_id).values("page")
    on_page = PageHost.objects.filter(page__in=page).values_list("host", flat=True)
    lock_hosts_of(booking_id, and_also=[*more, *on_page])
    return Booking.objects.select_related("host", "page").get(pk=booking_id)


def _hand_over(booking: Booking, handing: Handing, now: datetime) -> None:
    rows = {row.host_id: row for row in booking.booking_hosts.select_related("host")}
    dealt = _deal(booking, handing.former, now) if handing.to == WHOSE_TURN else None
    old, to = rows.get(handing.former), User.objects.get(pk=dealt.chosen[0] if dealt else handing.to)
    _refuse(booking, old, to, now)
    if old is None:
        raise NotPossible(NO_HOST)
    joins = to.pk not in rows
    if joins and not handing.anyway and way_of(to, booking, now=now) in _BUSY:
        raise SlotTaken(
            gettext("%(name)s has no time then, or a calendar that cannot be read.") % {"name": to.name}
        )
    new = _take_part(booking, old, to, part=old.part) if joins else rows[to.pk]
    old.delete()
    turns = dealt is not None or old.part == PageHost.Part.ROTATING
    at = now + handing.undo if handing.undo else None
    passing = Passing(actor=handing.actor, joins=joins, words=handing.note, at=at, turns=turns)
    pass_on(booking, old, new, passing)
    if turns:
        _put_right(booking, dealt, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """joins: the new host did not take part before.  at: nothing follows sooner.  turns: balances change with it.

    moved: when it was to begin before, if it was moved as well.
    """

    actor: str
    joins: bool
    words: str = ""
    at: datetime | None = None
    turns: bool = False
    moved: datetime | None = None


def pass_on(booking: Booking, old: BookingHost, new: BookingHost, passing: Passing) -> None:
    """Have one host lead in the place of another, if that one did, and everybody told; their rows are changed."""
    led, named = booking.host_id == old.host_id, not booking.neutral_organizer
    changes: dict[str, tuple[Value, Value]] = {
        "host": (old.host.name, new.host.name),
        "_from": (old.host_id, old.host.name),
        "_to": (new.host_id, new.host.name),
        "_led": (led, None),
        "_joins": (passing.joins, None),
        "_part": (old.part, None),
        "_turns": (passing.turns, None),
    }
    if passing.moved:
        changes["_moved"] = passing.moved.isoformat(), None
    if named:
        changes["invited by"] = booking.host.name, booking.title
        changes["_inviter"] = booking.host_id, booking.host.name
    if led:
        booking.host, booking.host_time_zone = new.host, new.time_zone
    booking.revision, booking.neutral_organizer = booking.revision + 1, True
    booking.save(update_fields=["host", "host_time_zone", "revision", "neutral_organizer"])
    record(
        booking,
        BookingEvent.HANDED_OVER,
        actor=passing.actor,
        words=passing.words,
        changes=changes,
        former=old.host.name,
        former_id=old.host_id,
        new=new.host.name,
        newcomer=new.host_id if passing.joins else 0,
        at=passing.at,
    )


def _deal(booking: Booking, former: int, now: datetime) -> Deal:
    """Whose turn it is among those who have time then, and make the link if the former did. Raises SlotTaken."""
    able = [one for one in takers(booking, now=now) if one.turns and one.way is Way.FREE]
    free = [one.host.pk for one in able if one.links or former != booking.host_id]
    dealt = deal_turns(booking.page, free, now=now) if booking.page and free else None
    if dealt is None or not dealt.chosen:
        raise SlotTaken(gettext("Nobody else who takes turns on this page can take it then."))
    return dealt


def _put_right(booking: Booking, dealt: Deal | None, now: datetime) -> None:
    """Give the turns back that it was, and write down whose it is."""
    undo_turns(booking)
    if dealt is not None:
        write_turns(booking, dealt, now=now)
    else:
        rotating = booking.booking_hosts.filter(part=PageHost.Part.ROTATING)
        turns_for(booking, chosen=list(rotating.values_list("host", flat=True)), now=now)


def _refuse(booking: Booking, old: BookingHost | None, to: User, now: datetime) -> None:
    if booking.is_off():
        raise NotPossible(gettext("This booking is cancelled, so it cannot be handed over."))
    if booking.end_at() <= now:
        raise NotPossible(gettext("This meeting is over, so it cannot be handed over any more."))
    if old is None:
        raise NotPossible(NO_HOST)
    if old.host_id == to.pk:
        raise NotPossible(gettext("%(name)s hosts this meeting already.") % {"name": to.name})
    if not to.is_active:
        raise NotPossible(
            gettext("%(name)s is switched off, so nothing can be handed over to them.") % {"name": to.name}
        )


def _take_part(booking: Booking, old: BookingHost, to: User, *, part: str) -> BookingHost:
    """With the buffers and the clock that the new host has on the page."""
    own = PageHost.objects.select_related("schedule").filter(page=booking.page_id, host=to).first()
    before = own.buffer_before_minutes if own else None
    after = own.buffer_after_minutes if own else None
    return BookingHost.objects.create(
        booking=booking,
        host=to,
        start_minute=old.start_minute,
        end_minute=old.end_minute,
        buffer_before_minutes=old.buffer_before_minutes if before is None else before,
        buffer_after_minutes=old.buffer_after_minutes if after is None else after,
        active=old.active,
        time_zone=_zone(booking, own, to),
        part=part,
    )


def _zone(booking: Booking, own: PageHost | None, to: User) -> str:
    if booking.page is not None and booking.page.host_id == to.pk:
        return booking.page.schedule.time_zone
    schedule = own.schedule if own and own.schedule else None
    schedule = schedule or Schedule.objects.filter(host=to, is_default=True).first()
    return schedule.time_zone if schedule else to.time_zone


def _not_begun(booking: Booking) -> Job:
    """What is to follow from the latest handing over."""
    key = f"fulfil:{booking.pk}:{booking.revision}"
    work = work_of(booking).filter(key=key, state=Job.State.WAITING, attempts=0).first()
    if work is None or not work.arguments.get("former"):
        raise NotPossible(TOO_LATE)
    return work


def _drop(work: Job) -> bool:
    gone, _ = Job.objects.filter(pk=work.pk, state=Job.State.WAITING, attempts=0).delete()
    return bool(gone)


def _undo(booking: Booking, work: Job, now: datetime) -> None:
    """All as it was, the revision too: no event and no mail has heard of this one."""
    former = User.objects.get(pk=work.arguments["former"])
    before = booking.history.filter(event=BookingEvent.HANDED_OVER).latest("at", "pk").changes
    given = booking.booking_hosts.select_related("host").get(host=before["_to"][0])
    _refuse(booking, given, former, now)
    back = _take_part(booking, given, former, part=before.get("_part", [given.part])[0])
    if work.arguments["newcomer"]:
        given.delete()
    if before["_turns"][0]:
        take_handing_back(booking)
    if before["_led"][0]:
        booking.host, booking.host_time_zone = former, back.time_zone
    booking.revision, booking.neutral_organizer = booking.revision - 1, "invited by" not in before
    booking.save(update_fields=["host", "host_time_zone", "revision", "neutral_organizer"])
    record(
        booking,
        BookingEvent.HAND_OVER_UNDONE,
        actor=HOST,
        changes={"_from": (former.pk, former.name), "_to": (given.host_id, given.host.name)},
        former=former.name,
        former_id=given.host_id,
        new=given.host.name,
    )
