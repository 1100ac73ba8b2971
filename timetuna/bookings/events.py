"""How a booking stands, what may follow, and who wants to know: a change is recorded once, whoever listens acts.

`docs/booking-states.md` is drawn from the table: `python -m timetuna.bookings.tests.drawing` draws it anew.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from timetuna.accounts.models import User
from timetuna.bookings.models import TAKES_TIME, Booking, HistoryEntry
from timetuna.jobs import queue
from timetuna.pages.models import FORMER_HOST
from timetuna.web.middleware import acts_through, who_acts

GUEST, HOST, ATTENDEE, SYSTEM = "guest", "host", "attendee", "system"
"""Who did it: who booked, the host, somebody who was invited too, or nobody."""
LINK, MAIL, TEXT, API = "link", "mail", "text", "api"
SILENT = "silent"
"""The source of a host's change that nobody is mailed about."""
ELSEWHERE = "elsewhere:"
"""With this begins the key of a booking whose people know of it from another product, and were sent nothing by us."""
Value = str | int | bool | None
Changes = Mapping[str, tuple[Value, Value]]
_SOURCE_OF = {GUEST: LINK, ATTENDEE: LINK, HOST: "host", SYSTEM: "system"}
_NOTE = _("Note:")
_QUOTE = f" {_NOTE} "
_LONGEST = 600


class BookingEvent(models.TextChoices):
    """What happened, as rows keep it, with the sentence its host reads; its blanks are given with the event."""

    BOOKED = "booked", _("Booked by the guest.")
    REQUESTED = "requested", _("Requested by the guest.")
    BROUGHT = "brought", _("Moved here from %(product)s.")
    PAYMENT_AWAITED = "payment_awaited", _("Booked by the guest, who has still to pay.")
    PAID = "paid", _("Paid by the guest.")
    MONEY_CAME = "money_came", _("%(amount)s came in at Stripe.")
    CAPTURE_FAILED = "capture_failed", _("The amount could not be collected: %(why)s")
    REFUNDED = "refunded", _("%(amount)s went back to the guest.")
    REFUNDED_AT_STRIPE = "refunded_at_stripe", _("%(amount)s went back to the guest, at Stripe.")
    REFUND_FAILED = "refund_failed", _("%(amount)s could not be given back: %(why)s")
    DISPUTED = "disputed", _("The guest’s bank disputes the payment.")
    DISPUTE_ENDED = "dispute_ended", "%(sentence)s"
    PHONE_AWAITED = "phone_awaited", _("Booked by the guest, who has still to confirm their phone number.")
    PHONE_CONFIRMED = "phone_confirmed", _("The guest confirmed their phone number.")
    APPROVED = "approved", _("Confirmed the request.")
    DECLINED = "declined", _("Declined %(which)s.")
    LAPSED = "lapsed", _("Nobody answered in time, so the request has ended.")
    WITHDRAWN = "withdrawn", _("Took the request back.")
    MOVED = "moved", _("Moved from %(before)s to %(after)s (%(zone)s).")
    CANCELLED = "cancelled", _("Cancelled.")
    RESTORED = "restored", _("Took the cancellation back.")
    HANDED_OVER = "handed_over", _("Handed over from %(former)s to %(new)s.")
    HAND_OVER_UNDONE = "hand_over_undone", _("Took it back: %(former)s hosts it, not %(new)s.")
    ACCOUNT_CHOSEN = "account_chosen", _("Chose %(label)s of %(name)s for the link.")
    GUESTS_ADDED = "guests_added", "%(sentence)s"
    GUEST_REMOVED = "guest_removed", _("Took a further guest off.")
    LEFT = "left", _("Left the meeting.")
    CAME_BACK = "came_back", _("Came back to the meeting.")
    NO_SHOW = "no_show", _("The guest did not come.")
    SHOWED_UP = "showed_up", _("The guest came after all.")
    NOTES_WRITTEN = "notes_written", _("Changed the private notes.")
    ADDRESS_MENDED = "address_mended", _("Gave another email address in place of a wrong one.")
    LINK_FOR_GUEST_RENEWED = "guest_link_renewed", _("New link for the guest; the old one no longer works.")
    LINK_FOR_ATTENDEE_RENEWED = "attendee_link_renewed", _("Made a new link for a further guest.")
    RESENT = "resent", _("Had the mail to %(reader)s sent again.")
    REMINDERS_STOPPED = "reminders_stopped", "%(sentence)s"
    REMINDERS_WANTED = "reminders_wanted", "%(sentence)s"
    MAIL_BOUNCED = "mail_bounced", _("The mail to %(reader)s (%(mail)s) %(outcome)s.")
    ERASED = "erased", _("Erased who the guest was.")
    RETRIED = "retried", _("Tried again by hand.")
    REPAIRED = "repaired", _("The daily check: %(missing)s")
    LINK_LATE = "link_late", "%(why)s"
    LINK_MADE = "link_made", _("%(label)s made the meeting.")
    LINK_REPLACED = "link_replaced", _("The event was made anew, with another %(label)s link.")
    LINK_RENEWED = "link_renewed", _("Moved too far for the old link; a new one is made.")
    MEETING_LEFT = "meeting_left", "%(sentence)s"
    MEETING_REMOVED = "meeting_removed", _("The meeting outside was deleted.")
    EVENT_WRITTEN = "event_written", "%(sentence)s"
    EVENT_WAITING = "event_waiting", _("Event in %(calendar)s not brought up to date: %(why)s")
    EVENT_REMOVED = "event_removed", _("The event was removed from %(calendar)s.")


