"""The editor's tab Notifications."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, ngettext

from timetuna.lib.text import unknown
from timetuna.pages.actions.save_notifications import MAIL_KINDS, NotificationsTab, save_notifications
from timetuna.pages.forms import time_spans
from timetuna.pages.forms.fields import LineField, SubjectField, WordsField
from timetuna.pages.forms.page_form import lock_page, note_changes
from timetuna.pages.models import BookingPage, Question, Reminder
from timetuna.pages.queries import OF_ANSWER, MailText, asks_for_number, mail_text, text_reminders
from timetuna.texts import can_text
from timetuna.web.saving import FormPart, HostForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PLACEHOLDERS = (
    "guest name",
    "host name",
    "page",
    "start",
    "duration",
    "meeting type",
    "location",
    "manage link",
)
_CHIPS = {
    "guest name": gettext_lazy("Guest name"),
    "host name": gettext_lazy("Host name"),
    "page": gettext_lazy("Page"),
    "start": gettext_lazy("Start"),
    "duration": gettext_lazy("Duration"),
    "meeting type": gettext_lazy("Meeting type"),
    "location": gettext_lazy("Location"),
    "manage link": gettext_lazy("Manage link"),
}
"""What can be put into a text, as it reads on the button that does it."""
_HOUR, _DAY = 60, 24 * 60
_BEFORE, _AFTER = [15, _HOUR, _DAY, 2 * _DAY, 7 * _DAY], [_HOUR, _DAY, 7 * _DAY]
_TITLES = {
    "confirmed": (gettext_lazy("Confirmation"), gettext_lazy("Sent as soon as a time is booked.")),
    "moved": (gettext_lazy("New time"), gettext_lazy("Sent when a booking is moved.")),
    "cancelled": (gettext_lazy("Cancellation"), gettext_lazy("Sent when a booking is cancelled.")),
    "reminder": (gettext_lazy("Reminder"), gettext_lazy("Sent before the meeting, at the times above.")),
    "follow_up": (gettext_lazy("Follow-up"), gettext_lazy("Sent after the meeting, if that is on.")),
}
_STANDS = {
    "confirmed": gettext_lazy("Shown in the confirmation, below the time and the place."),
    "moved": gettext_lazy("Shown in the mail about a new time, below the time and the place."),
    "cancelled": gettext_lazy("Shown in the cancellation, below the time and the place."),
    "reminder": gettext_lazy("Shown in the reminder, below the time and the place."),
    "follow_up": gettext_lazy("Shown in the follow-up, below the time and the place."),
}
_INSERT = {
    "confirmed": gettext_lazy("Insert into the confirmation"),
    "moved": gettext_lazy("Insert into the new time"),
    "cancelled": gettext_lazy("Insert into the cancellation"),
    "reminder": gettext_lazy("Insert into the reminder"),
    "follow_up": gettext_lazy("Insert into the follow-up"),
}


class _Placeholders:
    """Checks that all in a text can be filled in. names: without their braces."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def __call__(self, text: str) -> None:
        if strangers := unknown(text, self.names):
            known = ", ".join(f"{{{name}}}" for name in self.names)
            raise forms.ValidationError(
                gettext("TimeTuna cannot fill in %(unknown)s. You can use %(known)s.")
                % {"unknown": ", ".join(strangers), "known": known}
            )


