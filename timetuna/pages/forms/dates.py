"""Single dates with other hours."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django import forms

from timetuna.pages.forms.hours import ClockField, clock
from timetuna.pages.forms.rows import RowForm, make_rows
from timetuna.pages.models import DateOverride

MOST = 100
YEARS = range(2000, 2101)
_SENTENCE = f"Enter a date from {YEARS[0]} to {YEARS[-1]}."

Windows = dict[date, list[tuple[int, int]]]


class DayField(forms.DateField):
    """One date, in a browser's date input."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, *, label: str, **options: Any) -> None:
        messages = {"required": "Enter a date.", "invalid": _SENTENCE}
        super().__init__(label=label, input_formats=["%Y-%m-%d"], error_messages=messages, **options)

    def to_python(self, value: Any) -> date | None:
        """Return the date. Raises ValidationError for one that no calendar of ours shows."""
        day = super().to_python(value)
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(_SENTENCE)
        return day


class OverrideForm(RowForm):
    """One window of a date, or without times the whole date closed."""

    date = DayField(label="Date")
    start = ClockField(label="Start")
    end = ClockField(label="End", ends=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("start", "end"):
            self.fields[name].required = False

    def clean(self) -> None:
        """Check that there are both times, in order, or neither."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if self.errors:
            return
        if (start is None) != (end is None):
            self.add_error("start" if start is None else "end", "Enter both times, or none for a closed day.")
        elif start is not None and end is not None and end <= start:
            self.add_error("end", "The end has to be after the start.")


if TYPE_CHECKING:
    _Base = forms.BaseFormSet[OverrideForm]
else:
    _Base = forms.BaseFormSet


class OverrideRows(_Base):
    """All rows; several of one date are its windows."""

    def clean(self) -> None:
        """Check the rows of each date against one another."""
        filled = self._filled()
        if len(filled) > MOST:
            raise forms.ValidationError(f"There can be {MOST} rows at most. Remove dates that are over.")
        by_date: dict[date, list[OverrideForm]] = defaultdict(list)
        for form in filled:
            by_date[form.cleaned_data["date"]].append(form)
        for rows in by_date.values():
            _check(sorted(rows, key=lambda row: row.cleaned_data["start"] or 0))

    def _filled(self) -> list[OverrideForm]:
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [form for form in kept if form.is_valid() and form.cleaned_data.get("date")]

    def values(self) -> Windows:
        """Return the windows of each date, in order; none is closed."""
        found: Windows = {}
        for row in (form.cleaned_data for form in self._filled()):
            windows = found.setdefault(row["date"], [])
            if row["start"] is not None:
                windows.append((row["start"], row["end"]))
        return {day: sorted(found[day]) for day in sorted(found)}


def _check(rows: list[OverrideForm]) -> None:
    closed = [row for row in rows if row.cleaned_data["start"] is None]
    if closed and len(rows) > 1:
        closed[0].add_error("date", "This date is both closed and open. Remove one of its rows.")
        return
    for earlier, later in pairwise(rows):
        start, end = earlier.cleaned_data["start"], earlier.cleaned_data["end"]
        if later.cleaned_data["start"] < end:
            later.add_error("start", f"This overlaps {clock(start)} to {clock(end)}. Change one of them.")


def override_rows(*, stored: Iterable[DateOverride], data: Any = None) -> OverrideRows:
    """Return the rows: stored ones with a blank one behind them, or those that were sent."""
    windows = [
        {"date": one.date, "start": start, "end": end}
        for one in stored
        for start, end in one.windows or [(None, None)]
    ]
    return make_rows(OverrideForm, OverrideRows, prefix="dates", stored=windows, data=data, most=MOST)
