"""Which mails each event of a booking sends. Listens; no action knows of it."""

from django.utils import timezone

from timetuna.bookings.events import (
    GUESTS_COME,
    GUESTS_GO,
    SILENT,
    BookingEvent,
    Happening,
    Status,
    on_event,
)
from timetuna.bookings.integrations.location import carries_time
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.kinds import FIRST_KINDS
from timetuna.bookings.notifications.queue import (
    NEW_HOST,
    drop_reminders_of,
    drop_unsent,
    enqueue_mails,
    enqueue_money_mails,
    enqueue_new_host,
    is_announced,
    mails_of,
    plan_reminders,
)
from timetuna.bookings.notifications.telling import (
    audience_of,
    booker_alone,
    both,
    everybody,
    hosts_of,
)
from timetuna.bookings.queries import others
from timetuna.jobs.models import Job

MAILS = {
    BookingEvent.REQUESTED: ("requested", both),
    BookingEvent.DECLINED: ("declined", booker_alone),
    BookingEvent.LAPSED: ("lapsed", both),
    BookingEvent.WITHDRAWN: ("withdrawn", both),
    BookingEvent.CANCELLED: ("cancelled", everybody),
}
"""The kind of mail, and whom it is for. What needs a look at the booking has a function below."""


@on_event(*MAILS)
def send(happening: Happening) -> None:
    kind, audiences = MAILS[happening.event]
    if happening.facts.get("unpaid"):
        kind = "unpaid" if happening.event == BookingEvent.LAPSED else "unpaid_declined"
    told = audiences(happening.booking) if happening.told is None else happening.told
    enqueue_mails(happening.booking, kind=kind, audiences=told)


@on_event(BookingEvent.PAID)
def send_request(happening: Happening) -> None:
    """Ask the host for their yes, where they confirm each booking; a booking's mails wait for its link."""
    booking = happening.booking
    if booking.status == Status.PENDING:
        enqueue_mails(booking, kind="requested", audiences=both(booking))


@on_event(BookingEvent.REFUNDED, BookingEvent.REFUNDED_AT_STRIPE)
def send_refund(happening: Happening) -> None:
    """Tell the guest of money that goes back, and of what nobody asked for the hosts, too."""
    booking, facts = happening.booking, happening.facts
    told = both(booking) if facts["gone"] else booker_alone(booking)
    if booking.erased_at is not None:  # nobody but the hosts is left to be told
        told = hosts_of(booking)
    enqueue_money_mails(booking, kind="refunded", audiences=told, tag=str(facts["refund"]))


_OF_MONEY = {
    BookingEvent.REFUND_FAILED: "refund_failed",
    BookingEvent.CAPTURE_FAILED: "capture_failed",
    BookingEvent.DISPUTED: "disputed",
}


@on_event(*_OF_MONEY)
def send_trouble_with_money(happening: Happening) -> None:
    """Tell the hosts, who can do something about it."""
    booking, event = happening.booking, happening.event
    tag = str(happening.facts.get("refund", booking.history.count()))
    enqueue_money_mails(booking, kind=_OF_MONEY[event], audiences=hosts_of(booking), tag=tag)


@on_event(BookingEvent.BROUGHT)
def plan_what_time_brings(happening: Happening) -> None:
    """Plan the reminders of a booking whose people know of it from elsewhere, and are sent nothing now."""
    if happening.source == SILENT:
        plan_reminders(happening.booking, now=timezone.now())


@on_event(BookingEvent.MOVED)
def send_new_time(happening: Happening) -> None:
    """Ask the host about a request's new time; mail a booking's, unless the meeting outside has to be moved before."""
    booking = happening.booking
    if booking.status == Status.PENDING:
        enqueue_mails(booking, kind="request_moved", audiences=both(booking))
    elif not carries_time(booking):
        enqueue_mails(booking, kind="moved")


@on_event(BookingEvent.RESTORED)
def send_confirmation_again(happening: Happening) -> None:
    """Tell those who were told that it is off; of a request nobody was."""
    if happening.booking.status == Status.CONFIRMED:
        enqueue_mails(happening.booking, kind="confirmed", audiences=happening.told)


@on_event(BookingEvent.LINK_LATE)
def send_without_link(happening: Happening) -> None:
    """Send what would have had the link in it."""
    kind = happening.facts["mail"]
    if kind == NEW_HOST:
        enqueue_new_host(happening.booking, newcomer=happening.facts["newcomer"])
    elif kind:  # else other mails say that it follows
        enqueue_mails(happening.booking, kind=kind)


@on_event(*GUESTS_COME, *GUESTS_GO)
def send_who_comes(happening: Happening) -> None:
    """Mail who came or went, and both sides; before the first mails nobody, because those say it all.

    The revision rises, so that a mail that still waits is dropped: who has not had theirs gets a new one.
    """
    booking, now = happening.booking, timezone.now()
    rows = happening.facts["guests"]
    removed = happening.event in GUESTS_GO
    if removed:
        drop_reminders_of(rows[0])
    if booking.status != Status.CONFIRMED or not is_announced(booking, list(mails_of(booking)), now=now):
        return
    waiting = _still_waiting(booking)
    booking.revision += 1
    booking.save(update_fields=["revision"])
    enqueue_mails(booking, kind="guests", audiences=both(booking))
    kind = "uninvited" if removed else "invited"
    enqueue_mails(booking, kind=kind, audiences=tuple(map(audience_of, rows)))
    drop_unsent(booking, waiting)
    enqueue_mails(booking, kind="invited", audiences=waiting)
    plan_reminders(booking, now=now)


@on_event(BookingEvent.ADDRESS_MENDED)
def send_to_the_right_address(happening: Happening) -> None:
    """Mail who booked what went to another address, and say so to the hosts, whose mails and calendars have that.

    What waits is dropped with the earlier revision, also what has only to be tried again; whose first mail waits gets
    it anew. Before the first mails nobody is told, because those say it all.
    """
    booking, now = happening.booking, timezone.now()
    is_request = booking.status == Status.PENDING
    if not is_request and not is_announced(booking, list(mails_of(booking)), now=now):
        return
    first, again = ("requested", "request_address") if is_request else ("confirmed", "address")
    others_waiting = _still_waiting(booking)
    unsent = {
        mail.arguments.get("audience")
        for mail in mails_of(booking).exclude(state=Job.State.DONE)
        if mail.arguments.get("kind") in {*FIRST_KINDS, "requested"}
    }
    booking.revision += 1
    booking.save(update_fields=["revision"])
    booker, *hosts = both(booking)
    drop_unsent(booking, (booker, *hosts, *others_waiting))
    enqueue_mails(booking, kind=first, audiences=(booker, *(host for host in hosts if host in unsent)))
    enqueue_mails(booking, kind=again, audiences=tuple(host for host in hosts if host not in unsent))
    enqueue_mails(booking, kind="invited", audiences=others_waiting)


def _still_waiting(booking: Booking) -> tuple[str, ...]:
    """Who was invited too and has a mail of the booking that has not gone out."""
    unsent = {mail.arguments.get("audience") for mail in mails_of(booking) if mail.state != Job.State.DONE}
    return tuple(audience for audience in map(audience_of, others(booking)) if audience in unsent)
