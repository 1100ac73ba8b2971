"""The hours of a schedule: a zone and a week, each day of which is typed as one line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, gettext_lazy

from timetuna.availability.hours import Window
from timetuna.pages.actions.default_schedule import WORKING_HOURS
from timetuna.pages.actions.replace_hours import replace_hours
from timetuna.pages.forms.fields import LineField, ZoneField
from timetuna.pages.forms.hours import typed_hours
from timetuna.pages.models import Schedule
from timetuna.web.forms import Ticks
from timetuna.web.saving import ColumnsForm, Parts

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_ALSO = "also"


class HoursField(LineField):
    """One day's hours; `clean` gives its windows, of which the last may go on after midnight."""

    def __init__(self, *, label: "StrOrPromise", **options: Any) -> None:
        super().__init__(label=label, max_length=typed_hours.LONGEST, required=False, **options)
        self.widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "dir": "ltr",
        }
        self.widget.attrs["placeholder"] = gettext_lazy("Closed")

    def clean(self, value: Any) -> Any:
        typed = str(super().clean(value))
        try:
            return typed_hours.parse(typed)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Weekday:
    """0 is Monday. also: to which other days its hours are copied."""

    number: int
    name: str
    field: forms.BoundField
    also: forms.BoundField


class HoursForm(ColumnsForm[Schedule]):
    """What is typed for a day goes to those that are ticked beside it, too."""

    class Meta:
        model = Schedule
        fields: tuple[str, ...] = ("time_zone",)

    time_zone = ZoneField(
        help_text=gettext_lazy("The hours are meant in this zone. Guests see them in their own.")
    )

    def __init__(self, schedule: Schedule, data: Any = None) -> None:
        initial = {f"day{day}": typed_hours.show(windows) for day, windows in enumerate(_week_of(schedule))}
        super().__init__(data, instance=schedule, initial=initial)
        for day, name in WEEKDAYS.items():
            others = [(other, each) for other, each in WEEKDAYS.items() if other != day]
            self.fields[f"day{day}"] = HoursField(label=name)
            self.fields[f"{_ALSO}{day}"] = forms.TypedMultipleChoiceField(
                label=gettext("Copy %(name)s to") % {"name": name},
                choices=others,
                coerce=int,
                required=False,
                widget=Ticks,
            )
        self.week: list[list[Window]] = [[] for _ in WEEKDAYS]

    def weekdays(self) -> Iterator[Weekday]:
        for day, name in WEEKDAYS.items():
            yield Weekday(day, str(name), self[f"day{day}"], self[f"{_ALSO}{day}"])

    def clean(self) -> None:
        typed = [list(self.cleaned_data.get(f"day{day}") or []) for day in range(len(WEEKDAYS))]
        for day, windows in enumerate([*typed]):
            for other in self.cleaned_data.get(f"{_ALSO}{day}") or ():
                typed[other] = windows
                self.errors.pop(f"day{other}", None)  # what stood there is not asked any more
        for day, windows in enumerate(typed):
            for start, end in windows:
                self.week[day].append((start, min(end, typed_hours.DAY)))
                if end > typed_hours.DAY:
                    self.week[(day + 1) % len(WEEKDAYS)].append((0, end - typed_hours.DAY))
        for day, windows in enumerate(self.week):
            windows.sort()
            try:
                typed_hours.refuse_overlaps(windows)
            except ValueError as error:
                self.add_error(f"day{day}", str(error))

    def parts(self) -> Parts:
        """Where to copy hours is nothing that is stored."""
        return {name: part for name, part in super().parts().items() if not name.startswith(_ALSO)}

    def store(self) -> None:
        super().store()
        weekly = [(day, start, end) for day, windows in enumerate(self.week) for start, end in windows]
        replace_hours(self.instance, weekly)


def _week_of(schedule: Schedule) -> list[list[Window]]:
    """Of one that is not stored yet the hours that a first one is made with."""
    week: list[list[Window]] = [[] for _ in WEEKDAYS]
    rows = WORKING_HOURS
    if schedule.pk is not None:
        rows = list(schedule.weekly_hours.values_list("weekday", "start_minute", "end_minute"))
    for day, start, end in rows:
        week[day].append((start, end))
    return week


class ScheduleForm(HoursForm):
    class Meta(HoursForm.Meta):
        fields = ("time_zone", "name")

    name = LineField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Only you see it, where a page’s hours are chosen."),
        error_messages={"required": gettext_lazy("Give the schedule a name.")},
    )
