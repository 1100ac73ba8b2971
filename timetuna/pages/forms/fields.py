"""Fields for a host's words: made harmless, never cut short behind the host's back."""

from typing import Any

from django import forms

from timetuna.lib.text import multi_line, single_line

_ROOM = 4  # how many times too long a text may be and still come back whole, with a sentence


class LineField(forms.CharField):
    """One visible line."""

    def __init__(self, *, label: str, max_length: int, **options: Any) -> None:
        too_long = f"This can have {max_length} characters at most."
        options.setdefault("error_messages", {}).setdefault("max_length", too_long)
        super().__init__(label=label, max_length=max_length, **options)

    def to_python(self, value: Any) -> str:
        """Return the text as one line without invisible characters."""
        return single_line(super().to_python(value) or "", max_length=_room(self.max_length))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the text itself say in which direction it reads."""
        return super().widget_attrs(widget) | {"dir": "auto"}


class WordsField(LineField):
    """Several lines."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Return the text, each of its lines without invisible characters."""
        return multi_line(forms.CharField.to_python(self, value) or "", max_length=_room(self.max_length))


class SubjectField(LineField):
    """One line of a mail's header: more than one is refused, not mended."""

    def to_python(self, value: Any) -> str:
        """Return the line. Raises ValidationError where there is a line end in it."""
        if len(str(value or "").strip().splitlines()) > 1:
            raise forms.ValidationError("The subject has to be one line.")
        return super().to_python(value)


def whole_number(*, label: str, least: int, most: int, unit: str = "", **options: Any) -> forms.IntegerField:
    """Return a field for a whole number from `least` to `most`, with one sentence for every mistake."""
    sentence = f"Enter a whole number from {least} to {most}."
    names = ("required", "invalid", "min_value", "max_value")
    field = forms.IntegerField(
        label=label, min_value=least, max_value=most, error_messages=dict.fromkeys(names, sentence), **options
    )
    field.widget.attrs["inputmode"] = "numeric"
    if unit:
        field.widget.attrs["data-unit"] = unit
    return field


def _room(max_length: int | None) -> int:
    return _ROOM * (max_length or 1)
