"""What a draft's host reads, changes and confirms. It is judged as if they had typed all of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import User
from timetuna.calendars.queries import conference_kinds, usable
from timetuna.drafts.plan import KINDS, LONGEST, MOST_LENGTHS, MOST_OPTIONS, minute_in
from timetuna.l10n.lists import in_words
from timetuna.pages.forms.fields import LineField, WordsField, switch
from timetuna.pages.forms.question import OptionsField
from timetuna.pages.meeting_types import FIRST
from timetuna.pages.meeting_types.base import MeetingKind, meeting_kind, meeting_kinds
from timetuna.pages.models import CHOOSING, Question

LONGEST_SENTENCE = 500
_SPAN = re.compile(r"\s*(\S+?)\s*(?:-|\N{EN DASH}|to|bis)\s*(\S+)\s*")
_DEFAULT_HOURS = gettext_lazy("Your usual hours")


class SentenceForm(forms.Form):
    sentence = LineField(
        label=gettext_lazy("Describe the page"),
        max_length=LONGEST_SENTENCE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write a sentence about the page.")},
    )


class SpansField(LineField):
    """Times of one day, as "9:00 - 12:00, 13:00 - 17:00"; cleaned to pairs of minutes."""

    def clean(self, value: Any) -> Any:
        spans = []
        for part in filter(str.strip, re.split(r"[,;]", super().clean(value))):
            found = _SPAN.fullmatch(part)
            start, end = (minute_in(one) for one in found.groups()) if found else (None, None)
            if start is None or end is None or start >= end:
                raise forms.ValidationError(gettext("Enter times such as 9:00 - 12:00, 13:00 - 17:00."))
            spans.append((start, end))
        spans.sort()
        if any(after[0] < before[1] for before, after in pairwise(spans)):
            raise forms.ValidationError(gettext("Two of these times overlap."))
        return spans


class LengthsField(LineField):
    """Lengths in minutes, as "15, 30"; cleaned to whole numbers."""

    def clean(self, value: Any) -> Any:
        words = [word.strip() for word in super().clean(value).split(",") if word.strip()]
        whole = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) <= 4]  # noqa: PLR2004
        if not whole or len(whole) != len(words) or not all(1 <= one <= LONGEST for one in whole):
            raise forms.ValidationError(gettext("Enter minutes, such as 15, 30. Each can be from 1 to 720."))
        if len(set(whole)) > MOST_LENGTHS:
            raise forms.ValidationError(
                gettext("There can be %(most)d lengths at most.") % {"most": MOST_LENGTHS}
            )
        return sorted(set(whole))


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the list. state: made, differs or cannot.  fields: what changes it.  note: why it differs."""

    state: str
    label: str
    text: str
    fields: tuple[forms.BoundField, ...] = ()
    note: str = ""

    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


