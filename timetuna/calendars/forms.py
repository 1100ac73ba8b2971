"""The form by which an account is connected that has no consent page: its provider says what is asked."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from timetuna.providers.base import LoginField
from timetuna.web.forms import WholeForm

LONGEST = 2_000
_PASSWORD = "password"  # noqa: S105 - a kind of field


class LoginAnswersForm(WholeForm):
    """One field for each answer. What was typed comes back after a failure, a password does not."""

    def __init__(self, answers: Sequence[LoginField], data: Any = None) -> None:
        super().__init__(data)
        for answer in answers:
            self.fields[answer.name] = _field(answer)

    def given(self) -> dict[str, str]:
        return {name: str(self.cleaned_data[name]) for name in self.fields}


def _field(answer: LoginField) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy(answer.label),
        help_text=gettext_lazy(answer.help) if answer.help else "",
        required=answer.required,
        max_length=LONGEST,
        strip=answer.kind != _PASSWORD,
        widget=_widget(answer),
        error_messages={
            "required": gettext_lazy("This is needed."),
            "max_length": format_lazy(gettext_lazy("This can have {most} characters at most."), most=LONGEST),
        },
    )


def _widget(answer: LoginField) -> forms.Widget:
    attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}
    if answer.kind == _PASSWORD:
        return forms.PasswordInput(render_value=False, attrs=attrs | {"autocomplete": "new-password"})
    widget = forms.TextInput(attrs=attrs)
    # An address is typed without its scheme as often as with it; the provider reads both, a browser would refuse one.
    widget.input_type = "email" if answer.kind == "email" else "text"
    if answer.kind == "url":
        widget.attrs["inputmode"] = "url"
    return widget
