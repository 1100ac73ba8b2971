"""What is known of a guest's phone number, in the words its host reads."""

from typing import NamedTuple

from django.utils.translation import gettext

from timetuna.bookings.consents import TextsOf, standing_of
from timetuna.bookings.models import Attendee, NumberFacts, TextConsent
from timetuna.bookings.proofs.needed import NumberShown
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes


class NumberStanding(NamedTuple):
    """verified: how, or "".  reminders: how it stands with those by text, or "".  wording: what was agreed to."""

    verified: str
    reminders: str
    wording: str


def number_standing(booker: Attendee, reader: Reader) -> NumberStanding | None:
    """None without a number, or where nothing more is known of it."""
    if not booker.phone:
        return None
    facts = NumberFacts.objects.filter(attendee=booker).first()
    consent = TextConsent.objects.filter(attendee=booker).first()
    verified = _verified(facts.shown) if facts else ""
    if consent is None:
        return NumberStanding(verified, "", "") if verified else None
    return NumberStanding(verified, _reminders(booker, consent, reader), consent.wording)


def _verified(shown: str) -> str:
    if shown == NumberShown.BY_TEXT:
        return gettext("Verified by text")
    return gettext("Not verified: no text could go, so a code by email served")


def _reminders(booker: Attendee, consent: TextConsent, reader: Reader) -> str:
    standing, moment = standing_of(booker), consent.withdrawn_at or consent.agreed_at
    said = {
        TextsOf.WITHDRAWN: gettext("Reminders by text: ended by the guest, %(when)s"),
        TextsOf.STOPPED: gettext("Reminders by text: the guest answered STOP (agreed %(when)s)"),
    }.get(standing, gettext("Reminders by text: agreed, %(when)s"))
    return said % {"when": datetimes.dated(moment, zone=reader.zone, now=reader.now, begins=False)}
