"""Bookings and what would become of them, in sentences and as data. No sentence has a word in it that a guest typed."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from timetuna.api.principal import Principal
from timetuna.api.views.bookings import told
from timetuna.availability.slots import Code
from timetuna.bookings.actions.book import Order
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import others
from timetuna.l10n import datetimes
from timetuna.l10n.lists import in_words, quoted
from timetuna.pages.public import PublicPage

_AS_THEY_ARE = (
    "id", "revision", "status", "title", "start", "end", "duration", "time_zone", "local_start", "meeting_type",
    "location", "join_url", "passcode", "hosts", "no_show", "pending_until",
)  # fmt: skip
_OF_BOOKINGS = frozenset({Code.OWN_BOOKING, Code.BUFFER})
_QUOTES = ("“", "„")
_NAMED = re.compile(r"([“„]).*([”“])", re.DOTALL)


def meeting(principal: Principal, booking: Booking, *, single: bool = False) -> dict[str, Any]:
    """As `MeetingTold` has it."""
    whole = told(principal, booking, single=single)
    page, ending = whole["page"], whole["cancellation"] or {"by": "", "reason": ""}
    return {name: whole[name] for name in _AS_THEY_ARE} | {
        "sentence": sentence(principal, booking),
        "page": {"id": page["id"], "title": page["title"]} if page else None,
        "cancelled_by": ending["by"],
        "notes": whole.get("notes"),
        "from_guest": {
            "untrusted": True,
            "guest": whole["guest"],
            "guests": whole["guests"],
            "answers": whole["answers"],
            "reason": ending["reason"],
        },
    }


def sentence(principal: Principal, booking: Booking) -> str:
    """What it is and how it stands, by its reader's clock."""
    said = gettext("%(title)s with %(guest)s: %(when)s.") % {
        "title": quoted(booking.title),
        "guest": booking.booker.email,
        "when": when(principal, booking.start_at, booking.minutes),
    }
    if booking.is_off():
        return f"{said} {gettext('It does not take place.')}"
    if booking.status == Booking.Status.PENDING:
        return f"{said} {gettext('It waits for your answer.')}"
    return said


def when(principal: Principal, start: datetime, minutes: int) -> str:
    """By the clock of whose key it is."""
    return datetimes.when(start, minutes=minutes, zone=datetimes.zone_or_utc(principal.user.time_zone))


def of_order(principal: Principal, order: Order, page: PublicPage, start: datetime) -> list[str]:
    """What booking it would do."""
    lines = [
        gettext("This books %(title)s with %(guest)s: %(when)s.")
        % {
            "title": quoted(page.title),
            "guest": order.guest.email,
            "when": when(principal, start, order.minutes),
        }
    ]
    people = [order.guest.email, *(one.email for one in order.others)]
    if page.approval_hours is not None:
        lines.append(gettext("It becomes a request, which waits for an answer."))
        people = people[:1]
    lines.append(_mailed([*people, gettext("the hosts")]))
    if order.waived:
        lines.append(gettext("Rules of the page are passed over: its notice or its hours."))
    return lines


def of_move(principal: Principal, booking: Booking, start: datetime, *, anyway: bool) -> list[str]:
    """What moving it would do."""
    lines = [
        gettext("This moves %(title)s with %(guest)s from %(old)s to %(new)s.")
        % {
            "title": quoted(booking.title),
            "guest": booking.booker.email,
            "old": when(principal, booking.start_at, booking.minutes),
            "new": when(principal, start, booking.minutes),
        },
        _mailed([*guests_of(booking), gettext("the hosts")]),
    ]
    if anyway:
        lines.append(gettext("It is moved there even where the page does not offer that time."))
    return lines


def of_answer(principal: Principal, booking: Booking, doing: str, people: Sequence[str]) -> list[str]:
    """What cancelling, approving or declining it would do. doing: a sentence with a blank for it."""
    return [doing % {"booking": sentence(principal, booking)}, _mailed(people)]


def plain_reasons(reasons: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Without names of bookings and of what was brought along: guests are in them, and sentences are trusted."""
    return [
        {
            "code": one["code"],
            "detail": _NAMED.sub(r"\1…\2", one["detail"])
            if one["code"] in _OF_BOOKINGS or one["detail"].startswith(_QUOTES)
            else one["detail"],
        }
        for one in reasons
    ]


def guests_of(booking: Booking) -> list[str]:
    """The addresses of all on the guest's side."""
    return [booking.booker.email, *(one.email for one in others(booking))]


def _mailed(people: Sequence[str]) -> str:
    return gettext("Mail about it goes to %(people)s.") % {"people": in_words([*people])}
