"""Writes down at a booking that one of its mails came back."""

import re
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from timetuna.bookings.events import SYSTEM, BookingEvent, record
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.telling import audience_of, hosts_of
from timetuna.lib.bounces import Bounce

_OURS = re.compile(
    r"<(?P<uid>[0-9a-f-]{36})\.(?P<what>[^@]{1,80})\.(?P<audience>(?:attendee|host)-\d+)@(?P<host>[^>]+)>"
)
_ADDRESS = re.compile(r"\.to(\d+)$")
_WHY = {
    "5.1.1": gettext_noop("the mailbox does not exist"),
    "5.1.2": gettext_noop("the domain does not exist"),
    "5.1.10": gettext_noop("the mailbox does not exist"),
    "5.2.1": gettext_noop("the mailbox is closed"),
    "5.2.2": gettext_noop("the mailbox is full"),
    "5.7.1": gettext_noop("the mail server refuses mails like this one"),
}


def note_bounce(bounce: Bounce) -> bool:
    """Once for each mail, in the history of the booking whose mail it was. False where there is none."""
    for message_id in bounce.message_ids:
        found = _OURS.fullmatch(message_id)
        if (
            found
            and found["host"] in {settings.MAIL_DOMAIN, settings.HOST}
            and _note(found["uid"], found["audience"], found["what"], bounce)
        ):
            return True
    return False


@transaction.atomic
def _note(uid: str, audience: str, what: str, bounce: Bounce) -> bool:
    known = _uuid(uid)
    booking = Booking.objects.select_for_update().filter(uid=known).first() if known else None
    if booking is None:
        return False
    readers = {audience_of(booking.booker): gettext_noop("the guest")} | dict.fromkeys(
        hosts_of(booking), gettext_noop("the host")
    )
    if audience == audience_of(booking.booker) and _address(what) != booking.booker.mended:
        return True  # who booked has given another address since
    reader = readers.get(audience, gettext_noop("somebody the guest brings"))
    facts: dict[str, Any] = {"reader": reader, "mail": _kind(what), "outcome": _outcome(bounce)}
    said = BookingEvent.MAIL_BOUNCED.label % facts
    told = booking.history.filter(event=BookingEvent.MAIL_BOUNCED, text=said)
    if mended := booking.history.filter(event=BookingEvent.ADDRESS_MENDED).last():
        told = told.filter(at__gte=mended.at)
    if not told.exists():
        record(booking, BookingEvent.MAIL_BOUNCED, actor=SYSTEM, **facts)
    return True


def _outcome(bounce: Bounce) -> str:
    why = _WHY.get(bounce.status, "")
    told = {
        (True, "why"): gettext_noop("came back: %(why)s"),
        (True, "code"): gettext_noop("came back (code %(code)s)"),
        (True, ""): gettext_noop("came back"),
        (False, "why"): gettext_noop("is late; its mail server keeps trying: %(why)s"),
        (False, "code"): gettext_noop("is late; its mail server keeps trying (code %(code)s)"),
        (False, ""): gettext_noop("is late; its mail server keeps trying"),
    }
    known = "why" if why else "code" if bounce.status else ""
    return told[bounce.permanent, known] % {"why": why, "code": bounce.status}


def _address(what: str) -> int:
    """Of how many that who booked has given it is."""
    found = _ADDRESS.search(what)
    return int(found[1]) if found else 0


def _kind(what: str) -> str:
    return what.partition(".")[0].replace("_", " ").replace("booked", "confirmation")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
