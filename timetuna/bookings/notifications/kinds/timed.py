"""Messages that time brings: reminders before a meeting, and a follow-up after it."""

from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext as gettext_for_hosts
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazy_for_hosts
from django.utils.translation import gettext_noop as noop_for_hosts

from timetuna.bookings.notifications.telling import (
    SEE,
    SEE_OR_CHANGE,
    MessageKind,
    Sentences,
    Telling,
    Text,
    mend_or_see,
    why_they_hear,
)


def _late(about: Telling) -> Sentences:
    sentence = gettext("The %(label)s link follows in a mail of its own.")
    return (sentence % about.named,) if about.where.pending else ()


def _still_missing(about: Telling) -> Sentences:
    sentence = gettext_for_hosts("The %(label)s link is still missing.")
    return (about.with_problem(sentence),) if about.where.pending else ()


_REMINDER = Text(
    _("Reminder: %(title)s with %(host)s, %(start)s"), _("Your meeting is coming up"), (_late,), SEE_OR_CHANGE
)
_FOLLOW_UP = Text(
    _("Thank you: %(title)s with %(host)s"), _("Thank you for your time"), (_("You met %(host)s."),), SEE
)
REMINDER = MessageKind(
    name="reminder",
    label=noop_for_hosts("reminder"),
    to_booker=_REMINDER,
    to_other=replace(_REMINDER, sentences=(_late, why_they_hear), button=SEE),
    to_host=Text(
        lazy_for_hosts("Reminder: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("A meeting is coming up"),
        (_still_missing,),
        mend_or_see,
    ),
    attachment="",
    can_stop=True,
)
KINDS = (
    REMINDER,
    replace(
        REMINDER,
        name="follow_up",
        label=noop_for_hosts("follow-up"),
        to_booker=_FOLLOW_UP,
        to_other=replace(_FOLLOW_UP, sentences=(*_FOLLOW_UP.sentences, why_they_hear)),
        ended=True,
        says_place=False,
    ),
)
