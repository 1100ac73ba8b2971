"""How many bookings are enough."""

from django import forms

from timetuna.pages.forms.fields import whole_number

MOST = 1_000


def cap_field(period: str, *, help_text: str) -> forms.IntegerField:
    """Return the field for the most bookings of a period; empty is no limit."""
    field = whole_number(label=f"At most a {period}", least=1, most=MOST, required=False, help_text=help_text)
    field.widget.attrs["placeholder"] = "No limit"
    return field
