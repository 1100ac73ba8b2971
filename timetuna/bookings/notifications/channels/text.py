"""Messages by text (SMS), to who agreed to them: in a sentence with a link, once, and never in the night."""

import logging
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from timetuna import texts
from timetuna.bookings.consents import TextsOf, standing_of
from timetuna.bookings.models import Attendee, NumberFacts, SentText
from timetuna.bookings.notifications.message import Message, OtherWay
from timetuna.bookings.notifications.quiet_hours import is_quiet
from timetuna.bookings.notifications.telling import Recipient
from timetuna.bookings.proofs.layers import may_remind
from timetuna.bookings.proofs.needed import NumberShown
from timetuna.bookings.proofs.numbers import lack_of
from timetuna.bookings.proofs.operator import tell_operator
from timetuna.bookings.queries import link
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.lib.crypto import fingerprint
from timetuna.lib.sms import fit
from timetuna.providers.errors import ProviderError
from timetuna.rate_limits.store import StoreAway

log = logging.getLogger("timetuna.texts")


def deliver(message: Message, recipient: Recipient) -> None:
    """Raises OtherWay where it does not go by text, and where nobody knows whether it went: it is not tried twice."""
    attendee, name, now = recipient.attendee, fingerprint(message.id), timezone.now()
    if attendee is None:
        raise OtherWay
    row = SentText.objects.filter(message=name).first()
    if row is None:
        if not _may_go(attendee, message, now):
            raise OtherWay
        row, is_new = SentText.objects.get_or_create(message=name, defaults={"attendee": attendee})
        if is_new:
            row.state = _sent(attendee.phone, _words(message, attendee), now)
            row.save(update_fields=["state"])
    if row.state != SentText.State.SENT:
        raise OtherWay


def _may_go(attendee: Attendee, message: Message, now: datetime) -> bool:
    """Counted where it may. What is asked last costs something."""
    booking, zone = message.booking, zone_or_utc(attendee.time_zone)
    if standing_of(attendee) is not TextsOf.AGREED or not texts.can_text() or is_quiet(now, zone):
        return False
    if lack_of(attendee.phone, booking.host_time_zone, attendee.time_zone):
        return False
    shown = NumberFacts.objects.filter(attendee=attendee, shown=NumberShown.BY_TEXT).exists()
    try:
        return may_remind(
            booking.page_id or 0, attendee.phone, network=booking.source_network, shown=shown, now=now
        )
    except StoreAway:
        return False


def _words(message: Message, attendee: Attendee) -> str:
    """As a mail's subject says it. Who can answer is told how it ends."""
    ends = gettext("STOP ends texts.") if texts.hears_answers() else ""
    tail = "\n".join(filter(None, ["", link(attendee), ends]))
    return fit(message.words.subject, f"\n{tail.lstrip()}")


def _sent(number: str, words: str, now: datetime) -> SentText.State:
    service = texts.service()
    try:
        if service is not None:
            service.send(number, words)
            return SentText.State.SENT
    except ProviderError as error:
        log.warning("a reminder was not sent by text: %s", error.code)
        if error.operator:
            tell_operator(now, broken=True)
    return SentText.State.FAILED
