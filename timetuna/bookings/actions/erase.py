"""Who the guest of a booking was is forgotten. What happened, and that somebody was there, stays."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, QuerySet, TextField
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import SYSTEM, BookingEvent, record, without_quote
from timetuna.bookings.models import (
    Answer,
    Attendee,
    Booking,
    BookingOrigin,
    HistoryEntry,
    NumberFacts,
    SentText,
    TextConsent,
    UnusualBookings,
)
from timetuna.bookings.notifications.message import send_mail
from timetuna.bookings.notifications.queue import TIMED_MAILS
from timetuna.bookings.queries import set_new_link
from timetuna.jobs.models import Job
from timetuna.jobs.queue import job
from timetuna.lib.phones import shown_number
from timetuna.pages.links import good
from timetuna.pages.models import BookingLink, HostRules

ERASED_GUEST = "Erased guest"
NO_WORDS_OF_AN_ATTENDEE = frozenset(
    {"time_zone", "language", "clock", "invited_by", "removed_by", "link_fingerprint", "link_sealed"}
)
"""Those of an attendee's text columns that tell nothing of the person; erasing sets them as for anybody."""
_FORGOTTEN = "…"
_TELLS_NOTHING = 3
_MAIL_WORK = (send_mail.name, *TIMED_MAILS)
_AT_ONCE = 500
SOURCE_KEPT_DAYS = 14
"""For so long a booking tells which others came from the same network."""
UNUSUAL_KEPT_DAYS = 90


def erase(booking_id: int, *, actor: str, now: datetime) -> Booking:
    """Erase the guest of one booking; a second time changes nothing. Raises NotPossible while it is still to come.

    What stands in calendars, in the provider's list of meetings and in mailboxes stays there. Mails that wait are
    dropped, the guest's link is dead, and the rows of whom they brought are gone.
    """
    with transaction.atomic():
        booking = Booking.objects.get(pk=booking_id)
        lock_hosts_of(booking.pk)
        booking = Booking.objects.select_for_update().get(pk=booking_id)
        if booking.erased_at is None:
            if not may_erase(booking, now=now):
                raise NotPossible(
                    gettext("This meeting is still to come. Cancel it first; then its guest can be erased.")
                )
            _erase(booking, actor, now)
    return booking


def may_erase(booking: Booking, *, now: datetime) -> bool:
    return booking.is_off() or booking.end_at() <= now


def of_the_same_guest(booking: Booking, *, among: QuerySet[Booking]) -> QuerySet[Booking]:
    """This and those among the others that are of the same mailbox and not erased."""
    rows = among.filter(erased_at=None)
    if not booking.booker.mailbox:
        return rows.filter(pk=booking.pk)
    return rows.filter(attendees__mailbox=booking.booker.mailbox, attendees__is_booker=True)


@job("bookings.erase_due", every=timedelta(days=1))
def erase_daily() -> None:
    erase_due(now=timezone.now())
    forget_sources(now=timezone.now())


def erase_due(*, now: datetime) -> int:
    """Erase the guests of bookings whose end is longer ago than their host, or the operator, keeps them.

    Return how many. Where both have said how long, the shorter time counts.
    """
    kept = dict(HostRules.objects.exclude(retention_days=None).values_list("host_id", "retention_days"))
    count = 0
    for host_id, days in kept.items():
        shorter = min(one for one in (days, settings.RETENTION_DAYS) if one is not None)
        count += _erase_old(Booking.objects.filter(host_id=host_id), shorter, now)
        _forget_links(BookingLink.objects.filter(page__host_id=host_id), shorter, now)
    if settings.RETENTION_DAYS is not None:
        count += _erase_old(Booking.objects.exclude(host_id__in=kept), settings.RETENTION_DAYS, now)
        _forget_links(BookingLink.objects.exclude(page__host_id__in=kept), settings.RETENTION_DAYS, now)
    return count


