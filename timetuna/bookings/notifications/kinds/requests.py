"""Messages about a request: a booking that waits for its host's yes, or did not get it."""

from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from timetuna.bookings.events import GUEST
from timetuna.bookings.integrations.location import host_page
from timetuna.bookings.notifications.telling import (
    MessageKind,
    Sentences,
    Telling,
    Text,
    own_page,
)
from timetuna.bookings.queries import acting_host, address_again
from timetuna.l10n import datetimes


def _answer_by(about: Telling) -> Sentences:
    sentence = gettext("You hear by mail either way, by %(deadline)s at the latest.")
    return (sentence % {"deadline": _deadline(about)},)


def _kept_until(about: Telling) -> Sentences:
    return (f"The time is kept until {_deadline(about)}. Without an answer the request ends then by itself.",)


def _deadline(about: Telling) -> str:
    return datetimes.short_when(about.booking.pending_until or about.booking.start_at, zone=about.zone)


def _wrote_with_move(about: Telling) -> Sentences:
    return about.wrote_with_move(about.booking.booker.name, actor=GUEST)


def _host_wrote(about: Telling) -> Sentences:
    return about.wrote(acting_host(about.booking), about.booking.cancel_note)


def _guest_wrote(about: Telling) -> Sentences:
    return about.wrote(about.guest, about.booking.cancel_note)


def _where_to_answer(about: Telling) -> str:
    """For a host, signed in: a link that answers by itself would go to the guest with every reply."""
    return f"{host_page(about.booking)}/answer" if about.reader.is_host() else own_page(about)


def _where_to_ask_again(about: Telling) -> str:
    return ("" if about.reader.is_host() else address_again(about.booking)) or own_page(about)


_TO_BOOKER = Text(
    _("Requested: %(title)s with %(host)s, %(start)s"),
    _("Your request is on its way"),
    (
        _("%(lead)s confirms each booking. Until then nothing is booked, and the time is kept for you."),
        _answer_by,
    ),
    _("See or change the request"),
)
_TO_HOST = Text(
    "Request: %(title)s with %(guest)s, %(start)s",
    "Somebody asks for a time",
    (_kept_until,),
    "Confirm or decline",
)

REQUESTED = MessageKind(
    name="requested",
    label="request",
    to_booker=_TO_BOOKER,
    to_host=_TO_HOST,
    attachment="",
    says_place=False,
    button_url=_where_to_answer,
)
WITHDRAWN = MessageKind(
    name="withdrawn",
    label="request taken back",
    to_booker=Text(
        _("Taken back: %(title)s with %(host)s, %(start)s"),
        _("Your request is taken back"),
        (_("%(lead)s is told, and the time is free again."),),
        _("See the request"),
    ),
    to_host=Text(
        "Taken back: %(title)s with %(guest)s, %(start)s",
        "A request was taken back",
        ("%(guest)s does not ask for this time any more. There is nothing to answer.", _guest_wrote),
        "See the request",
    ),
    attachment="",
    says_place=False,
    ended=True,
)
DECLINED = replace(
    WITHDRAWN,
    name="declined",
    label="request declined",
    to_booker=Text(
        _("Declined: %(title)s with %(host)s, %(start)s"),
        _("Your request was declined"),
        (_("%(lead)s cannot take this time."), _host_wrote),
        _("Ask for another time"),
    ),
    to_host=Text(
        "Declined: %(title)s with %(guest)s, %(start)s",
        "A request was declined",
        ("%(guest)s is told, and the time is free again.",),
        "See the request",
    ),
    button_url=_where_to_ask_again,
)
LAPSED = replace(
    DECLINED,
    name="lapsed",
    label="request ended",
    to_booker=Text(
        _("Not confirmed: %(title)s with %(host)s, %(start)s"),
        _("Your request has ended"),
        (_("%(lead)s did not answer in time. Nothing is booked, and the time is free again."),),
        _("Ask for another time"),
    ),
    to_host=Text(
        "Not answered: %(title)s with %(guest)s, %(start)s",
        "A request has ended without an answer",
        ("%(guest)s is told, and the time is free again.",),
        "See the request",
    ),
)
KINDS = (
    REQUESTED,
    replace(
        REQUESTED,
        name="request_moved",
        label="request, new time",
        to_booker=replace(_TO_BOOKER, headline=_("You asked for another time")),
        to_host=replace(
            _TO_HOST,
            headline="A request has another time",
            sentences=(_wrote_with_move, _kept_until),
        ),
    ),
    WITHDRAWN,
    DECLINED,
    LAPSED,
)
