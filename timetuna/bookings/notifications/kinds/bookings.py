"""Messages about a booking itself: made, moved, cancelled, and what becomes of its link and its host."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext
from django.utils.translation import gettext as gettext_for_hosts
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazy_for_hosts
from django.utils.translation import gettext_noop as noop_for_hosts
from django.utils.translation import ngettext as ngettext_for_hosts

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
    MEND,
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
    return (gettext("Before, it was on %(when)s.") % {"when": about.when(earlier)},)


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
    booking = about.booking
    if about.reader.host_id != link_host_id(booking):
        return missing(about)
    if _link_is_new(booking):
        renewed = gettext_for_hosts(
            "The earlier %(label)s link would have ended before the new time, so it is a new one. "
            "The earlier meeting stays in your %(label)s account; you can delete it there."
        )
        return (*missing(about), renewed % about.named)
    if not about.where.meeting_number or may(booking, Ability.MOVE):
        return missing(about)
    same = gettext_for_hosts("The link stays the same. Your %(label)s account still shows the earlier time.")
    return (same % about.named,)


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
        said = gettext("%(name)s cancelled it.") % {"name": about.guest}
        return (said, *about.wrote(about.guest, about.booking.cancel_note))
    if about.reader.beside:
        return (gettext_for_hosts("One of its hosts cancelled it."),)
    return (gettext("You cancelled it."),)


def _stays_by_cancelling(about: Telling) -> Sentences:
    number = about.where.meeting_number
    owns = about.reader.host_id == link_host_id(about.booking)
    if not owns or not number or may(about.booking, Ability.REMOVE):
        return ()
    return (_stays(about, number),)


def _stays(about: Telling, number: str) -> str:
    sentence = gettext_for_hosts(
        "The %(label)s meeting %(number)s stays in your %(label)s account; delete it there."
    )
    return sentence % {"label": about.where.label, "number": number}


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
        gettext_for_hosts("You host this meeting instead of %(former)s. Your guest is told.")
        % {"former": latest.former},
        *_note(latest),
        *((*_moved_too(about), *_guest_wrote(about)) if latest.moved else ()),
    )


def _note(latest: Handed) -> Sentences:
    return (gettext_for_hosts("A note for you: %(note)s") % {"note": latest.note},) if latest.note else ()


def _handed_to(about: Telling) -> Sentences:
    latest = handed(about.booking)
    if latest.joins:
        said = gettext_for_hosts("%(new)s hosts it instead of you, and your guest is told.")
    else:
        said = gettext_for_hosts("It takes place without you, and your guest is told.")
    return said % {"new": latest.new}, *_moved_too(about)


def _handed_on(about: Telling) -> Sentences:
    """To who hosted it before, too; one of them may have been given it."""
    latest = handed(about.booking)
    if latest.joins:
        instead = gettext_for_hosts("%(new)s hosts it instead of %(former)s.")
        return instead % {"new": latest.new, "former": latest.former}, *_moved_too(about)
    said = gettext_for_hosts("%(former)s does not host it any more.") % {"former": latest.former}
    if latest.to != about.reader.host_id:
        return said, *_moved_too(about)
    if latest.leads:
        said = " ".join([said, gettext_for_hosts("You lead it now.")])
    return said, *_note(latest), *_moved_too(about)


def _left_outside(about: Telling) -> Sentences:
    """What nobody uses any more in the account of who gave the meeting away, and is theirs alone to delete."""
    left = about.booking.history.filter(event=BookingEvent.MEETING_LEFT).last()
    if left is None or left.changes["_host"][0] != about.reader.host_id:
        return ()
    number, unsure = left.changes["meeting"][0], left.changes["_unsure"][0]
    said = [_stays(about, number)] if number else []
    if unsure:
        sentence = ngettext_for_hosts(
            "%(label)s did not say whether a try to make it had worked, so your account may hold one more of this "
            "name and time.",
            "%(label)s did not say whether %(count)d tries to make it had worked, so your account may hold up to "
            "%(count)d more of this name and time.",
            unsure,
        )
        said.append(sentence % {"label": about.where.label, "count": unsure})
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

CONFIRMED = MessageKind(
    name="confirmed", label=noop_for_hosts("confirmation"), is_first=True, gives_time=True
)
CANCELLED = MessageKind(
    name="cancelled",
    label=noop_for_hosts("cancellation"),
    to_booker=_CANCELLED,
    to_other=replace(_CANCELLED, sentences=(_cancelled_by_to_other,)),
    to_host=Text(
        lazy_for_hosts("Cancelled: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("A meeting is cancelled"),
        (_cancelled_by_to_host, _stays_by_cancelling),
        SEE,
    ),
    attachment=_("The attached file takes this meeting out of your calendar."),
    takes_back=True,
    ended=True,
    says_place=False,
)
_RELIEVED = MessageKind(
    name="relieved",
    label=noop_for_hosts("handed over to another host"),
    to_host=Text(
        lazy_for_hosts("Handed over: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("This meeting is not yours any more"),
        (_handed_to, _left_outside),
    ),
    attachment=_("The attached file takes this meeting out of your calendar."),
    button_url=lambda _: "",
    to_former=True,
    ended=True,
    says_place=False,
)
KINDS = (
    MessageKind(
        name="handed_to",
        label=noop_for_hosts("handed over to them"),
        to_host=Text(
            lazy_for_hosts("Yours now: %(title)s with %(guest)s, %(start)s"),
            lazy_for_hosts("You take over a meeting"),
            (_handed_by, state_of_first),
            mend_or_see,
        ),
        gives_time=True,
    ),
    _RELIEVED,
    replace(_RELIEVED, name="request_relieved", attachment=""),
    CONFIRMED,
    replace(
        CONFIRMED,
        name="promised",
        label=noop_for_hosts("confirmation, link to follow"),
        page_text="confirmed",
    ),
    MessageKind(
        name="link",
        label=noop_for_hosts("link"),
        to_booker=_LINK,
        to_other=replace(_LINK, button=SEE),
        to_host=Text(
            lazy_for_hosts("%(label)s link: %(title)s with %(guest)s, %(start)s"),
            lazy_for_hosts("The %(label)s link is there"),
            (lazy_for_hosts("Your guest has it too."), may_be_double),
            SEE,
        ),
        attachment=_("The attached invitation puts the link into your calendar."),
    ),
    MessageKind(
        name="no_link",
        label=noop_for_hosts("link is missing"),
        to_host=Text(
            lazy_for_hosts("No %(label)s link: %(title)s with %(guest)s, %(start)s"),
            lazy_for_hosts("The %(label)s link could not be made"),
            (missing,),
            MEND,
        ),
        attachment="",
    ),
    MessageKind(
        name="moved",
        label=noop_for_hosts("new time"),
        to_booker=_MOVED,
        to_other=replace(_MOVED, sentences=(_was_at, late), button=SEE),
        to_host=Text(
            lazy_for_hosts("Moved: %(title)s with %(guest)s, now %(start)s"),
            lazy_for_hosts("A meeting has a new time"),
            (_was_at, _guest_wrote, _stays_by_move),
            SEE,
        ),
        attachment=_("The attached invitation moves this meeting in your calendar."),
        gives_time=True,
    ),
    MessageKind(
        name="new_host",
        label=noop_for_hosts("another host"),
        to_booker=_NEW_HOST,
        to_other=replace(_NEW_HOST, button=SEE),
        to_host=Text(
            lazy_for_hosts("Hosts changed: %(title)s with %(guest)s, %(start)s"),
            lazy_for_hosts("Who hosts a meeting with you has changed"),
            (_handed_on, missing),
            mend_or_see,
        ),
        attachment=_("The attached invitation updates this meeting in your calendar."),
    ),
    CANCELLED,
)