OF_A_CALENDAR = (BookingEvent.EVENT_WRITTEN, BookingEvent.EVENT_WAITING, BookingEvent.EVENT_REMOVED)
"""They may name a host's calendar: nobody else reads them."""
NAMES = ("_from", "_to", "_host", "_inviter")
GUESTS_COME = (BookingEvent.GUESTS_ADDED, BookingEvent.CAME_BACK)
GUESTS_GO = (BookingEvent.GUEST_REMOVED, BookingEvent.LEFT)
GUEST_CHANGES = (*GUESTS_COME, *GUESTS_GO)
TOLD = frozenset(
    {
        BookingEvent.BOOKED,
        BookingEvent.REQUESTED,
        BookingEvent.BROUGHT,
        BookingEvent.PAYMENT_AWAITED,
        BookingEvent.PAID,
        BookingEvent.MONEY_CAME,
        BookingEvent.REFUNDED,
        BookingEvent.REFUNDED_AT_STRIPE,
        BookingEvent.DISPUTED,
        BookingEvent.DISPUTE_ENDED,
        BookingEvent.PHONE_AWAITED,
        BookingEvent.PHONE_CONFIRMED,
        BookingEvent.APPROVED,
        BookingEvent.DECLINED,
        BookingEvent.LAPSED,
        BookingEvent.WITHDRAWN,
        BookingEvent.MOVED,
        BookingEvent.CANCELLED,
        BookingEvent.RESTORED,
        BookingEvent.HANDED_OVER,
        BookingEvent.HAND_OVER_UNDONE,
        *GUEST_CHANGES,
        BookingEvent.NO_SHOW,
        BookingEvent.SHOWED_UP,
        BookingEvent.ADDRESS_MENDED,
        BookingEvent.ERASED,
        BookingEvent.LINK_MADE,
        BookingEvent.LINK_REPLACED,
        BookingEvent.LINK_RENEWED,
    }
)
"""They change what other programs read of a booking: its revision there is how often that was."""
_NAME_SOMEBODY = (BookingEvent.GUEST_REMOVED, BookingEvent.LINK_FOR_ATTENDEE_RENEWED)
"""The words that are written with them are who it was about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event of one booking, as listeners get it. facts: what is in the event's sentence, and what listeners need.

    told: who is mailed, where that is not whom the event is for; () is nobody.
    """

    booking: Booking
    event: BookingEvent
    actor: str
    source: str
    facts: Mapping[str, Any]

    @property
    def told(self) -> tuple[str, ...] | None:
        """Where the action says who is mailed."""
        return self.facts.get("told")