class LeadTimesField(LineField):
    """Lengths of time in a line, kept as minutes; each is a row like `reminder`."""

    def __init__(
        self,
        reminder: Reminder,
        *,
        label: "StrOrPromise",
        most: int = time_spans.MOST,
        help_text: "StrOrPromise",
    ) -> None:
        super().__init__(label=label, max_length=100, required=False, help_text=help_text)
        self.reminder, self.most = reminder, most
        self.follows = reminder.kind == Reminder.Kind.FOLLOW_UP

    def offers(self) -> str:
        """What can be had by one press."""
        return time_spans.show(_AFTER if self.follows else _BEFORE)

    def units(self) -> str:
        """What each word means that can be typed, as JSON."""
        return json.dumps(time_spans.units())

    def what(self) -> dict[str, str]:
        row = self.reminder
        return {"kind": row.kind, "audience": row.audience, "channel": row.channel}

    def clean(self, value: Any) -> Any:
        """The minutes, the longest first."""
        try:
            found = time_spans.parse(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if len(found) > self.most:
            few = ngettext("Choose one.", "Choose %(most)s at most.", self.most)
            raise forms.ValidationError(few % {"most": self.most})
        return found


@dataclass(frozen=True, slots=True)
class MailFields:
    """insert: what is said of the words that can be put into it."""

    kind: str
    title: "StrOrPromise"
    help: "StrOrPromise"
    insert: "StrOrPromise"
    subject: forms.BoundField
    message: forms.BoundField

    def is_open(self) -> bool:
        """Whether there is something in it to see."""
        return bool(
            self.kind == "confirmed"
            or self.subject.errors
            or self.message.errors
            or self.subject.value()
            or self.message.value()
        )


class NotificationsForm(HostForm):
    """When people are reminded, and subject and extra message of each kind of mail that guests get."""

    guest_reminders = LeadTimesField(
        Reminder(audience="guest"),
        label=gettext_lazy("Remind guests"),
        help_text=gettext_lazy("Up to five, such as 24 h or 1 h before the start."),
    )
    guest_texts = LeadTimesField(
        Reminder(audience="guest", channel="text"),
        label=gettext_lazy("Remind guests by text"),
        most=2,
        help_text=gettext_lazy(
            "Up to two, for guests who agree to them on the form; all others get them by email. None goes between "
            "21:00 and 8:00 by your guest’s clock."
        ),
    )
    host_reminders = LeadTimesField(
        Reminder(audience="host"),
        label=gettext_lazy("Remind me"),
        help_text=gettext_lazy("Up to five, to your own inbox."),
    )
    follow_up = LeadTimesField(
        Reminder(audience="guest", kind="follow_up"),
        label=gettext_lazy("Follow-up email to guests"),
        most=1,
        help_text=gettext_lazy("Such as 1 h after the end."),
    )

    def __init__(self, page: BookingPage, data: Any = None, _files: Any = None) -> None:
        self.page = page
        super().__init__(data)
        keys = page.questions.exclude(kind=Question.Kind.CONSENT).values_list("key", flat=True)
        self._names = (*PLACEHOLDERS, *(f"{OF_ANSWER}{key.lower()}" for key in keys))
        self.no_texts = self._offer_texts()
        for name, field in self._times():
            minutes = page.reminders.filter(**field.what()).values_list("minutes", flat=True)
            self.initial[name] = time_spans.show(list(minutes))
        for kind in MAIL_KINDS:
            self._add_texts(kind, mail_text(page, kind))

    def _add_texts(self, kind: str, stored: MailText) -> None:
        self.fields[_name(kind, "subject")] = SubjectField(
            label=gettext("Subject"),
            max_length=150,
            required=False,
            validators=[_Placeholders(self._names)],
            initial=stored.subject,
            help_text=gettext("Leave it empty for TimeTuna’s own."),
        )
        self.fields[_name(kind, "message")] = WordsField(
            label=gettext("Extra message"),
            max_length=2_000,
            required=False,
            validators=[_Placeholders(self._names)],
            initial=stored.message,
            help_text=_STANDS[kind],
        )

    def _offer_texts(self) -> str:
        """Why there are no reminders by text, or "". Those that a page has stay, and go by email meanwhile."""
        if not can_text():
            lack = gettext("Reminders by text need a service for texts, which this server does not have.")
        elif not asks_for_number(self.page):
            lack = gettext(
                "Reminders by text need a phone number: let the page ask for one, on the tab Booking."
            )
        else:
            return ""
        field = self.fields["guest_texts"]
        if not text_reminders(self.page.pk):
            del self.fields["guest_texts"]
            return lack
        field.help_text = f"{lack} {gettext('Until then these go by email.')}"
        return ""

    def _times(self) -> list[tuple[str, LeadTimesField]]:
        return [(name, field) for name, field in self.fields.items() if isinstance(field, LeadTimesField)]

    def times(self) -> list[forms.BoundField]:
        return [self[name] for name, _ in self._times()]

    def mails(self) -> Iterator[MailFields]:
        for kind in MAIL_KINDS:
            title, help_text = _TITLES[kind]
            yield MailFields(
                kind=kind,
                title=title,
                help=help_text,
                insert=_INSERT[kind],
                subject=self[_name(kind, "subject")],
                message=self[_name(kind, "message")],
            )

    def lock(self, host_id: int) -> None:  # noqa: ARG002
        lock_page(self.page)

    def note(self, changes: Mapping[str, tuple[FormPart, FormPart]]) -> None:
        note_changes(self.page, changes)

    def store(self) -> None:
        save_notifications(self.page, self.values())

    def values(self) -> NotificationsTab:
        data = self.cleaned_data
        return NotificationsTab(
            reminders=[
                Reminder(**field.what(), minutes=minutes)
                for name, field in self._times()
                for minutes in data[name]
            ],
            texts={
                kind: MailText(data[_name(kind, "subject")], data[_name(kind, "message")])
                for kind in MAIL_KINDS
            },
        )

    def placeholders(self) -> list[str]:
        """What can be used in all texts, in braces."""
        return [f"{{{name}}}" for name in self._names]

    def chips(self) -> list[tuple[str, str]]:
        """Each of them, and what its button says."""
        return [(f"{{{name}}}", _chip(name)) for name in self._names]


def _chip(name: str) -> str:
    if name in _CHIPS:
        return str(_CHIPS[name])
    return gettext("Answer: %(key)s") % {"key": name.removeprefix(OF_ANSWER)}


def _name(kind: str, part: str) -> str:
    return part if kind == "confirmed" else f"{kind}_{part}"
