"""Messages about a booking itself: made, moved, cancelled, and what becomes of its link and its host."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from timetuna.bookings.events import (
    GUEST,
    HOST,
    BookingEvent,
    Status,
    earlier_start,
    latest_handing,
    quote_of,
)
from timetuna.bookings.integrations.location import link_host_id, may
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.telling import (
    SEE,
    SEE_OR_CHANGE,
    MessageKind,
    Sentences,
    Telling,
    Text,
    late,
    may_be_double,
    mend_or_see,
    missing,
    state_of_first,
)
from timetuna.bookings.queries import acting_host
from timetuna.l10n import datetimes
from timetuna.providers.base import Ability


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """How it went from one host to another the latest time; note: for the new one, whose id is `to`.

    joins: whether the new one took part only from then on. moved: whether that came with a new time.
    """

    former: str
    new: str
    note: str = ""
    to: int | None = None
    joins: bool = True
    leads: bool = True
    moved: bool = False


def handed(booking: Booking) -> Handed:
    latest = latest_handing(booking)
    if latest is None:
        return Handed(former="", new=booking.host.name)
    changes = latest.changes
    former, new = changes["host"]
    return Handed(
        former=former,
        new=new,
        note=quote_of(latest),
        to=changes["_to"][0],
        joins=changes.get("_joins", [True])[0],
        leads=new == booking.host.name,
        moved="_moved" in changes,
    )


def _was_at(about: Telling) -> Sentences:
    """When a moved meeting was to begin before, as far as it is known."""
    earlier = earlier_start(about.booking)
    if earlier is None:
        return ()
    before = datetimes.when(earlier, minutes=about.booking.minutes, zone=about.zone)
    return (gettext("Before, it was on %(when)s.") % {"when": before},)


def _host_wrote(about: Telling) -> Sentences:
    return about.wrote_with_move(acting_host(about.booking), actor=HOST)


def _guest_wrote(about: Telling) -> Sentences:
    return about.wrote_with_move(about.booking.booker.name, actor=GUEST)


def _link_after_move(about: Telling) -> Sentences:
    if about.where.pending or not _link_is_new(about.booking):
        return late(about)
    sentence = gettext(
        "The %(label)s link is a new one, too. The earlier link does not work for the new time."
    )
    return (sentence % about.named,)


def _link_is_new(booking: Booking) -> bool:
    """Whether the latest move was too far for the old link."""
    latest = booking.history.filter(event__in=(BookingEvent.MOVED, BookingEvent.LINK_RENEWED)).last()
    return latest is not None and latest.event == BookingEvent.LINK_RENEWED


def _stays_by_move(about: Telling) -> Sentences:
    """To the host whose accounts it is in: what stays as it was outside, where the grant lets us not change it."""
    label, booking = about.where.label, about.booking
    if about.reader.host_id != link_host_id(booking):
        return missing(about)
    if _link_is_new(booking):
        renewed = (
            f"The earlier {label} link would have ended before the new time, so it is a new one. "
            f"The earlier meeting stays in your {label} account; you can delete it there."
        )
        return (*missing(about), renewed)
    if not about.where.meeting_number or may(booking, Ability.MOVE):
        return missing(about)
    return (f"The link stays the same. Your {label} account still shows the earlier time.",)


def _cancelled_by_to_booker(about: Telling) -> Sentences:
    if about.booking.status == Status.CANCELLED_BY_GUEST:
        return (gettext("You cancelled it."),)
    host = acting_host(about.booking)
    return (gettext("%(name)s cancelled it.") % {"name": host}, *about.wrote(host, about.booking.cancel_note))


def _cancelled_by_to_other(about: Telling) -> Sentences:
    by_guest = about.booking.status == Status.CANCELLED_BY_GUEST
    by = about.named["guest"] if by_guest else acting_host(about.booking)
    return (gettext("%(name)s cancelled it.") % {"name": by},)


def _cancelled_by_to_host(about: Telling) -> Sentences:
    if about.booking.status == Status.CANCELLED_BY_GUEST:
        return (f"{about.guest} cancelled it.", *about.wrote(about.guest, about.booking.cancel_note))
    return ("One of its hosts cancelled it." if about.reader.beside else "You cancelled it.",)


def _stays_by_cancelling(about: Telling) -> Sentences:
    label, number = about.where.label, about.where.meeting_number
    owns = about.reader.host_id == link_host_id(about.booking)
    if not owns or not number or may(about.booking, Ability.REMOVE):
        return ()
    return (f"The {label} meeting {number} stays in your {label} account; delete it there.",)


def instead_of(booking: Booking) -> str:
    """Who meets the guest now, and who was to before it was handed over."""
    latest = handed(booking)
    if not latest.joins:
        said = gettext("%(former)s does not take part any more.")
    elif latest.leads:
        said = gettext("You meet %(new)s instead of %(former)s.")
    else:
        said = gettext("%(new)s takes part instead of %(former)s.")
    said %= {"former": latest.former, "new": latest.new}
    return said if latest.moved else " ".join([said, gettext("The time stays as it was.")])


def _moved_too(about: Telling) -> Sentences:
    return _was_at(about) if handed(about.booking).moved else ()


def _instead_of(about: Telling) -> Sentences:
    return instead_of(about.booking), *_moved_too(about)


def _handed_by(about: Telling) -> Sentences:
    """With the note that came with it."""
    latest = handed(about.booking)
    return (
        f"You host this meeting instead of {latest.former}. Your guest is told.",
        *_note(latest),
        *((*_moved_too(about), *_guest_wrote(about)) if latest.moved else ()),
    )


def _note(latest: Handed) -> Sentences:
    return (f"A note for you: {latest.note}",) if latest.note else ()


def _handed_to(about: Telling) -> Sentences:
    latest = handed(about.booking)
    who = f"{latest.new} hosts it instead of you" if latest.joins else "It takes place without you"
    return f"{who}, and your guest is told.", *_moved_too(about)


def _handed_on(about: Telling) -> Sentences:
    """To who hosted it before, too; one of them may have been given it."""
    latest = handed(about.booking)
    if latest.joins:
        return f"{latest.new} hosts it instead of {latest.former}.", *_moved_too(about)
    said = f"{latest.former} does not host it any more."
    if latest.to != about.reader.host_id:
        return said, *_moved_too(about)
    leads = (f"{said} You lead it now.",) if latest.leads else (said,)
    return *leads, *_note(latest), *_moved_too(about)


def _left_outside(about: Telling) -> Sentences:
    """What nobody uses any more in the account of who gave the meeting away, and is theirs alone to delete."""
    left = about.booking.history.filter(event=BookingEvent.MEETING_LEFT).last()
    if left is None or left.changes["_host"][0] != about.reader.host_id:
        return ()
    label, number, unsure = about.where.label, left.changes["meeting"][0], left.changes["_unsure"][0]
    said = [f"The {label} meeting {number} stays in your {label} account; delete it there."] if number else []
    if unsure:
        tries, more = ("a try", "one") if unsure == 1 else (f"{unsure} tries", f"up to {unsure}")
        said.append(
            f"{label} did not say whether {tries} to make it had worked, so your account may hold {more} more of this "
            "name and time."
        )
    return tuple(said)


_LINK = Text(
    _("%(label)s link: %(title)s with %(host)s, %(start)s"),
    _("Here is your %(label)s link"),
    (_("Everything else stays as it was."),),
    SEE_OR_CHANGE,
)
_MOVED = Text(
    _("Moved: %(title)s with %(host)s, now %(start)s"),
    _("This meeting has a new time"),
    (_was_at, _host_wrote, _link_after_move),
    SEE_OR_CHANGE,
)
_NEW_HOST = Text(
    _("Now with %(host)s: %(title)s, %(start)s"),
    _("Who meets you has changed"),
    (_instead_of, late),
    SEE_OR_CHANGE,
)
_CANCELLED = Text(
    _("Cancelled: %(title)s with %(host)s, %(start)s"),
    _("This meeting is cancelled"),
    (_cancelled_by_to_booker,),
    SEE,
)

CONFIRMED = MessageKind(name="confirmed", label="confirmation", is_first=True, gives_time=True)
CANCELLED = MessageKind(
    name="cancelled",
    label="cancellation",
    to_booker=_CANCELLED,
    to_other=replace(_CANCELLED, sentences=(_cancelled_by_to_other,)),
    to_host=Text(
        "Cancelled: %(title)s with %(guest)s, %(start)s",
        "A meeting is cancelled",
        (_cancelled_by_to_host, _stays_by_cancelling),
        "See the booking",
    ),
    attachment=_("The attached file takes this meeting out of your calendar."),
    takes_back=True,
    ended=True,
    says_place=False,
)
_RELIEVED = MessageKind(
    name="relieved",
    label="handed over to another host",
    to_host=Text(
        "Handed over: %(title)s with %(guest)s, %(start)s",
        "This meeting is not yours any more",
        (_handed_to, _left_outside),
    ),
    attachment="The attached file takes this meeting out of your calendar.",
    button_url=lambda _: "",
    to_former=True,
    ended=True,
    says_place=False,
)
KINDS = (
    MessageKind(
        name="handed_to",
        label="handed over to them",
        to_host=Text(
            "Yours now: %(title)s with %(guest)s, %(start)s",
            "You take over a meeting",
            (_handed_by, state_of_first),
            mend_or_see,
        ),
        gives_time=True,
    ),
    _RELIEVED,
    replace(_RELIEVED, name="request_relieved", attachment=""),
    CONFIRMED,
    replace(CONFIRMED, name="promised", label="confirmation, link to follow", page_text="confirmed"),
    MessageKind(
        name="link",
        label="link",
        to_booker=_LINK,
        to_other=replace(_LINK, button=SEE),
        to_host=Text(
            "%(label)s link: %(title)s with %(guest)s, %(start)s",
            "The %(label)s link is there",
            ("Your guest has it too.", may_be_double),
            "See the booking",
        ),
        attachment=_("The attached invitation puts the link into your calendar."),
    ),
    MessageKind(
        name="no_link",
        label="link is missing",
        to_host=Text(
            "No %(label)s link: %(title)s with %(guest)s, %(start)s",
            "The %(label)s link could not be made",
            (missing,),
            "Mend the link",
        ),
        attachment="",
    ),
    MessageKind(
        name="moved",
        label="new time",
        to_booker=_MOVED,
        to_other=replace(_MOVED, sentences=(_was_at, late), button=SEE),
        to_host=Text(
            "Moved: %(title)s with %(guest)s, now %(start)s",
            "A meeting has a new time",
            (_was_at, _guest_wrote, _stays_by_move),
            "See the booking",
        ),
        attachment=_("The attached invitation moves this meeting in your calendar."),
        gives_time=True,
    ),
    MessageKind(
        name="new_host",
        label="another host",
        to_booker=_NEW_HOST,
        to_other=replace(_NEW_HOST, button=SEE),
        to_host=Text(
            "Hosts changed: %(title)s with %(guest)s, %(start)s",
            "Who hosts a meeting with you has changed",
            (_handed_on, missing),
            mend_or_see,
        ),
        attachment=_("The attached invitation updates this meeting in your calendar."),
    ),
    CANCELLED,
)