Listener = Callable[[Happening], None]
_listeners: dict[BookingEvent, list[Listener]] = defaultdict(list)


def on_event(*events: BookingEvent) -> Callable[[Listener], Listener]:
    """Have a function called with each of these events, in the transaction of the change: it enqueues its own work.

    Its module is listed in its app's `jobs.py`.
    """

    def register(listener: Listener) -> Listener:
        for event in events:
            _listeners[event].append(listener)
        return listener

    return register


def listeners(event: BookingEvent) -> Sequence[Listener]:
    """In the order in which they are called."""
    queue.load()
    return _listeners[event]


def record(
    booking: Booking,
    event: BookingEvent,
    *,
    actor: str,
    source: str = "",
    words: str = "",
    changes: Changes | None = None,
    **facts: object,
) -> None:
    """Write the event into the booking's history and tell who listens, in the caller's transaction.

    source: where it came from; by default where the actor usually is.  words: what the actor wrote; it can be erased.
    changes: old and new value of each field, nothing that says who the guest is; _name is not shown, and those of
    `NAMES` are the id of a host whom the event names, and their name.
    facts: see `Happening`; in them, by is the id of the host whose calendar it is about, and else whoever is signed in
    where a host does it.
    """
    via = acts_through()
    source, sentence = source or (API if via else _SOURCE_OF.get(actor, "")), event.label % facts
    HistoryEntry.objects.create(
        booking=booking,
        actor=actor,
        host_id=_whose(actor, facts),
        event=event,
        text=(f"{sentence}{_QUOTE}{words}" if words else sentence)[:_LONGEST],
        source=source,
        via=via,
        changes={name: list(values) for name, values in (changes or {}).items()},
    )
    happening = Happening(booking=booking, event=event, actor=actor, source=source, facts=facts)
    for listener in listeners(event):
        listener(happening)


def _whose(actor: str, facts: Mapping[str, object]) -> int | None:
    by = facts.get("by")
    if isinstance(by, int):
        return by
    return who_acts() if actor == HOST else None


def forget_host(host_id: int) -> None:
    """Take their name, and those of their calendars, out of every history, before the account is deleted."""
    HistoryEntry.objects.filter(host=host_id, event__in=OF_A_CALENDAR).delete()
    now_called = User.objects.values_list("name", flat=True).get(pk=host_id)
    named = reduce(or_, (Q(**{f"changes__{name}__0": host_id}) for name in NAMES))
    for entry in HistoryEntry.objects.filter(named):
        # What was written down before names were has none.
        for called in {
            entry.changes[name][1] or now_called
            for name in NAMES
            if entry.changes.get(name, [0])[0] == host_id
        }:
            whole = rf"(?<!\w){re.escape(called)}(?!\w)"  # Ann is not in Anna
            entry.text = re.sub(whole, FORMER_HOST[:1].lower() + FORMER_HOST[1:], entry.text)
            entry.changes = {
                name: [FORMER_HOST if value == called else value for value in values]
                for name, values in entry.changes.items()
            }
        entry.save(update_fields=["text", "changes"])


def without_quote(text: str) -> str:
    return text.partition(_QUOTE)[0]


_FOR_GUEST = {
    BookingEvent.BOOKED: _("Booked for the guest by %(program)s."),
    BookingEvent.REQUESTED: _("Requested for the guest by %(program)s."),
    BookingEvent.PAYMENT_AWAITED: _("Booked for the guest by %(program)s; it is still to be paid."),
    BookingEvent.PHONE_AWAITED: _(
        "Booked for the guest by %(program)s; the phone number is still to be confirmed."
    ),
}
"""What a program did in a guest’s place, which the guest has not done."""


