"""Messages about who else takes part: to themselves, and to the two sides when they come or go."""

from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazy_for_hosts
from django.utils.translation import gettext_noop as noop_for_hosts

from timetuna.bookings.events import ATTENDEE, HOST
from timetuna.bookings.notifications.telling import (
    SEE,
    SEE_OR_CHANGE,
    MessageKind,
    Sentences,
    Telling,
    Text,
    own_page,
)
from timetuna.bookings.queries import acting_host, name_for_others, others


def _who_comes(about: Telling) -> Sentences:
    """Who comes stands in the facts."""
    there = others(about.booking).exists()
    return () if there else (gettext("Nobody else is invited any more."),)


def _who_left(about: Telling) -> Sentences:
    """All who have: the mail about one of them may be dropped for that about the next."""
    left = about.booking.attendees.filter(active=False, removed_by=ATTENDEE)
    return tuple(
        gettext("%(name)s has left the meeting.") % {"name": name_for_others(one.name) or one.email}
        for one in left
    )


def _has_left(about: Telling) -> bool:
    return about.reader.attendee is not None and about.reader.attendee.removed_by == ATTENDEE


def _taken_off_by(about: Telling) -> Sentences:
    if _has_left(about):
        return (gettext("You took yourself off the guests of this meeting."),)
    by = acting_host(about.booking) if about.attendee.removed_by == HOST else about.named["guest"]
    return (gettext("%(guest)s took you off the guests of this meeting.") % {"guest": by},)


def _see_if_left(about: Telling) -> str:
    return str(SEE) if _has_left(about) else ""


def _page_if_left(about: Telling) -> str:
    return own_page(about) if about.reader.attendee is None or _has_left(about) else ""


_GUESTS = Text(
    _("Guests changed: %(title)s with %(name)s, %(start)s"),
    _("The guests of this meeting have changed"),
    (_who_left, _who_comes),
    SEE_OR_CHANGE,
)
_ADDRESS = MessageKind(
    name="address",
    label=noop_for_hosts("the guest’s email address"),
    to_host=Text(
        lazy_for_hosts("New email address: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("Your guest has given another email address"),
        (
            lazy_for_hosts(
                "The one they gave first was wrong. Write to the one below, which this mail is answered to, too."
            ),
            _("Everything else stays as it was."),
        ),
        SEE,
    ),
    attachment=_("The attached invitation updates this meeting in your calendar."),
)
KINDS = (
    _ADDRESS,
    replace(_ADDRESS, name="request_address", attachment=""),
    MessageKind(
        name="guests",
        label=noop_for_hosts("who comes"),
        to_booker=_GUESTS,
        to_host=replace(_GUESTS, button=SEE),
        attachment=_("The attached invitation updates this meeting in your calendar."),
    ),
    MessageKind(name="invited", label=noop_for_hosts("invitation")),
    MessageKind(
        name="uninvited",
        label=noop_for_hosts("invitation taken back"),
        to_other=Text(
            _("No longer invited: %(title)s with %(host)s, %(start)s"),
            _("You are no longer invited"),
            (_taken_off_by,),
            _see_if_left,
        ),
        attachment=_("The attached file takes this meeting out of your calendar."),
        button_url=_page_if_left,
        takes_back=True,
        ended=True,
        says_place=False,
    ),
)
