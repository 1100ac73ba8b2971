"""An example booking, for hosts who want to see their mails: made as real ones are, and never kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as gettext_for_hosts

from timetuna.accounts.models import User
from timetuna.bookings.models import Attendee, Booking, Conference
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.queries import set_new_link
from timetuna.jobs.queue import MAIL, job
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.lib.crypto import random_token
from timetuna.lib.mail import Mailbox
from timetuna.mail import deliver
from timetuna.pages.actions.save_notifications import MAIL_KINDS, NotificationsTab, save_notifications
from timetuna.pages.meeting_types.base import MeetingChoice, meeting_kind
from timetuna.pages.models import BookingPage
from timetuna.pages.queries import MailText, values

GUEST_NAME, GUEST_EMAIL, GUEST_PHONE = "Sam Example", "sam@example.org", "+1 202 555 0123"
_AHEAD = timedelta(days=7)


@job("bookings.sample_mail", lane=MAIL)
def send_sample(page_id: int, *, to: int, kind: str, subject: str, message: str, language: str) -> None:
    """To whoever asks for it (their id), without the invitation, which would put it into their calendar."""
    page = BookingPage.objects.select_related("host").filter(pk=page_id).first()
    reader = User.objects.filter(pk=to).first()
    if page is None or reader is None:
        return
    texts = {name: MailText() for name in MAIL_KINDS} | {kind: MailText(subject, message)}
    tab = NotificationsTab(reminders=(), texts=texts)
    with sample_booking(page, tab, language=language) as booking:
        sample = letter(booking, kind=kind, audience=audience_of(booking.booker))
    mine = Mailbox(reader.name, reader.email)
    alone = replace(sample, ics=b"", method="", in_reply_to="", unsubscribe="")
    deliver(replace(alone, to=mine, reply_to=mine, subject=f"Test: {sample.subject}"))


@contextmanager
def sample_booking(
    page: BookingPage, tab: NotificationsTab, *, language: str = settings.LANGUAGE_CODE
) -> Iterator[Booking]:
    """A booking of the page in a week, with these texts, whose guest reads that language.

    All of it is rolled back at the end.
    """
    with transaction.atomic():
        save_notifications(page, tab)
        page.refresh_from_db()
        yield _make(page, language)
        transaction.set_rollback(True)


def _make(page: BookingPage, language: str) -> Booking:
    public = values(page)
    choice = next(iter(public.meeting_types), MeetingChoice("link", "Online", f"{settings.BASE_URL}/"))
    kind = meeting_kind(choice.kind)
    booking = Booking(
        host=page.host,
        page=page,
        title=page.title,
        start_at=_next_week(public.time_zone),
        minutes=public.durations[0].minutes,
        host_time_zone=public.time_zone,
        meeting_type=choice.kind,
        location=kind.location(choice.detail),
        idempotency_key=random_token(),
    )
    booking.save()
    booking.booker = Attendee(
        booking=booking,
        is_booker=True,
        name=GUEST_NAME,
        email=GUEST_EMAIL,
        phone=GUEST_PHONE if kind.asks(choice.detail) else "",
        time_zone=public.time_zone,
        language=language,
    )
    set_new_link(booking.booker)
    booking.booker.save()
    for asked in page.questions.all():
        said = gettext_for_hosts("(an answer to “%(question)s”)") % {"question": asked.label}
        booking.booker.answers.create(
            key=asked.key, label=asked.label, kind=asked.kind, value=said, text=said, hidden=asked.hidden
        )
    if kind.makes_link:
        _link(booking, choice.kind)
    return booking


def _next_week(zone_name: str) -> datetime:
    soon = timezone.now().astimezone(zone_or_utc(zone_name)) + _AHEAD
    return soon.replace(hour=10, minute=0, second=0, microsecond=0)


def _link(booking: Booking, kind: str) -> None:
    Conference.objects.create(
        booking=booking,
        provider=kind,
        state=Conference.State.READY,
        reference="1234567890",
        join_url="https://meeting.example/your-link",
        scheduled_for=booking.start_at,
    )
