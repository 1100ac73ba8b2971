"""Other hours on a date of a schedule, or on each date from one to another."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import User
from timetuna.pages.actions.hours.set_dates import MOST, Dates, TooManyDates, set_dates, stored_dates
from timetuna.pages.forms.hours import typed_hours
from timetuna.pages.forms.schedule import HoursField
from timetuna.pages.models import Schedule
from timetuna.web.saving import HostForm

LONGEST_DAYS = 92
USUAL, CLOSED, OTHER = "usual", "closed", "other"
_STATES = [
    (USUAL, gettext_lazy("As usual")),
    (CLOSED, gettext_lazy("Closed")),
    (OTHER, gettext_lazy("Other hours")),
]


def dates_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=more) for more in range((last - first).days + 1)]


class DatesForm(HostForm):
    """What holds on all dates from `first` to `last`; until it is saved that of the first of them is shown.

    before: what they had, once it is stored.  after: what they have.
    """

    state = forms.ChoiceField(
        label=gettext_lazy("On these dates"),
        choices=_STATES,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose what holds on these dates.")
        ),
    )
    hours = HoursField(label=gettext_lazy("Hours"), help_text=gettext_lazy("Such as 09:00–12:30, 14–18."))

    def __init__(self, schedule: Schedule, first: date, last: date, data: Any = None) -> None:
        self.schedule, self.days = schedule, dates_between(first, last)
        self.before: Dates = stored_dates(schedule, self.days)
        self.after: Dates = {}
        windows = self.before[first]
        state = USUAL if windows is None else OTHER if windows else CLOSED
        super().__init__(data, initial={"state": state, "hours": typed_hours.show(windows or [])})

    def differ(self) -> bool:
        """Whether the dates are not all alike now."""
        return len({str(windows) for windows in self.before.values()}) > 1

    def clean(self) -> None:
        state, windows = self.cleaned_data.get("state"), self.cleaned_data.get("hours")
        if state != OTHER:
            self.errors.pop("hours", None)  # what stands there does not count
        elif windows == []:
            self.add_error("hours", gettext("Enter the hours, such as 09:00–12:30, or choose Closed."))
        elif windows and windows[-1][1] > typed_hours.DAY:
            self.add_error(
                "hours", gettext("A date ends at midnight (24:00). Give the next date its own hours.")
            )

    def lock(self, host_id: int) -> None:  # noqa: ARG002
        """Whoever saves, they are its owner's hours."""
        User.objects.select_for_update().get(pk=self.schedule.host_id)

    def store(self) -> bool:
        """False where the schedule has too many dates by then."""
        state = self.cleaned_data["state"]
        windows = None if state == USUAL else [] if state == CLOSED else self.cleaned_data["hours"]
        self.after = dict.fromkeys(self.days, windows)
        try:
            self.before = set_dates(self.schedule, self.after)
        except TooManyDates:
            self.add_error(
                None,
                gettext("There can be %(most)d dates with other hours at most. Set some back first.")
                % {"most": MOST},
            )
            return False
        return True