class PlanForm(forms.Form):
    """Begins with what was read out of the model's answer."""

    title = LineField(
        label=gettext_lazy("Title"),
        max_length=120,
        error_messages={"required": gettext_lazy("Give the page a title.")},
    )
    description = WordsField(
        label=gettext_lazy("Description"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    minutes = LengthsField(label=gettext_lazy("Lengths in minutes"), max_length=60)
    confirm = switch(
        gettext_lazy("You confirm each booking"),
        gettext_lazy("Guests ask for a time, and you say yes or no."),
    )

    def __init__(self, host: User, plan: Mapping[str, Any], data: Any = None) -> None:
        self.host, self.plan = host, plan
        super().__init__(data)
        self.kinds = meeting_kinds()
        ready = conference_kinds()
        self.usable = {
            kind.slug
            for kind in self.kinds
            if not kind.makes_link or (kind.slug in ready and usable(host.pk, kind.slug))
        }
        self.initial = {name: plan.get(name, "") for name in ("title", "description", "confirm")}
        self.initial["minutes"] = ", ".join(map(str, plan.get("minutes") or [30]))
        self._add_kinds(plan.get("meeting_types", {}))
        self._add_hours(plan.get("hours", []))
        self.numbers = range(len(plan.get("questions", [])))
        for number in self.numbers:
            self._add_question(number, plan["questions"][number])

    def _add_kinds(self, wanted: Mapping[str, str]) -> None:
        on = wanted.keys() & self.usable or {FIRST.slug}
        for kind in self.kinds:
            if kind.slug not in self.usable:
                continue
            self.fields[f"type_{kind.slug}"] = switch(kind.title, kind.help_text)
            self.initial[f"type_{kind.slug}"] = kind.slug in on
            if kind.detail:
                self.fields[kind.detail.name] = LineField(
                    label=kind.detail.label,
                    max_length=kind.detail.longest,
                    required=False,
                    help_text=kind.detail.help_text,
                )
                self.initial[kind.detail.name] = wanted.get(kind.slug, "")

    def _add_hours(self, hours: list[list[int]]) -> None:
        for number, day in WEEKDAYS.items():
            spans = [f"{_clock(start)} - {_clock(end)}" for weekday, start, end in hours if weekday == number]
            self.fields[f"hours_{number}"] = SpansField(label=day, max_length=100, required=False)
            self.initial[f"hours_{number}"] = ", ".join(spans)

    def _add_question(self, number: int, asked: Mapping[str, Any]) -> None:
        kinds = [(kind, label) for kind, label in Question.Kind.choices if kind in KINDS]
        fields: dict[str, forms.Field] = {
            "label": LineField(
                label=gettext("Question"),
                max_length=200,
                required=False,
                help_text=gettext("Left empty, it is not asked."),
            ),
            "kind": forms.ChoiceField(label=gettext("Answer"), choices=kinds),
            "required": switch(gettext("Required"), ""),
            "options": OptionsField(
                label=gettext("Options"),
                max_length=(MOST_OPTIONS + 1) * 101,
                required=False,
                help_text=gettext("One per line, where guests choose."),
                widget=forms.Textarea(attrs={"rows": 3}),
            ),
        }
        for name, field in fields.items():
            self.fields[f"q{number}_{name}"] = field
            value = asked[name]
            self.initial[f"q{number}_{name}"] = "\n".join(value) if name == "options" else value

    def clean(self) -> None:
        """What one field asks of another."""
        chosen = self._chosen()
        if not chosen:
            self.add_error(f"type_{FIRST.slug}", gettext("Choose one way to meet at least."))
        for kind in chosen:
            detail = self.cleaned_data.get(kind.detail.name, "") if kind.detail else ""
            if (refusal := kind.refusal(detail, ready=True)) and kind.detail:
                self.add_error(kind.detail.name, refusal)
        for number in self.numbers:
            chooses = self._value(number, "label") and self._value(number, "kind") in CHOOSING
            if chooses and len(self._value(number, "options") or ()) < 2:  # noqa: PLR2004
                self.add_error(f"q{number}_options", gettext("Add at least two options."))

    def _chosen(self) -> list[MeetingKind]:
        return [kind for kind in self.kinds if self.cleaned_data.get(f"type_{kind.slug}")]

    def _value(self, number: int, name: str) -> Any:
        return self.cleaned_data.get(f"q{number}_{name}")

    def meeting_types(self) -> dict[str, str]:
        """Of what was sent: each with its detail."""
        return {
            kind.slug: self.cleaned_data.get(kind.detail.name, "") if kind.detail else ""
            for kind in self._chosen()
        }

    def hours(self) -> list[tuple[int, int, int]]:
        return [(day, start, end) for day in WEEKDAYS for start, end in self.cleaned_data[f"hours_{day}"]]

    def questions(self) -> list[dict[str, Any]]:
        """Those that have not been emptied."""
        names = ("label", "kind", "required", "options")
        rows = [{name: self._value(number, name) for name in names} for number in self.numbers]
        return [
            row | {"options": row["options"] if row["kind"] in CHOOSING else []}
            for row in rows
            if row["label"]
        ]

    def items(self) -> Iterator[Item]:
        """All that will be made, each with what changes it; then what cannot be."""
        yield Item("made", gettext("Title"), self._shown("title"), self._named("title"))
        yield Item(
            "made",
            gettext("Description"),
            self._shown("description") or gettext("None"),
            self._named("description"),
        )
        named = bool(self.plan.get("minutes"))
        note = "" if named else gettext("The sentence names no length.")
        yield Item(
            "made" if named else "differs",
            gettext("Length"),
            gettext("%(minutes)s min") % {"minutes": self._shown("minutes")},
            self._named("minutes"),
            note,
        )
        yield self._how()
        yield self._when()
        for number in self.numbers:
            names = [f"q{number}_{name}" for name in ("label", "kind", "required", "options")]
            yield Item(
                "made",
                gettext("Question"),
                self._shown(names[0]) or gettext("Not asked"),
                self._named(*names),
            )
        wanted = gettext("Yes") if self["confirm"].value() else gettext("No: a booking holds at once")
        yield Item("made", gettext("You confirm"), wanted, self._named("confirm"))
        yield from self._cannot()

    def _cannot(self) -> Iterator[Item]:
        if self.plan.get("price"):
            yield Item(
                "cannot",
                gettext("Price"),
                self.plan["price"],
                note=gettext("Guests cannot pay on a booking page yet."),
            )
        for other in self.plan.get("others", []):
            yield Item(
                "cannot",
                gettext("Also wished"),
                other,
                note=gettext("It may be among the settings of the page, once that is made."),
            )

    def _how(self) -> Item:
        on = [kind for kind in self.kinds if kind.slug in self.usable and self[f"type_{kind.slug}"].value()]
        missing = [
            meeting_kind(slug) for slug in self.plan.get("meeting_types", {}) if slug not in self.usable
        ]
        lacks = " ".join(lack.note for kind in missing if (lack := kind.lack(on=False)))
        names = [f"type_{kind.slug}" for kind in self.kinds if kind.slug in self.usable]
        names += [kind.detail.name for kind in self.kinds if kind.slug in self.usable and kind.detail]
        said = in_words([str(kind.title) for kind in on]) or gettext("Nothing chosen")
        unsaid = "" if self.plan.get("meeting_types") else gettext("The sentence does not say how you meet.")
        note = lacks or unsaid
        return Item("differs" if note else "made", gettext("How you meet"), said, self._named(*names), note)

    def _when(self) -> Item:
        names = [f"hours_{number}" for number in WEEKDAYS]
        days = [
            f"{day} {self._shown(name)}"
            for day, name in zip(WEEKDAYS.values(), names, strict=True)
            if self._shown(name)
        ]
        text = "; ".join(days) or str(_DEFAULT_HOURS)
        return Item("made", gettext("When"), text, self._named(*names), "")

    def _shown(self, name: str) -> str:
        return str(self[name].value() or "")

    def _named(self, *names: str) -> tuple[forms.BoundField, ...]:
        return tuple(self[name] for name in names)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