def told_entry(entry: HistoryEntry, *, tell: Callable[[str], str] = str) -> tuple[str, str]:
    """Who of those invited too did it, or "", and the sentence. Names are kept as a quote, which can be erased.

    tell: brings a sentence into the reader's language.
    """
    sentence, _mark, quote = entry.text.partition(_QUOTE)
    if entry.via and entry.actor == GUEST and entry.event in _FOR_GUEST:
        sentence = _FOR_GUEST[BookingEvent(entry.event)] % {"program": entry.via}
    sentence = tell(sentence)
    if entry.actor == ATTENDEE:
        return quote, f"{sentence[:1].lower()}{sentence[1:]}" if quote else sentence
    if quote and entry.event in _NAME_SOMEBODY:
        return "", f"{sentence.removesuffix('.')}: {quote}."
    return "", f"{sentence} {tell(_NOTE)} {quote}" if quote else sentence


def quote_of(entry: HistoryEntry) -> str:
    """What was written with it, or ""."""
    return entry.text.partition(_QUOTE)[2]


FRESH = timedelta(minutes=30)


def is_fresh(entry: HistoryEntry | None, *, now: datetime) -> bool:
    """Whether it happened just now, so that the mails about it are on their way."""
    return entry is not None and entry.source != SILENT and now - entry.at < FRESH


def last_words(booking: Booking, *, event: str) -> str:
    """What was written with the latest event of that kind, or ""."""
    return quote_of(entry) if (entry := booking.history.filter(event=event).last()) else ""


def latest_handing(booking: Booking) -> HistoryEntry | None:
    """The latest time that it went to another host, unless that was taken back: of that nobody has heard."""
    taken_back = 0
    told = (BookingEvent.HANDED_OVER, BookingEvent.HAND_OVER_UNDONE)
    for entry in booking.history.filter(event__in=told).order_by("-at", "-pk"):
        if entry.event == BookingEvent.HANDED_OVER and not taken_back:
            return entry
        taken_back += 1 if entry.event == BookingEvent.HAND_OVER_UNDONE else -1
    return None


def earlier_start(booking: Booking) -> datetime | None:
    """When the booking began before its latest move (aware UTC), as far as that was written down."""
    entry = booking.history.filter(event=BookingEvent.MOVED).last()
    earlier = entry.changes.get("start", [None])[0] if entry else None
    return datetime.fromisoformat(earlier) if isinstance(earlier, str) else None


Status = Booking.Status
OFF = frozenset(Status) - TAKES_TIME
"""It does not take place, and its time is free."""
CALLED_OFF = frozenset({Status.CANCELLED_BY_GUEST, Status.CANCELLED_BY_HOST})
"""It was a booking, of which people were told; the others that are off never became one."""
REQUESTS = frozenset(Status) - CALLED_OFF - {Status.CONFIRMED}
"""It waits for somebody's answer, or has ended without a yes: only its two sides have heard of it."""
ENDED_BY = {
    Status.WITHDRAWN: GUEST,
    Status.CANCELLED_BY_GUEST: GUEST,
    Status.DECLINED: HOST,
    Status.CANCELLED_BY_HOST: HOST,
    Status.LAPSED: SYSTEM,
}
CANCELLED_BY = {GUEST: Status.CANCELLED_BY_GUEST, HOST: Status.CANCELLED_BY_HOST}


@dataclass(frozen=True, slots=True)
class Transition:
    """Who may bring a booking from one state into another, and the event that is recorded. start None: it is made."""

    start: Status | None
    to: Status
    by: str
    event: BookingEvent


