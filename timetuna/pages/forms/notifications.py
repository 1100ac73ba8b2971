"""The editor's tab Notifications."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from timetuna.lib.text import unknown
from timetuna.pages.actions.save_notifications import MAIL_KINDS, NotificationsTab, save_notifications
from timetuna.pages.forms import time_spans
from timetuna.pages.forms.fields import LineField, SubjectField, WordsField
from timetuna.pages.forms.page_form import lock_page, note_changes
from timetuna.pages.models import BookingPage, Question, Reminder
from timetuna.pages.queries import OF_ANSWER, MailText, mail_text
from timetuna.web.saving import FormPart, HostForm

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
_TITLES = {
    "confirmed": ("Confirmation", "Sent as soon as a time is booked."),
    "moved": ("New time", "Sent when a booking is moved."),
    "cancelled": ("Cancellation", "Sent when a booking is cancelled."),
    "reminder": ("Reminder", "Sent before the meeting, at the times above."),
    "follow_up": ("Follow-up", "Sent after the meeting, if that is on."),
}


class _Placeholders:
    """Checks that all in a text can be filled in. names: without their braces."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def __call__(self, text: str) -> None:
        if strangers := unknown(text, self.names):
            known = ", ".join(f"{{{name}}}" for name in self.names)
            raise forms.ValidationError(
                f"TimeTuna cannot fill in {', '.join(strangers)}. You can use {known}."
            )


class LeadTimesField(LineField):
    """Lengths of time in a line, kept as minutes; each is a row like `reminder`.

    offers: what can be had by one press.  when: how each reads on.
    """

    def __init__(
        self, reminder: Reminder, *, label: str, most: int = time_spans.MOST, help_text: str
    ) -> None:
        super().__init__(label=label, max_length=100, required=False, help_text=help_text)
        self.reminder, self.most = reminder, most
        follows = reminder.kind == Reminder.Kind.FOLLOW_UP
        self.offers = "1 h, 24 h, 7 days" if follows else "15 min, 1 h, 24 h, 2 days, 7 days"
        self.when = "after" if follows else "before"

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
            sentence = "Choose one." if self.most == 1 else f"Choose {self.most} at most."
            raise forms.ValidationError(sentence)
        return found


@dataclass(frozen=True, slots=True)
class MailFields:
    kind: str
    title: str
    help: str
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
        label="Remind guests",
        help_text="How long before the start, like 24 h, 1 h. Up to five; empty sends none.",
    )
    host_reminders = LeadTimesField(
        Reminder(audience="host"), label="Remind me", help_text="The same, for your own mailbox."
    )
    follow_up = LeadTimesField(
        Reminder(audience="guest", kind="follow_up"),
        label="Follow-up mail to guests",
        most=1,
        help_text="How long after the end, like 1 h. Empty sends none.",
    )

    def __init__(self, page: BookingPage, data: Any = None, _files: Any = None) -> None:
        self.page = page
        super().__init__(data)
        keys = page.questions.exclude(kind=Question.Kind.CONSENT).values_list("key", flat=True)
        self._names = (*PLACEHOLDERS, *(f"{OF_ANSWER}{key.lower()}" for key in keys))
        for name, field in self._times():
            minutes = page.reminders.filter(**field.what()).values_list("minutes", flat=True)
            self.initial[name] = time_spans.show(list(minutes))
        for kind in MAIL_KINDS:
            self._add_texts(kind, mail_text(page, kind))

    def _add_texts(self, kind: str, stored: MailText) -> None:
        title, _ = _TITLES[kind]
        self.fields[_name(kind, "subject")] = SubjectField(
            label="Subject",
            max_length=150,
            required=False,
            validators=[_Placeholders(self._names)],
            initial=stored.subject,
            help_text="Leave it empty for TimeTuna's own.",
        )
        self.fields[_name(kind, "message")] = WordsField(
            label="Extra message",
            max_length=2_000,
            required=False,
            validators=[_Placeholders(self._names)],
            initial=stored.message,
            help_text=f"Stands in the {title.lower()} below the time and the place.",
        )

    def _times(self) -> list[tuple[str, LeadTimesField]]:
        return [(name, field) for name, field in self.fields.items() if isinstance(field, LeadTimesField)]

    def times(self) -> list[forms.BoundField]:
        return [self[name] for name, _ in self._times()]

    def mails(self) -> Iterator[MailFields]:
        for kind in MAIL_KINDS:
            title, help_text = _TITLES[kind]
            yield MailFields(
                kind, title, help_text, self[_name(kind, "subject")], self[_name(kind, "message")]
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


def _name(kind: str, part: str) -> str:
    return part if kind == "confirmed" else f"{kind}_{part}"
