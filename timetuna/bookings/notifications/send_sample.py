"""Sends a host one of their page's mails, with an example's data."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from timetuna.bookings.notifications.compose import letter
from timetuna.bookings.notifications.recipients import audience_of
from timetuna.bookings.notifications.sample_booking import sample_booking
from timetuna.jobs.queue import MAIL, job
from timetuna.lib.mail import Mailbox
from timetuna.mail import deliver
from timetuna.pages.actions.save_notifications import MAIL_KINDS, NotificationsTab
from timetuna.pages.models import BookingPage
from timetuna.pages.queries import MailText

if TYPE_CHECKING:
    from timetuna.bookings.notifications.booking_messages import Kind


@job("bookings.sample_mail", lane=MAIL)
def send_sample(page_id: int, *, kind: str, subject: str, message: str, language: str) -> None:
    """Mail it to the host's own address, without the invitation, which would put it into their calendar."""
    page = BookingPage.objects.select_related("host").filter(pk=page_id).first()
    if page is None:
        return
    texts = {name: MailText() for name in MAIL_KINDS} | {kind: MailText(subject, message)}
    tab = NotificationsTab(reminders=(), texts=texts)
    with sample_booking(page, tab, language=language) as booking:
        sample = letter(booking, kind=cast("Kind", kind), audience=audience_of(booking.booker))
    host = Mailbox(page.host.name, page.host.email)
    alone = replace(sample, ics=b"", method="", in_reply_to="", unsubscribe="")
    deliver(replace(alone, to=host, reply_to=host, subject=f"Test: {sample.subject}"))