TRANSITIONS = (
    Transition(None, Status.CONFIRMED, GUEST, BookingEvent.BOOKED),
    Transition(None, Status.CONFIRMED, HOST, BookingEvent.BROUGHT),
    Transition(None, Status.PENDING, GUEST, BookingEvent.REQUESTED),
    Transition(None, Status.AWAITING_PAYMENT, GUEST, BookingEvent.PAYMENT_AWAITED),
    Transition(None, Status.AWAITING_PHONE, GUEST, BookingEvent.PHONE_AWAITED),
    Transition(Status.AWAITING_PAYMENT, Status.CONFIRMED, SYSTEM, BookingEvent.PAID),
    Transition(Status.AWAITING_PAYMENT, Status.PENDING, SYSTEM, BookingEvent.PAID),
    Transition(Status.AWAITING_PAYMENT, Status.LAPSED, SYSTEM, BookingEvent.LAPSED),
    Transition(Status.AWAITING_PAYMENT, Status.WITHDRAWN, GUEST, BookingEvent.WITHDRAWN),
    Transition(Status.AWAITING_PAYMENT, Status.DECLINED, HOST, BookingEvent.DECLINED),
    Transition(Status.AWAITING_PHONE, Status.CONFIRMED, GUEST, BookingEvent.PHONE_CONFIRMED),
    Transition(Status.AWAITING_PHONE, Status.PENDING, GUEST, BookingEvent.PHONE_CONFIRMED),
    Transition(Status.AWAITING_PHONE, Status.LAPSED, SYSTEM, BookingEvent.LAPSED),
    Transition(Status.AWAITING_PHONE, Status.WITHDRAWN, GUEST, BookingEvent.WITHDRAWN),
    Transition(Status.PENDING, Status.CONFIRMED, HOST, BookingEvent.APPROVED),
    Transition(Status.PENDING, Status.DECLINED, HOST, BookingEvent.DECLINED),
    Transition(Status.PENDING, Status.LAPSED, SYSTEM, BookingEvent.LAPSED),
    Transition(Status.PENDING, Status.WITHDRAWN, GUEST, BookingEvent.WITHDRAWN),
    Transition(Status.CONFIRMED, Status.CANCELLED_BY_GUEST, GUEST, BookingEvent.CANCELLED),
    Transition(Status.CONFIRMED, Status.CANCELLED_BY_HOST, HOST, BookingEvent.CANCELLED),
    Transition(Status.DECLINED, Status.PENDING, HOST, BookingEvent.RESTORED),
    Transition(Status.CANCELLED_BY_HOST, Status.CONFIRMED, HOST, BookingEvent.RESTORED),
)


class ForbiddenChangeError(Exception):
    """A fault of ours: the table has no such transition. What people may race for is asked before."""


def transition(start: str | None, to: Status, *, actor: str) -> Transition:
    """Raises ForbiddenChangeError where the table has none."""
    for one in TRANSITIONS:
        if (one.start, one.to, one.by) == (start, to, actor):
            return one
    raise ForbiddenChangeError(f"No {actor} brings a booking from {start or 'nothing'} to {to}.")


def change_state(
    booking: Booking, to: Status, *, actor: str, source: str = "", words: str = "", **facts: object
) -> None:
    """Bring the booking into another state, take or free its time, and record it, in the caller's transaction.

    The booking is as it is once its hosts' rows are locked. source, words, facts: see `events.record`.
    Raises ForbiddenChangeError.
    """
    change = transition(booking.status, to, actor=actor)
    booking.status, booking.revision, booking.cancel_note = to, booking.revision + 1, words
    booking.save(update_fields=["status", "revision", "cancel_note", "pending_until"])
    booking.booking_hosts.update(active=to in TAKES_TIME)
    changes = {"status": (str(change.start), str(to))}
    record(booking, change.event, actor=actor, source=source, words=words, changes=changes, **facts)


def ended_by(booking: Booking) -> str:
    """Guest, host or system; "" while it stands."""
    return ENDED_BY.get(Status(booking.status), "")


def ahead(booking: Booking, *, now: datetime) -> bool:
    """Whether the meeting takes place and is not over."""
    return booking.status == Status.CONFIRMED and booking.end_at() > now
