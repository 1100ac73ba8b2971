"""What guests read while a page is switched off."""

from django.utils.translation import gettext_lazy

from timetuna.pages.forms.fields import LineField, switch
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.models import BookingPage


class OffForm(PageForm):
    class Meta:
        model = BookingPage
        fields = ("switched_off", "off_note")

    switched_off = switch(
        gettext_lazy("Switched off"),
        gettext_lazy("Nothing new is booked. Meetings that are booked stay, and can be moved."),
    )
    off_note = LineField(
        label=gettext_lazy("Message to guests"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("They read it in place of the times, such as “Back on 7 January.”"),
    )
