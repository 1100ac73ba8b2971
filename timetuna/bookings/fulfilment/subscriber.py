"""What each event of a booking asks for outside: conference and calendar event. Listens; no action knows of it.

event                         conference                     calendar event
booked, approved              made (fulfil)                  written (fulfil)
brought from elsewhere        made (fulfil), where its people are told       written
handed over                   made anew by a new organizer  removed from one, written into the other (fulfil)
account chosen                made (fulfil)                  gets the link, where it makes it
restored                      made again if it was removed   written (fulfil)
moved                         moved, where it can be         moved
cancelled                     removed, where it can be       removed
guests added or removed                                      brought up to date
address mended                                               brought up to date
link late                                                    written without it
link made or replaced                                        gets the link
"""

from timetuna.bookings.events import GUEST_CHANGES, SILENT, BookingEvent, Happening, Status, on_event
from timetuna.bookings.fulfilment.fulfil import enqueue_event, fulfil, has_mails
from timetuna.bookings.fulfilment.update_conference import move_outside, remove_outside
from timetuna.bookings.integrations.event import choose_calendar, makes_link
from timetuna.bookings.integrations.location import carries_time, may
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import work_of
from timetuna.jobs.models import Job
from timetuna.jobs.queue import retry_now
from timetuna.providers.base import Ability


@on_event(BookingEvent.RESTORED)
def make_again(happening: Happening) -> None:
    """Forget what the cancellation removed outside, so that it is made anew."""
    booking = happening.booking
    if booking.status != Status.CONFIRMED:
        return
    if makes_link(booking) or may(booking, Ability.REMOVE):
        Conference.objects.filter(booking=booking, state=Conference.State.READY).update(
            state=Conference.State.WAITING, reference="", join_url="", passcode="", late_link_mailed=False
        )
    work_of(booking).filter(name=remove_outside.name, state=Job.State.WAITING).delete()


@on_event(BookingEvent.HANDED_OVER)
def begin_anew(happening: Happening) -> None:
    """Have it made for the host who has it now, and everybody told; not before `at`, until when it can be undone."""
    booking, facts = happening.booking, happening.facts
    fulfil.enqueue(
        key=f"fulfil:{booking.pk}:{booking.revision}",
        concurrency=booking.concurrency_key(),
        at=facts["at"],
        booking_id=booking.pk,
        former=facts["former_id"],
        newcomer=facts["newcomer"],
        revision=booking.revision,
        told=int(booking.status == Status.PENDING or has_mails(booking)),
    )


@on_event(BookingEvent.BOOKED, BookingEvent.APPROVED, BookingEvent.RESTORED)
def begin(happening: Happening) -> None:
    """Have all of it made for a meeting that takes place, and the first mails sent."""
    booking = happening.booking
    if booking.status == Status.CONFIRMED:
        fulfil.enqueue(
            key=f"fulfil:{booking.pk}:{booking.revision}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
        )


@on_event(BookingEvent.BROUGHT)
def begin_here(happening: Happening) -> None:
    """Do the same for one from another product; where its people are not told, write the event and no more."""
    if happening.source == SILENT:
        choose_calendar(happening.booking)
        enqueue_event(happening.booking)
    else:
        begin(happening)


@on_event(BookingEvent.ACCOUNT_CHOSEN)
def begin_with_account(happening: Happening) -> None:
    """Have the link made by the account that was chosen."""
    booking = happening.booking
    if not retry_now(work_of(booking).filter(name=fulfil.name)):
        fulfil.enqueue(concurrency=booking.concurrency_key(), booking_id=booking.pk)


@on_event(BookingEvent.MOVED)
def move(happening: Happening) -> None:
    """Carry a meeting's new time outside; a request has nothing there."""
    booking = happening.booking
    if booking.status != Status.CONFIRMED:
        return
    enqueue_event(booking)
    if carries_time(booking):
        move_outside.enqueue(
            key=f"move-conference:{booking.pk}:{booking.revision}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
            revision=booking.revision,
        )


@on_event(BookingEvent.CANCELLED)
def remove(happening: Happening) -> None:
    """Remove what stands outside."""
    enqueue_event(happening.booking)
    _remove_meeting(happening.booking)


@on_event(BookingEvent.LINK_MADE)
def remove_what_came_late(happening: Happening) -> None:
    """Remove a meeting that was being made while its booking was called off."""
    booking = Booking.objects.get(pk=happening.booking.pk)
    if booking.is_off():
        _remove_meeting(booking)


@on_event(*GUEST_CHANGES, BookingEvent.ADDRESS_MENDED)
def change_guests(happening: Happening) -> None:
    """Bring the event up to date; before the first mails it is still to be written anyway."""
    booking = happening.booking
    if booking.status == Status.CONFIRMED and has_mails(booking):
        enqueue_event(booking)


@on_event(BookingEvent.LINK_LATE)
def write_without_link(happening: Happening) -> None:
    """Let the calendar not wait, unless its event is what makes the link: then somebody is at it."""
    if not makes_link(happening.booking):
        enqueue_event(happening.booking)


@on_event(BookingEvent.LINK_MADE, BookingEvent.LINK_REPLACED)
def write_link(happening: Happening) -> None:
    """Write the link into the event that has made it: its place is the link now."""
    if makes_link(happening.booking):
        enqueue_event(happening.booking)


def _remove_meeting(booking: Booking) -> None:
    if may(booking, Ability.REMOVE):
        remove_outside.enqueue(
            key=f"remove-conference:{booking.pk}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
        )
