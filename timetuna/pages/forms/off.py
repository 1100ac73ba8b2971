"""What guests read while a page is switched off."""

from timetuna.pages.forms.fields import LineField, switch
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.models import BookingPage


class OffForm(PageForm):
    class Meta:
        model = BookingPage
        fields = ("switched_off", "off_note")

    switched_off = switch(
        "Switched off", "Nothing new is booked. Meetings that are booked stay, and can be moved."
    )
    off_note = LineField(
        label="A word to guests",
        max_length=300,
        required=False,
        help_text="They read it in place of the times, such as “Back on 7 January.”",
    )
