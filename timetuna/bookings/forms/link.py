"""What a host says of a new link to a page, or of one for each of many people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import User
from timetuna.availability.hours import day_start
from timetuna.bookings.forms.questions import TickList
from timetuna.bookings.guests import Guest, read_guests
from timetuna.bookings.visitor import ANSWER
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.lib.mail import clean_address
from timetuna.pages.actions.make_links import MOST_AT_ONCE, LinkFor, LinkRules, TooManyLinks, make_links
from timetuna.pages.forms.fields import DayField, LineField, WordsField, switch, whole_number
from timetuna.pages.links import label_of
from timetuna.pages.models import BookingLink, BookingPage, Question
from timetuna.pages.public import PublicPage
from timetuna.web.saving import HostForm

ONCE, TIMES, ANY = "once", "times", "any"
MOST_USES, LONGEST_LENGTH = 1_000, 480
_FILLED = {Question.Kind.CONSENT, Question.Kind.YES}
"""Nobody agrees or ticks by following a link."""


class LinkRulesForm(HostForm):
    """How often, until when and for what a link books. made: the links, once they are stored."""

    uses = forms.ChoiceField(
        label=gettext_lazy("How many bookings"),
        choices=[
            (ONCE, gettext_lazy("Once")),
            (TIMES, gettext_lazy("Several times")),
            (ANY, gettext_lazy("Any number")),
        ],
        widget=forms.RadioSelect,
        initial=ONCE,
        error_messages={
            "required": gettext_lazy("Choose how often."),
            "invalid_choice": gettext_lazy("Choose how often."),
        },
    )
    times = whole_number(gettext_lazy("How many times"), 2, MOST_USES, required=False)
    gives_back = switch(
        gettext_lazy("Cancelled bookings do not count"),
        gettext_lazy("When one is called off, the link can be used for another."),
    )
    expires = DayField(
        label=gettext_lazy("Good until"),
        required=False,
        help_text=gettext_lazy("The last day. Leave it empty for no end."),
    )
    first = DayField(label=gettext_lazy("From"), required=False)
    last = DayField(label=gettext_lazy("To"), required=False)
    lengths = forms.MultipleChoiceField(
        label=gettext_lazy("Lengths"),
        required=False,
        widget=TickList,
        help_text=gettext_lazy("None ticked is as the page has them."),
        error_messages={"invalid_choice": gettext_lazy("Tick lengths from the list.")},
    )
    other_length = whole_number(
        gettext_lazy("Another length"),
        5,
        LONGEST_LENGTH,
        gettext_lazy("In minutes, for this link alone."),
        required=False,
    )
    person = forms.ChoiceField(
        label=gettext_lazy("Who hosts it"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose somebody who hosts the page.")},
    )

    made: Sequence[BookingLink] = ()

    def __init__(self, row: BookingPage, page: PublicPage, by: User, data: Any = None) -> None:
        super().__init__(data, initial={"gives_back": True})
        self.row, self.page, self.by = row, page, by
        self.zone = zone_or_utc(page.time_zone)
        lengths = self.fields["lengths"]
        assert isinstance(lengths, forms.MultipleChoiceField)  # noqa: S101 - said for the type checker
        lengths.choices = [
            (str(one.minutes), gettext("%(minutes)s min") % {"minutes": one.minutes})
            for one in page.durations
        ]
        if page.takes_turns():
            person = self.fields["person"]
            assert isinstance(person, forms.ChoiceField)  # noqa: S101
            turns = [(str(host.row.pk), host.name) for host in page.hosts if host.part == "rotating"]
            person.choices = [("", gettext("Whose turn it is")), *turns]
        else:
            del self.fields["person"]

    def clean(self) -> None:
        """What one field asks of another."""
        data, today = self.cleaned_data, timezone.now().astimezone(self.zone).date()
        if data.get("uses") == TIMES and not data.get("times") and "times" not in self.errors:
            self.add_error("times", gettext("Enter how many times."))
        first, last, expires = data.get("first"), data.get("last"), data.get("expires")
        if expires and expires < today:
            self.add_error("expires", gettext("This day is over."))
        if last and last < today:
            self.add_error("last", gettext("This day is over."))
        if first and last and first > last:
            self.add_error("last", gettext("This is before the first day."))
        if first and not last and "last" not in self.errors:
            self.add_error("last", gettext("Enter the last day, too."))

    def rules(self) -> LinkRules:
        data = self.cleaned_data
        uses = {ONCE: 1, TIMES: data["times"], ANY: None}[data["uses"]]
        lengths = {int(one) for one in data["lengths"]}
        if data["other_length"]:
            lengths.add(data["other_length"])
        return LinkRules(
            uses=uses,
            gives_back=data["gives_back"],
            expires_at=self._end_of_day(),
            lengths=sorted(lengths),
            first=data["first"],
            last=data["last"],
            person_id=int(data["person"]) if data.get("person") else None,
        )

    def _end_of_day(self) -> datetime | None:
        day = self.cleaned_data["expires"]
        if day is None:
            return None
        return datetime.fromtimestamp(day_start(day + timedelta(days=1), zone=self.zone) * 60, self.zone)

    def people(self) -> Sequence[LinkFor]:
        raise NotImplementedError

    def store(self) -> bool:
        """False where the page has as many links as it can have."""
        try:
            self.made = make_links(self.row, self.people(), self.rules(), by=self.by, now=timezone.now())
        except TooManyLinks as error:
            self.add_error(None, str(error))
            return False
        return True


class LinkForm(LinkRulesForm):
    """For one person, or for whoever gets it."""

    label = LineField(
        label=gettext_lazy("For whom"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For you alone: guests never read it."),
    )
    name = LineField(label=gettext_lazy("Their name"), max_length=100, required=False)
    email = forms.CharField(
        label=gettext_lazy("Their email"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    notes = WordsField(
        label=gettext_lazy("Message to you"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        row: BookingPage,
        page: PublicPage,
        by: User,
        data: Any = None,
        *,
        questions: Sequence[Question] = (),
    ) -> None:
        super().__init__(row, page, by, data)
        self.asked = [one for one in questions if one.kind not in _FILLED]
        for one in self.asked:
            self.fields[f"{ANSWER}{one.key}"] = LineField(label=one.label, max_length=500, required=False)

    def answers(self) -> list[forms.BoundField]:
        """What can be filled in of the page's own questions."""
        return [self[f"{ANSWER}{one.key}"] for one in self.asked]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip()
        if not email:
            return ""
        try:
            return clean_address(email)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def people(self) -> Sequence[LinkFor]:
        data = self.cleaned_data
        names = ("name", "email", "notes", *(f"{ANSWER}{one.key}" for one in self.asked))
        prefill = {name: data[name] for name in names if data[name]}
        return [LinkFor(label=data["label"] or label_of(data["name"], data["email"]), prefill=prefill)]


