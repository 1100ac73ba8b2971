"""A time zone as people type it."""

from typing import Any

from django import forms

from timetuna.lib.zones import zone_meant


class ZoneField(forms.CharField):
    """The IANA name of a zone, with a list to choose from; a city's name alone will do."""

    widget = forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"})

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Time zone",
            max_length=64,
            error_messages={"required": "Choose a time zone.", "max_length": "Choose a time zone."},
            **options,
        )

    def clean(self, value: Any) -> str:
        """Return the zone's name. Raises ValidationError where it is not clear which is meant."""
        typed = str(super().clean(value))
        name = zone_meant(typed)
        if typed and not name:
            raise forms.ValidationError(
                "There is no time zone of this name. Try a large city, such as Berlin."
            )
        return name
