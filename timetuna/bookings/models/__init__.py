"""Bookings: the truth that meetings, mails and calendars mirror."""

from timetuna.bookings.models.asked import Answer, BookingOrigin
from timetuna.bookings.models.booking import (
    TAKES_TIME,
    Attendee,
    Booking,
    BookingHost,
    Conference,
    HistoryEntry,
    Hold,
    MailCode,
    PrivateNotes,
    Turn,
    UnusualBookings,
    UsedProof,
    a_day_on,
    new_public_id,
)
from timetuna.bookings.models.phones import (
    NumberCode,
    NumberFacts,
    SentText,
    StoppedNumber,
    TextConsent,
)

__all__ = [
    "TAKES_TIME",
    "Answer",
    "Attendee",
    "Booking",
    "BookingHost",
    "BookingOrigin",
    "Conference",
    "HistoryEntry",
    "Hold",
    "MailCode",
    "NumberCode",
    "NumberFacts",
    "PrivateNotes",
    "SentText",
    "StoppedNumber",
    "TextConsent",
    "Turn",
    "UnusualBookings",
    "UsedProof",
    "a_day_on",
    "new_public_id",
]
