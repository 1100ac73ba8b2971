"""Work that follows from bookings: ids in, fetch, call."""

from datetime import timedelta

from django.utils import timezone

from timetuna.bookings.actions.erase import erase_due, forget_sources
from timetuna.bookings.actions.expire_request import lapse
from timetuna.bookings.fulfilment.fulfil import fulfil
from timetuna.bookings.fulfilment.reconcile import check_mirrors
from timetuna.bookings.fulfilment.retry import mend_connection
from timetuna.bookings.fulfilment.sync_event import mirror_event
from timetuna.bookings.fulfilment.update_conference import move_outside, remove_outside
from timetuna.bookings.notifications.plan_reminders import plan_page_reminders
from timetuna.bookings.notifications.send import send_mail
from timetuna.bookings.notifications.send_reminder import follow_up, remind
from timetuna.bookings.notifications.send_sample import send_sample
from timetuna.jobs.registry import MAIL, job, recurring


@job("bookings.fulfil")
def fulfil_booking(booking: int) -> None:
    """Make the meeting, then the mails."""
    fulfil(booking)


@job("bookings.mail", lane=MAIL)
def mail_booking(booking: int, kind: str, audience: str, revision: int, tag: str = "") -> None:
    """Send one mail."""
    send_mail(booking, kind=kind, audience=audience, revision=revision, tag=tag)


@job("bookings.lapse")
def end_unanswered_request(booking: int) -> None:
    """End a request whose time to be answered is over."""
    lapse(booking, now=timezone.now())


@recurring("bookings.erase_due", every=timedelta(days=1))
def erase_old_guests() -> None:
    """Erase who the guests of long past meetings were, and where bookings came from."""
    erase_due(now=timezone.now())
    forget_sources(now=timezone.now())


@job("bookings.move_conference")
def move_conference(booking: int, revision: int) -> None:
    """Carry a move to the meeting outside."""
    move_outside(booking, revision=revision)


@job("bookings.remove_conference")
def remove_conference(booking: int) -> None:
    """Carry a cancellation to the meeting outside."""
    remove_outside(booking)


@job("bookings.event")
def mirror_booking_event(booking: int) -> None:
    """Bring the event in the host's calendar in line."""
    mirror_event(booking)


@job("bookings.look_at_event")
def look_at_booking_event(booking: int) -> None:
    """See to it that the event is there."""
    mirror_event(booking, look=True)


@recurring("bookings.check_mirrors", every=timedelta(minutes=5))
def check_booking_mirrors() -> None:
    """Compare the bookings whose turn it is today with what should exist outside."""
    check_mirrors(now=timezone.now())


@job("bookings.connection_mended")
def connection_mended(host: int, provider: str) -> None:
    """Make the links that waited for the host to connect."""
    mend_connection(host, provider=provider, now=timezone.now())


@job("bookings.reminder", lane=MAIL)
def send_reminder(booking: int, audience: str, minutes: int, start: int) -> None:
    """Remind one of the people of a booking."""
    remind(booking, audience=audience, minutes=minutes, start=start)


@job("bookings.follow_up", lane=MAIL)
def send_follow_up(booking: int, audience: str, minutes: int, start: int) -> None:
    """Write to a guest after the meeting."""
    follow_up(booking, audience=audience, minutes=minutes, start=start)


@job("bookings.plan_reminders")
def plan_reminders_of(page: int) -> None:
    """Plan what a page's new settings ask for."""
    plan_page_reminders(page, now=timezone.now())


@job("bookings.sample_mail", lane=MAIL)
def mail_sample(page: int, kind: str, mail_subject: str, message: str, language: str = "en") -> None:
    """Send a host one of their own mails."""
    send_sample(page, kind=kind, subject=mail_subject, message=message, language=language)
