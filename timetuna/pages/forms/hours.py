"""The weekly hours on the tab Availability: for each weekday rows with a start and an end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django import forms

from timetuna.pages.forms.rows import RowForm, make_rows

MIDNIGHT = 1_440
MOST = 10
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?")


class ClockField(forms.Field):
    """A time of day, as minutes after midnight. As an end, 00:00 (or 24:00) is the end of the day, 1440."""

    widget = forms.TimeInput(attrs={"type": "time", "step": 300})

    def __init__(self, *, label: str, ends: bool = False) -> None:
        sentence = f"Enter the {label.lower()}, such as {'17:00' if ends else '09:00'}, or remove this row."
        super().__init__(label=label, error_messages={"required": sentence, "invalid": sentence})
        self.ends = ends

    def to_python(self, value: Any) -> int | None:
        """Return the minutes. Raises ValidationError for anything but a time of day."""
        text = str(value or "").strip()
        if not text:
            return None
        if self.ends and text in {"24:00", "24:00:00"}:
            return MIDNIGHT
        match = _CLOCK.fullmatch(text)
        if match is None:
            raise forms.ValidationError(self.error_messages["invalid"])
        minute = int(match[1]) * 60 + int(match[2])
        return MIDNIGHT if self.ends and minute == 0 else minute

    def prepare_value(self, value: Any) -> Any:
        """Return the time as a browser's time input wants it."""
        return clock(value) if isinstance(value, int) else value


def clock(minute: int) -> str:
    """Return minutes after midnight as HH:MM; the end of the day is 00:00, as on the clock."""
    return f"{minute % MIDNIGHT // 60:02}:{minute % 60:02}"


class WindowForm(RowForm):
    """One window of a day. A row left blank counts as removed."""

    start = ClockField(label="Start")
    end = ClockField(label="End", ends=True)

    def clean(self) -> None:
        """Check that the end comes after the start."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start is not None and end is not None and end <= start:
            self.add_error("end", "The end has to be after the start.")


if TYPE_CHECKING:
    _Base = forms.BaseFormSet[WindowForm]
else:
    _Base = forms.BaseFormSet


class DayRows(_Base):
    """The windows of one weekday, none of which overlap."""

    def clean(self) -> None:
        """Check the windows against one another."""
        filled = sorted(self._filled(), key=_span)
        if len(filled) > MOST:
            raise forms.ValidationError(f"A day can have {MOST} windows at most.")
        for earlier, later in pairwise(filled):
            (start, end), (next_start, _) = _span(earlier), _span(later)
            if next_start < end:
                later.add_error("start", f"This overlaps {clock(start)} to {clock(end)}. Change one of them.")

    def _filled(self) -> list[WindowForm]:
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [form for form in kept if {"start", "end"} <= form.cleaned_data.keys()]

    def values(self) -> list[tuple[int, int]]:
        """Return the windows in order: (start, end) in minutes after midnight."""
        return sorted(_span(form) for form in self._filled())


def _span(form: WindowForm) -> tuple[int, int]:
    return form.cleaned_data["start"], form.cleaned_data["end"]


@dataclass(frozen=True, slots=True)
class WeekdayHours:
    """A weekday (0 is Monday) and its rows."""

    weekday: int
    name: str
    rows: DayRows


def week(*, stored: Sequence[tuple[int, int, int]], data: Any = None) -> list[WeekdayHours]:
    """Return the seven days: stored windows (weekday, start, end) and a blank row, or what was sent."""
    days = []
    for weekday, name in enumerate(WEEKDAYS):
        windows = [{"start": start, "end": end} for day, start, end in stored if day == weekday]
        rows = make_rows(WindowForm, DayRows, prefix=f"day{weekday}", stored=windows, data=data, most=MOST)
        days.append(WeekdayHours(weekday, name, rows))
    return days
