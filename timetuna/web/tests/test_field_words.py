"""What Django would say about a field, it says in our words, and in each language that guests read."""

import pytest
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

CHOICE = "Choose one of those that are offered."
FIELDS = [
    (forms.CharField(), "", "Fill this in."),
    (forms.CharField(max_length=3), "four", "This can have 3 characters at most; it has 4."),
    (forms.CharField(max_length=1), "two", "This can have 1 character at most; it has 3."),
    (forms.CharField(), "\0", "This has a character that cannot be stored."),
    (
        forms.EmailField(),
        "ann",
        "This does not look like an email address; it should be like name@example.org.",
    ),
    (forms.ChoiceField(choices=[("a", "A")]), "b", CHOICE),
    (forms.TypedChoiceField(choices=[("a", "A")]), "b", CHOICE),
    (forms.MultipleChoiceField(choices=[("a", "A")]), ["b"], CHOICE),
    (forms.DateField(), "soon", "This is not a date; one looks like 2027-01-31."),
    (forms.TimeField(), "noon", "This is not a time; one looks like 14:30."),
    (
        forms.URLField(assume_scheme="https"),
        "no address",
        "Enter the full address, such as https://example.org.",
    ),
    (forms.IntegerField(max_value=5), "6", "This can be 5 at most."),
    (forms.IntegerField(min_value=5), "4", "This has to be 5 at least."),
    (forms.FileField(), "text", "Choose a file."),
    (forms.FileField(), SimpleUploadedFile("a.json", b""), "This file is empty."),
]


@pytest.mark.parametrize(("field", "value", "sentence"), FIELDS, ids=lambda one: type(one).__name__)
def test_a_field_says_it_in_our_words(field, value, sentence):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(value)

    assert refused.value.messages == [sentence]


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_what_guests_may_meet_is_in_their_language(language):
    said = []
    for field, value, _ in FIELDS[:8]:
        with pytest.raises(forms.ValidationError) as refused:
            field.clean(value)
        with translation.override(language):
            said += refused.value.messages

    assert not {*said} & {sentence for _, _, sentence in FIELDS}
