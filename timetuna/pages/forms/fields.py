"""Fields of a host's forms. Words are made harmless and never cut short behind the host's back."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from timetuna.l10n.datetimes import zone_name
from timetuna.l10n.zone_search import LONGEST_NAME, find_zones, zone_meant
from timetuna.lib.text import find_zone, multi_line, single_line
from timetuna.web.forms import Switch

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MIDNIGHT = 1_440
MOST_OF_A_CAP = 1_000
YEARS = range(2000, 2101)
LONGEST_NOTICE_DAYS = 90
NOTICE_UNITS = {"days": 1_440, "hours": 60, "minutes": 1}
_ROOM = 4  # how many times too long a text may be and still come back whole, with a sentence
_NAMED = 3
_A_DATE = format_lazy(gettext_lazy("Enter a date from {first} to {last}."), first=YEARS[0], last=YEARS[-1])


class LineField(forms.CharField):
    def __init__(self, *, label: "StrOrPromise", max_length: int, **options: Any) -> None:
        too_long = format_lazy(gettext_lazy("This can have {most} characters at most."), most=max_length)
        options.setdefault("error_messages", {}).setdefault("max_length", too_long)
        super().__init__(label=label, max_length=max_length, **options)

    def to_python(self, value: Any) -> str:
        """Without invisible characters."""
        return single_line(super().to_python(value) or "", max_length=_room(self.max_length))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the text itself say in which direction it reads, and no browser cut off what is pasted."""
        attrs = super().widget_attrs(widget) | {"dir": "auto"}
        return {name: value for name, value in attrs.items() if name != "maxlength"}


class WordsField(LineField):
    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Without invisible characters."""
        return multi_line(forms.CharField.to_python(self, value) or "", max_length=_room(self.max_length))


class SubjectField(LineField):
    """One line of a mail's header: more than one is refused, not mended."""

    def to_python(self, value: Any) -> str:
        if len(str(value or "").strip().splitlines()) > 1:
            raise forms.ValidationError(gettext("The subject has to be one line."))
        return super().to_python(value)


def whole_number(
    label: "StrOrPromise", least: int, most: int, help_text: "StrOrPromise" = "", *, required: bool = True
) -> forms.IntegerField:
    """With one sentence for every mistake."""
    sentence = format_lazy(
        gettext_lazy("Enter a whole number from {least} to {most}."), least=least, most=most
    )
    names = ("required", "invalid", "min_value", "max_value")
    field = forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
        required=required,
        error_messages=dict.fromkeys(names, sentence),
    )
    field.widget.attrs["inputmode"] = "numeric"
    return field


def switch(label: "StrOrPromise", help_text: "StrOrPromise") -> forms.BooleanField:
    widget = Switch(attrs={"role": "switch"})
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=widget)


_A_CAP = {
    "day": gettext_lazy("At most per day"),
    "week": gettext_lazy("At most per week"),
    "month": gettext_lazy("At most per month"),
}


def cap_field(period: str, help_text: "StrOrPromise") -> forms.IntegerField:
    """Empty is no limit. period: "day", "week" or "month"."""
    field = whole_number(_A_CAP[period], 1, MOST_OF_A_CAP, help_text, required=False)
    field.widget.attrs["placeholder"] = gettext_lazy("No limit")
    return field


def notice_field(help_text: "StrOrPromise", *, required: bool = True) -> forms.IntegerField:
    """The number; a field of its own has the unit."""
    return whole_number(
        gettext_lazy("Minimum notice"), 0, LONGEST_NOTICE_DAYS * MIDNIGHT, help_text, required=required
    )


def notice_parts(minutes: int) -> tuple[int, str]:
    """A number and its unit, the largest that fits."""
    fitting = (unit for unit, length in NOTICE_UNITS.items() if minutes % length == 0)
    unit = next(fitting) if minutes else "hours"
    return minutes // NOTICE_UNITS[unit], unit


class ZoneField(forms.CharField):
    """A zone that is searched for, shown as pages write it; a city or a country with one clock will do."""

    def __init__(self, **options: Any) -> None:
        searched = {
            "data-zones": reverse_lazy("public_zones"),
            "data-zones-label": gettext_lazy("Time zones"),
            "data-zones-none": gettext_lazy(
                "Nothing of this name is known. Try the country, or a larger city nearby."
            ),
            "data-zones-keep": "",
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        super().__init__(
            label=gettext_lazy("Time zone"),
            max_length=LONGEST_NAME,
            widget=forms.TextInput(attrs=searched),
            error_messages=dict.fromkeys(("required", "max_length"), gettext_lazy("Choose a time zone.")),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """By its name, where it is a zone's."""
        zone = find_zone(value) if isinstance(value, str) else None
        return zone_name(zone) if zone else value

    def clean(self, value: Any) -> str:
        """Its IANA name. Raises ValidationError where it is not clear which is meant."""
        typed = str(super().clean(value))
        now = timezone.now()
        if zone := zone_meant(typed, now=now):
            return zone.key
        if not typed:
            return ""
        if found := find_zones(typed, now=now)[:_NAMED]:
            names = "; ".join(zone_name(one.zone) for one in found)
            raise forms.ValidationError(
                gettext("It is not clear which time zone you mean. Choose one, such as %(names)s.")
                % {"names": names}
            )
        raise forms.ValidationError(
            gettext("There is no time zone of this name. Try a large city, such as Berlin.")
        )


class DayInput(forms.DateInput):
    """Typed, or picked from a month of ours."""

    input_type, template_name = "date", "components/day_input.html"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """One date."""

    widget = DayInput

    def __init__(self, *, label: "StrOrPromise", **options: Any) -> None:
        messages = {"required": gettext_lazy("Enter a date."), "invalid": _A_DATE}
        super().__init__(label=label, input_formats=["%Y-%m-%d"], error_messages=messages, **options)

    def to_python(self, value: Any) -> date | None:
        """Raises ValidationError for one that no calendar of ours shows."""
        day = super().to_python(value)
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(_A_DATE)
        return day


def clock(minute: int) -> str:
    """HH:MM; the end of the day is 00:00, as on the clock."""
    return f"{minute % MIDNIGHT // 60:02}:{minute % 60:02}"


def _room(max_length: int | None) -> int:
    return _ROOM * (max_length or 1)
