"""What fields say to a value they refuse, in our words in place of Django's, where a form has none of its own.

Fields take these sentences as they are made, so it comes before any module with a form.
"""

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.utils.translation import gettext_lazy as lazy_for_hosts

_ANOTHER_CHOICE = gettext_lazy("Choose one of those that are offered.")
_SENTENCES: dict[Any, dict[str, Any]] = {
    forms.Field: {"required": gettext_lazy("Fill this in.")},
    forms.ChoiceField: {"invalid_choice": _ANOTHER_CHOICE},
    forms.MultipleChoiceField: {"invalid_choice": _ANOTHER_CHOICE},
    forms.ModelChoiceField: {"invalid_choice": _ANOTHER_CHOICE},
    forms.ModelMultipleChoiceField: {"invalid_choice": _ANOTHER_CHOICE, "invalid_pk_value": _ANOTHER_CHOICE},
    forms.DateField: {"invalid": lazy_for_hosts("This is not a date; one looks like 2027-01-31.")},
    forms.TimeField: {"invalid": lazy_for_hosts("This is not a time; one looks like 14:30.")},
    forms.URLField: {"invalid": lazy_for_hosts("Enter the full address, such as https://example.org.")},
    forms.FileField: {
        "invalid": lazy_for_hosts("Choose a file."),
        "missing": lazy_for_hosts("Choose a file."),
        "empty": lazy_for_hosts("This file is empty."),
    },
}
_OF_VALIDATORS: dict[Any, Any] = {
    validators.EmailValidator: gettext_lazy(
        "This does not look like an email address; it should be like name@example.org."
    ),
    validators.URLValidator: lazy_for_hosts("Enter the full address, such as https://example.org."),
    validators.MaxLengthValidator: ngettext_lazy(
        "This can have %(limit_value)d character at most; it has %(show_value)d.",
        "This can have %(limit_value)d characters at most; it has %(show_value)d.",
        "limit_value",
    ),
    validators.MinValueValidator: lazy_for_hosts("This has to be %(limit_value)s at least."),
    validators.MaxValueValidator: lazy_for_hosts("This can be %(limit_value)s at most."),
    validators.ProhibitNullCharactersValidator: gettext_lazy("This has a character that cannot be stored."),
}


def use_our_words() -> None:
    """Put our sentences in the place of Django's, for all fields that are made from now on."""
    for field, sentences in _SENTENCES.items():
        field.default_error_messages.update(sentences)
    for validator, sentence in _OF_VALIDATORS.items():
        validator.message = sentence
