"""Whoever has a number answers to a text: STOP, or START."""

import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as noop_for_hosts

from timetuna.bookings.consents import who_agreed
from timetuna.bookings.events import GUEST, TEXT, BookingEvent, record
from timetuna.bookings.models import StoppedNumber
from timetuna.bookings.proofs.numbers import number_hash
from timetuna.providers.texting import InboundText

STOP_WORDS = frozenset(
    {
        *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        *("STOPP", "ABMELDEN", "ARRET", "BAJA", "ALTO", "PARAR", "STOPPEN", "AFMELDEN"),
        *("ANNULLA", "DISATTIVA", "SAIR", "CANCELAR", "REZYGNUJE", "WYPISZ"),
    }
)
START_WORDS = frozenset({"START", "UNSTOP"})
_MOST_TOLD = 100


def hear_text(text: InboundText, *, now: datetime) -> None:
    """Text no more to a number whose owner says STOP, for whatever page, until they say START. Twice is once."""
    word = _word(text.text)
    with transaction.atomic():
        if word in STOP_WORDS:
            _, changed = StoppedNumber.objects.get_or_create(
                number_hash=number_hash(text.number), defaults={"stopped_at": now}
            )
        elif word in START_WORDS:
            gone, _ = StoppedNumber.objects.filter(number_hash=number_hash(text.number)).delete()
            changed = bool(gone)
        else:
            return
        if changed:
            _tell(text.number, stopped=word in STOP_WORDS, now=now)


def _word(said: str) -> str:
    """Its letters alone, in capitals and without accents: " Arrêt. " is ARRET."""
    bare = unicodedata.normalize("NFKD", said)
    return "".join(sign for sign in bare if sign.isalpha()).upper()


def _tell(number: str, *, stopped: bool, now: datetime) -> None:
    """Write it into the histories of their bookings that are to come."""
    event = BookingEvent.REMINDERS_STOPPED if stopped else BookingEvent.REMINDERS_WANTED
    sentence = (
        noop_for_hosts("The guest answered STOP: no more texts go to their number.")
        if stopped
        else noop_for_hosts("The guest answered START: texts go to their number again.")
    )
    coming = who_agreed(number).filter(booking__start_at__gt=now)
    for attendee in coming[:_MOST_TOLD]:
        record(attendee.booking, event, actor=GUEST, source=TEXT, sentence=sentence)
