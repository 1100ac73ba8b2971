"""An example booking, for hosts who want to see their mails: made as real ones are, and never kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from timetuna.bookings.links import set_new_link
from timetuna.bookings.models import Attendee, Booking, Conference
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.lib.crypto import random_token
from timetuna.pages.actions.save_notifications import NotificationsTab, save_notifications
from timetuna.pages.meeting_types.registry import MeetingChoice, meeting_kind
from timetuna.pages.models import BookingPage
from timetuna.pages.queries import values

GUEST_NAME, GUEST_EMAIL, GUEST_PHONE = "Sam Example", "sam@example.org", "+1 202 555 0123"
_AHEAD = timedelta(days=7)


@contextmanager
def sample_booking(
    page: BookingPage, tab: NotificationsTab, *, language: str = settings.LANGUAGE_CODE
) -> Iterator[Booking]:
    """Yield a booking of the page in a week, with these texts, whose guest reads that language.

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