def _forget_links(links: QuerySet[BookingLink], days: int, now: datetime) -> None:
    """Those that have booked nothing since then and can book nothing any more, with whom they were for."""
    limit = now - timedelta(days=days)
    links.filter(changed_at__lt=limit).exclude(good(now=limit)).delete()


def forget_sources(*, now: datetime) -> None:
    old = Booking.objects.filter(created_at__lt=now - timedelta(days=SOURCE_KEPT_DAYS))
    old.exclude(source_network="").update(source_network="")
    UnusualBookings.objects.filter(last_at__lt=now - timedelta(days=UNUSUAL_KEPT_DAYS)).delete()


def _erase_old(bookings: QuerySet[Booking], days: int, now: datetime) -> int:
    limit = now - timedelta(days=days)
    old = bookings.filter(erased_at=None, start_at__lt=limit).order_by("start_at").only("start_at", "minutes")
    due = [row.pk for row in old.iterator(chunk_size=_AT_ONCE) if row.end_at() <= limit]
    for booking_id in due:
        erase(booking_id, actor=SYSTEM, now=now)
    return len(due)


def _erase(booking: Booking, actor: str, now: datetime) -> None:
    said = _said_by(booking)
    addresses = [row.email for row in booking.attendees.all() if row.email]
    booking.cancel_note = booking.source_network = ""
    booking.erased_at = now
    booking.save()
    booking.notes.all().delete()
    Answer.objects.filter(attendee__booking=booking).delete()
    BookingOrigin.objects.filter(booking=booking).delete()
    for rows in (NumberFacts, TextConsent, SentText):
        rows.objects.filter(attendee__booking=booking).delete()
    for attendee in booking.attendees.all():
        _blank(attendee, time_zone=booking.host_time_zone)
    _forget_link(booking, said)
    _clean_history(booking, said)
    _clean_work(booking)
    record(booking, BookingEvent.ERASED, actor=actor, addresses=addresses)


def _blank(attendee: Attendee, *, time_zone: str) -> None:
    for field in Attendee._meta.concrete_fields:  # noqa: SLF001 - documented
        if isinstance(field, CharField | TextField) and field.name not in NO_WORDS_OF_AN_ATTENDEE:
            setattr(attendee, field.name, "")
    attendee.name = ERASED_GUEST if attendee.is_booker else ""
    attendee.time_zone, attendee.language, attendee.clock = time_zone, "en", ""
    attendee.active, attendee.wants_reminders = attendee.is_booker, False
    set_new_link(attendee)  # nobody is told the new one
    attendee.save()


def _words_of(row: Attendee) -> tuple[str, ...]:
    return row.name, row.email, row.phone, row.phone and shown_number(row.phone)


def _said_by(booking: Booking) -> list[str]:
    """What could give the guest away in a sentence, the longest first."""
    said = [value for row in booking.attendees.all() for value in _words_of(row)]
    return sorted({one for one in said if len(one) >= _TELLS_NOTHING}, key=len, reverse=True)


def _forget_link(booking: Booking, said: Iterable[str]) -> None:
    """What its host called the link by which it was booked, and filled in: of one person's, and where it names them."""
    link = booking.link
    if link is None:
        return
    words = f"{link.label} {link.prefill}".casefold()
    if link.uses == 1 or any(one.casefold() in words for one in said):
        BookingLink.objects.filter(pk=link.pk).update(label="", prefill={})


def _clean_history(booking: Booking, said: Iterable[str]) -> None:
    words = list(said)
    for entry in booking.history.all():
        text = _forget(without_quote(entry.text), words)
        if text != entry.text:
            HistoryEntry.objects.filter(pk=entry.pk).update(text=text)


def _forget(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, _FORGOTTEN)
    return text


def _clean_work(booking: Booking) -> None:
    """Drop mails that wait, and what servers answered to the others: it may name the address."""
    work = Job.objects.filter(concurrency=booking.concurrency_key())
    work.filter(name__in=_MAIL_WORK, state__in=(Job.State.WAITING, Job.State.FAILED)).delete()
    work.exclude(last_error="").update(last_error="")
