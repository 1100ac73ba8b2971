"""Messages about a request: a booking that waits for its host's yes, or did not get it."""

from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext as gettext_for_hosts
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazy_for_hosts
from django.utils.translation import gettext_noop as noop_for_hosts

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


def _answer_by(about: Telling) -> Sentences:
    sentence = gettext("You hear by mail either way, by %(deadline)s at the latest.")
    return (sentence % {"deadline": _deadline(about)},)


def _kept_until(about: Telling) -> Sentences:
    sentence = gettext_for_hosts(
        "The time is kept until %(deadline)s. Without an answer the request ends then by itself."
    )
    return (sentence % {"deadline": _deadline(about)},)


def _deadline(about: Telling) -> str:
    return about.when(about.booking.pending_until or about.booking.start_at, short=True)


def _wrote_with_move(about: Telling) -> Sentences:
    return about.wrote_with_move(about.booking.booker.name, actor=GUEST)


def host_wrote(about: Telling) -> Sentences:
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
    lazy_for_hosts("Request: %(title)s with %(guest)s, %(start)s"),
    lazy_for_hosts("Somebody asks for a time"),
    (_kept_until,),
    lazy_for_hosts("Confirm or decline"),
)

REQUESTED = MessageKind(
    name="requested",
    label=noop_for_hosts("request"),
    to_booker=_TO_BOOKER,
    to_host=_TO_HOST,
    attachment="",
    says_place=False,
    button_url=_where_to_answer,
)
WITHDRAWN = MessageKind(
    name="withdrawn",
    label=noop_for_hosts("request taken back"),
    to_booker=Text(
        _("Taken back: %(title)s with %(host)s, %(start)s"),
        _("Your request is taken back"),
        (_("%(lead)s is told, and the time is free again."),),
        _("See the request"),
    ),
    to_host=Text(
        lazy_for_hosts("Taken back: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("A request was taken back"),
        (
            lazy_for_hosts("%(guest)s does not ask for this time any more. There is nothing to answer."),
            _guest_wrote,
        ),
        _("See the request"),
    ),
    attachment="",
    says_place=False,
    ended=True,
)
DECLINED = replace(
    WITHDRAWN,
    name="declined",
    label=noop_for_hosts("request declined"),
    to_booker=Text(
        _("Declined: %(title)s with %(host)s, %(start)s"),
        _("Your request was declined"),
        (_("%(lead)s cannot take this time."), host_wrote),
        _("Ask for another time"),
    ),
    to_host=Text(
        lazy_for_hosts("Declined: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("A request was declined"),
        (lazy_for_hosts("%(guest)s is told, and the time is free again."),),
        _("See the request"),
    ),
    button_url=_where_to_ask_again,
)
LAPSED = replace(
    DECLINED,
    name="lapsed",
    label=noop_for_hosts("request ended"),
    to_booker=Text(
        _("Not confirmed: %(title)s with %(host)s, %(start)s"),
        _("Your request has ended"),
        (_("%(lead)s did not answer in time. Nothing is booked, and the time is free again."),),
        _("Ask for another time"),
    ),
    to_host=Text(
        lazy_for_hosts("Not answered: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("A request has ended without an answer"),
        (lazy_for_hosts("%(guest)s is told, and the time is free again."),),
        _("See the request"),
    ),
)
KINDS = (
    REQUESTED,
    replace(
        REQUESTED,
        name="request_moved",
        label=noop_for_hosts("request, new time"),
        to_booker=replace(_TO_BOOKER, headline=_("You asked for another time")),
        to_host=replace(
            _TO_HOST,
            headline=lazy_for_hosts("A request has another time"),
            sentences=(_wrote_with_move, _kept_until),
        ),
    ),
    WITHDRAWN,
    DECLINED,
    LAPSED,
)
