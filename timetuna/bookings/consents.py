"""Reminders by text: what people agree to before they get any, and numbers whose owners want none."""

from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext

from timetuna import texts
from timetuna.bookings.models import Attendee, Booking, StoppedNumber, TextConsent
from timetuna.bookings.proofs.numbers import lack_of, number_hash
from timetuna.lib.crypto import fingerprint
from timetuna.pages.queries import text_reminders

_MARK_LENGTH = 16


class TextsOf(StrEnum):
    """How it stands with somebody's reminders by text. STOPPED: they have answered STOP."""

    NEVER = ""
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


def offered(page_id: int | None) -> int:
    """How many texts the page sends before a meeting, to who agrees; 0 where this server can send none."""
    return text_reminders(page_id) if page_id and texts.can_text() else 0


def label() -> str:
    return gettext("Remind me by text message")


def terms(*, host: str, count: int) -> str:
    """Who sends what and how often, and how it ends."""
    named = {"site": settings.HOST, "host": host, "count": count}
    sent = ngettext(
        "%(site)s sends one text to this number before your meeting with %(host)s, and again if it is moved.",
        "%(site)s sends %(count)d texts to this number before your meeting with %(host)s, and again if it is moved.",
        count,
    )
    ends = gettext("You can end them on your booking’s page.")
    if texts.hears_answers():
        ends = gettext("Answer STOP to end all texts from %(site)s, or end these on your booking’s page.")
    costs = gettext("Your phone company may charge for them. You can book without.")
    return " ".join([sent % named, ends % named, costs])


def wording(*, host: str, count: int) -> str:
    """All that somebody reads who ticks it."""
    return f"{label()}\n{terms(host=host, count=count)}"


def mark_of(said: str) -> str:
    """Stands for a wording in a form, so that nobody agrees to what they have not read."""
    return fingerprint(said)[:_MARK_LENGTH]


def agree(attendee: Attendee, said: str, *, now: datetime) -> None:
    """For the number that they have given."""
    TextConsent.objects.update_or_create(
        attendee=attendee,
        defaults={
            "wording": said,
            "number_hash": number_hash(attendee.phone),
            "agreed_at": now,
            "withdrawn_at": None,
        },
    )


def withdraw(attendee: Attendee, *, now: datetime) -> bool:
    """Whether there was something to withdraw. What was agreed to stays, with when it ended."""
    return bool(TextConsent.objects.filter(attendee=attendee, withdrawn_at=None).update(withdrawn_at=now))


def standing_of(attendee: Attendee) -> TextsOf:
    consent = TextConsent.objects.filter(attendee=attendee).first()
    if consent is None or not attendee.phone:
        return TextsOf.NEVER
    if consent.withdrawn_at is not None:
        return TextsOf.WITHDRAWN
    return TextsOf.STOPPED if is_stopped(attendee.phone) else TextsOf.AGREED


def may_be_texted(attendee: Attendee, *, now: datetime) -> bool:
    """Whether their booking's page has something to say of texts. No query without a number."""
    booking = attendee.booking
    if not attendee.phone or booking.status != Booking.Status.CONFIRMED or booking.start_at <= now:
        return False
    agreed = TextConsent.objects.filter(attendee=attendee).exists()
    return agreed or bool(offered(booking.page_id) and not _no_text(attendee))


def offer_to(attendee: Attendee, *, host: str) -> str:
    """What somebody who has booked could agree to now, or "": they have already, or no text could reach them."""
    if not attendee.phone or standing_of(attendee) in {TextsOf.AGREED, TextsOf.STOPPED} or _no_text(attendee):
        return ""
    count = offered(attendee.booking.page_id)
    return wording(host=host, count=count) if count else ""


def _no_text(attendee: Attendee) -> bool:
    return lack_of(attendee.phone, attendee.booking.host_time_zone, attendee.time_zone) is not None


def is_stopped(number: str) -> bool:
    """Whether its owner has answered STOP, to whatever text of this server."""
    return StoppedNumber.objects.filter(number_hash=number_hash(number)).exists()


def who_agreed(number: str) -> QuerySet[Attendee]:
    """Who has agreed to texts to this number, with their bookings."""
    found = Attendee.objects.filter(
        text_consent__number_hash=number_hash(number), text_consent__withdrawn_at=None
    )
    return found.select_related("booking").order_by("pk")
