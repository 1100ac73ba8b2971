"""One of the questions that a page asks its guests."""

import secrets
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from django import forms
from django.db.models import Max
from django.utils.translation import gettext, gettext_lazy

from timetuna.lib.text import single_line
from timetuna.pages.forms.fields import LineField, WordsField, switch
from timetuna.pages.forms.page_form import lock_page
from timetuna.pages.models import CHOOSING, BookingPage, Question
from timetuna.pages.slugs import from_title
from timetuna.web.saving import ColumnsForm

MOST, MOST_OPTIONS, OPTION_LENGTH = 20, 30, 100
KEY_LENGTH = 40
ALWAYS = "always"
Kind = Question.Kind
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_CHOOSE = {
    "required": gettext_lazy("Choose one from the list."),
    "invalid_choice": gettext_lazy("Choose one from the list."),
}
Options = list[dict[str, str]]


class OptionsField(WordsField):
    """One option a line; cleaned to the labels."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(one["label"] for one in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [single_line(line, max_length=4 * OPTION_LENGTH) for line in super().clean(value).split("\n")]
        labels = [line for line in lines if line]
        if long := next((label for label in labels if len(label) > OPTION_LENGTH), None):
            raise forms.ValidationError(
                gettext("“%(text)s…” is too long. An option can have %(most)s characters at most.")
                % {"text": long[:30], "most": OPTION_LENGTH}
            )
        if len(labels) > MOST_OPTIONS:
            raise forms.ValidationError(
                gettext("There can be %(most)s options at most.") % {"most": MOST_OPTIONS}
            )
        folded = [label.casefold() for label in labels]
        if twice := next((label for label in labels if folded.count(label.casefold()) > 1), None):
            raise forms.ValidationError(gettext("“%(text)s” stands here twice.") % {"text": twice})
        return labels


def with_ids(labels: Sequence[str], stored: Options) -> Options:
    """Each label with the id of the option that it was; a line that was changed stays the same option."""
    ids = {one["label"]: one["id"] for one in stored}
    gone = [one for one in stored if one["label"] not in labels]
    changed = _changed([label for label in labels if label not in ids], gone)
    taken = {one["id"] for one in stored}
    found: Options = []
    for label in labels:
        option = ids.get(label) or changed.get(label) or _new_id(taken)
        taken.add(option)
        found.append({"id": option, "label": label})
    return found


def _changed(labels: Sequence[str], gone: Options) -> dict[str, str]:
    """In their order where as many came as went, else the most alike."""
    if len(labels) == len(gone):
        return {label: one["id"] for label, one in zip(labels, gone, strict=True)}
    found: dict[str, str] = {}
    pairs = [(_likeness(label, one["label"]), label, one["id"]) for label in labels for one in gone]
    for likeness, label, option in sorted(pairs, reverse=True):
        if likeness > 0.6 and label not in found and option not in found.values():  # noqa: PLR2004
            found[label] = option
    return found


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _new_id(taken: set[str]) -> str:
    while (found := "".join(secrets.choice(_SIGNS) for _ in range(6))) in taken:
        pass
    return found


class QuestionForm(ColumnsForm[Question]):
    """A new one of the page, or one that there is."""

    class Meta:
        model = Question
        fields = ("label", "kind", "help", "required", "hidden", "options", "terms")

    label = LineField(
        label=gettext_lazy("Question"),
        max_length=200,
        help_text=gettext_lazy("As your guest reads it. Bookings keep what was asked then."),
        error_messages={"required": gettext_lazy("Enter your question.")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("Answer"), choices=Kind.choices, error_messages=_CHOOSE)
    help = LineField(label=gettext_lazy("Help text"), max_length=300, required=False)
    options = OptionsField(
        label=gettext_lazy("Options"),
        max_length=MOST_OPTIONS * (OPTION_LENGTH + 1),
        required=False,
        help_text=gettext_lazy(
            "One per line. A line that you change stays the same option for what depends on it."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    terms = WordsField(
        label=gettext_lazy("What is agreed to"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy("Shown beside the checkbox, and kept with each booking as it was."),
    )
    required = switch(gettext_lazy("Required"), gettext_lazy("Guests cannot book without an answer."))
    hidden = switch(
        gettext_lazy("Hidden, filled in by the link"),
        gettext_lazy("Guests are not asked; your website puts the answer into the page’s address."),
    )
    when = forms.ChoiceField(label=gettext_lazy("Asked"), error_messages=_CHOOSE)

    def __init__(self, page: BookingPage, question: Question | None, data: Any = None) -> None:
        self.is_new = question is None
        question = question or Question(page=page)
        self.page = page
        self.others = [one for one in Question.objects.filter(page=page.pk) if one.pk != question.pk]
        initial = {"when": f"{question.when_key}:{question.when_option}" if question.when_key else ALWAYS}
        super().__init__(data, instance=question, initial=initial)
        field = self.fields["when"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - said for the type checker
        field.choices = [(ALWAYS, gettext("Always")), *self._conditions()]

    def _conditions(self) -> Iterator[tuple[str, str]]:
        """Answers of earlier questions that are asked in any case."""
        for one in self.others:
            earlier = self.is_new or (one.position, one.pk) < (self.instance.position, self.instance.pk)
            if earlier and not one.hidden and not one.when_key:
                for option, label in one.choices():
                    said = gettext("Only if “%(question)s” is “%(answer)s”")
                    if one.kind == Kind.YES:
                        said = gettext("Only if “%(question)s” is ticked")
                    yield f"{one.key}:{option}", said % {"question": one.label, "answer": label}

    def dependent(self) -> list[Question]:
        return [one for one in self.others if self.instance.key and one.when_key == self.instance.key]

    def clean(self) -> None:
        """What one field asks of another."""
        data = self.cleaned_data
        kind, hidden = data.get("kind"), data.get("hidden")
        if kind in CHOOSING and len(data.get("options") or ()) < 2 and "options" not in self.errors:  # noqa: PLR2004
            self.add_error("options", gettext("Add at least two options."))
        if kind == Kind.CONSENT and not data.get("terms"):
            self.add_error("terms", gettext("Enter the text guests agree to."))
        if hidden and data.get("required"):
            self.add_error("required", gettext("Nobody can be made to answer what they are not asked."))
        if hidden and kind == Kind.CONSENT:
            self.add_error("hidden", gettext("Nobody agrees to something by following a link."))
        if (hidden or data.get("when", ALWAYS) != ALWAYS) and self.dependent():
            self.add_error(
                "hidden" if hidden else "when",
                gettext("“%(question)s” is asked depending on this one, so this one is asked always.")
                % {"question": self.dependent()[0].label},
            )
        if kind in CHOOSING:
            data["options"] = with_ids(data.get("options") or (), self.instance.options)
        else:
            data["options"] = []

    def lock(self, host_id: int) -> None:  # noqa: ARG002
        lock_page(self.page)

    def store(self) -> bool | None:
        """False where the page has as many as it can have."""
        row = self.instance
        if self.is_new:
            if len(self.others) >= MOST:
                self.add_error(
                    None,
                    gettext("A page can ask %(most)s questions at most. Delete one that you do not need.")
                    % {"most": MOST},
                )
                return False
            row.key = free_key(row.label, {one.key for one in self.others})
            last = Question.objects.filter(page=self.page.pk).aggregate(last=Max("position"))["last"]
            row.position = 0 if last is None else last + 1
        when = self.cleaned_data["when"]
        row.when_key, _, row.when_option = ("", "", "") if when == ALWAYS else when.partition(":")
        row.save()
        lost = [one for one in self.dependent() if one.when_option not in dict(row.choices())]
        Question.objects.filter(pk__in=[one.pk for one in lost]).update(when_key="", when_option="")
        return None


def free_key(label: str, taken: set[str]) -> str:
    """Made from the label: "company", "company-2"."""
    wanted = from_title(label)[:KEY_LENGTH].strip("-")
    found, number = wanted, 1
    while found in taken:
        number += 1
        ending = f"-{number}"
        found = wanted[: KEY_LENGTH - len(ending)] + ending
    return found