class ManyLinksForm(LinkRulesForm):
    """One for each address that is pasted."""

    addresses = forms.CharField(
        label=gettext_lazy("Addresses"),
        max_length=40_000,
        widget=forms.Textarea(
            attrs={"rows": 6, "autocapitalize": "none", "spellcheck": "false", "dir": "auto"}
        ),
        help_text=format_lazy(
            gettext_lazy("One a line, with or without a name: Zoë Miller <zoe@example.org>. {most} at most."),
            most=MOST_AT_ONCE,
        ),
        error_messages={
            "required": gettext_lazy("Paste the addresses of those who are to get a link."),
            "max_length": format_lazy(
                gettext_lazy("This is too long. There can be {most} addresses at a time."), most=MOST_AT_ONCE
            ),
        },
    )

    def clean_addresses(self) -> tuple[Guest, ...]:
        try:
            found = read_guests(self.cleaned_data["addresses"], most=10 * MOST_AT_ONCE)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if len(found) > MOST_AT_ONCE:
            raise forms.ValidationError(
                gettext("These are %(count)d addresses. There can be %(most)d at a time.")
                % {"count": len(found), "most": MOST_AT_ONCE}
            )
        return found

    def people(self) -> Sequence[LinkFor]:
        return [
            LinkFor(
                label=label_of(one.name, one.email),
                prefill={name: value for name, value in (("name", one.name), ("email", one.email)) if value},
            )
            for one in self.cleaned_data["addresses"]
        ]
