"""Repeated rows: a row left blank, or marked to be removed, does not count."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django import forms

from timetuna.pages.forms.fields import ClockField, DayField, LineField, ZoneField, clock, whole_number
from timetuna.web.forms import rows_arrived

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BEYOND = 50  # so many rows too many are read and come back with a sentence
_END_FIRST = "The end has to be after the start."

Windows = dict[date, list[tuple[int, int]]]


class RowForm(forms.Form):
    """One row of a formset that is compared with blank rows, never with stored ones."""

    def is_removed(self) -> bool:
        return self.is_bound and bool(self["DELETE"].value())

    def is_spare(self) -> bool:
        """Whether the row is blank: a place to type into for those without JavaScript."""
        return not self.has_changed() if self.is_bound else not self.initial


if TYPE_CHECKING:
    _Base = forms.BaseFormSet[RowForm]
else:
    _Base = forms.BaseFormSet


class RowSet(_Base):
    """All rows of a kind. needed: what makes a row one that counts.  most, too_many: how many there can be."""

    row: ClassVar[type[RowForm]]
    needed: ClassVar[frozenset[str]]
    most: ClassVar[int]
    too_many: ClassVar[str]

    @classmethod
    def of(cls, prefix: str, stored: Iterable[Any], data: Any = None) -> Self:
        """Stored rows with a blank one behind them, or those that were sent, if all of them have arrived.

        stored: a model's rows, or the values of the fields by name.
        """
        limit = cls.most + _BEYOND
        if not rows_arrived(cls.row, prefix=prefix, data=data, most=limit):
            data = None
        factory = forms.formset_factory(
            cls.row, formset=cls, extra=1, max_num=cls.most, absolute_max=limit, can_delete=True
        )
        # Sent rows are compared with blank ones, never with stored ones: so a blank row is known as such.
        initial = [_initial(cls.row, row) for row in stored] if data is None else None
        rows = factory(data, prefix=prefix, initial=initial, form_kwargs={"empty_permitted": True})
        assert isinstance(rows, cls)  # noqa: S101 - for the type checker
        return rows

    def clean(self) -> None:
        filled = self.filled()
        if len(filled) > self.most:
            raise forms.ValidationError(self.too_many)
        self.check_rows(filled)

    def check_rows(self, filled: Sequence[RowForm]) -> None: ...

    def filled(self) -> list[RowForm]:
        """The rows that count and are not to be removed."""
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [form for form in kept if all(form.cleaned_data.get(name) is not None for name in self.needed)]

    def cleaned(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.filled()]


def _initial(form: type[RowForm], row: Any) -> dict[str, Any]:
    return row if isinstance(row, dict) else {name: getattr(row, name) for name in form.base_fields}


class DurationForm(RowForm):
    minutes = whole_number("Minutes", 1, 1_440)
    title = LineField(label="Title", max_length=80, required=False)
    description = LineField(label="Description", max_length=300, required=False)


class DurationRows(RowSet):
    """Says so when there is none, or one twice."""

    row, needed, most = DurationForm, frozenset({"minutes"}), 10
    too_many = f"A page can have {most} durations at most."

    def check_rows(self, filled: Sequence[RowForm]) -> None:
        if not filled and not any(self.errors):
            raise forms.ValidationError("A page needs at least one duration.")
        seen: set[int] = set()
        for form in filled:
            minutes = form.cleaned_data["minutes"]
            if minutes in seen:
                form.add_error("minutes", f"There is already a duration of {minutes} minutes.")
            seen.add(minutes)


class WindowForm(RowForm):
    start = ClockField(label="Start")
    end = ClockField(label="End", ends=True)

    def clean(self) -> None:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start is not None and end is not None and end <= start:
            self.add_error("end", _END_FIRST)


class DayRows(RowSet):
    """The windows of one weekday, none of which overlap."""

    row, needed, most = WindowForm, frozenset({"start", "end"}), 10
    too_many = f"A day can have {most} windows at most."

    def check_rows(self, filled: Sequence[RowForm]) -> None:
        _refuse_overlaps(filled)

    def values(self) -> list[tuple[int, int]]:
        """In order: (start, end) in minutes after midnight."""
        return sorted((row["start"], row["end"]) for row in self.cleaned())


@dataclass(frozen=True, slots=True)
class WeekdayHours:
    """A weekday (0 is Monday) and its rows."""

    weekday: int
    name: str
    rows: DayRows


def week(*, stored: Sequence[tuple[int, int, int]], data: Any = None) -> list[WeekdayHours]:
    """Stored windows (weekday, start, end) and a blank row, or what was sent."""
    days = []
    for weekday, name in enumerate(WEEKDAYS):
        windows = [{"start": start, "end": end} for day, start, end in stored if day == weekday]
        days.append(WeekdayHours(weekday, name, DayRows.of(f"day{weekday}", windows, data)))
    return days


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
        """Both times, in order, or neither."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if self.errors:
            return
        if (start is None) != (end is None):
            self.add_error("start" if start is None else "end", "Enter both times, or none for a closed day.")
        elif start is not None and end is not None and end <= start:
            self.add_error("end", _END_FIRST)


class OverrideRows(RowSet):
    """Single dates with other hours; several rows of one date are its windows."""

    row, needed, most = OverrideForm, frozenset({"date"}), 100
    too_many = f"There can be {most} rows at most. Remove dates that are over."

    def filled(self) -> list[RowForm]:
        """Of what is wrong by itself nothing is said beside others."""
        return [form for form in super().filled() if form.is_valid()]

    def check_rows(self, filled: Sequence[RowForm]) -> None:
        by_date: dict[date, list[RowForm]] = defaultdict(list)
        for form in filled:
            by_date[form.cleaned_data["date"]].append(form)
        for rows in by_date.values():
            closed = [row for row in rows if row.cleaned_data["start"] is None]
            if closed and len(rows) > 1:
                closed[0].add_error("date", "This date is both closed and open. Remove one of its rows.")
            else:
                _refuse_overlaps(rows)

    def values(self) -> Windows:
        """The windows of each date, in order; none is closed."""
        found: Windows = {}
        for row in self.cleaned():
            windows = found.setdefault(row["date"], [])
            if row["start"] is not None:
                windows.append((row["start"], row["end"]))
        return {day: sorted(found[day]) for day in sorted(found)}


def _refuse_overlaps(rows: Sequence[RowForm]) -> None:
    ordered = sorted(rows, key=lambda row: (row.cleaned_data["start"] or 0, row.cleaned_data["end"] or 0))
    for earlier, later in pairwise(ordered):
        start, end = earlier.cleaned_data["start"], earlier.cleaned_data["end"]
        if later.cleaned_data["start"] < end:
            later.add_error("start", f"This overlaps {clock(start)} to {clock(end)}. Change one of them.")


class RangeForm(RowForm):
    """Dates from a first to a last, both included."""

    first = DayField(label="First day")
    last = DayField(label="Last day")

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day cannot come before the first.")


class AwayForm(RangeForm):
    note = LineField(label="Note for guests", max_length=200, required=False)


class TripForm(RangeForm):
    """One stay in another zone."""

    time_zone = ZoneField()


class RangeRows(RowSet):
    needed, most = frozenset({"first", "last"}), 50
    too_many = f"There can be {most} rows at most. Remove those that are over."

    def values(self) -> list[dict[str, Any]]:
        """In order, each as a model's columns."""
        rows = [{name: value for name, value in row.items() if name != "DELETE"} for row in self.cleaned()]
        return sorted(rows, key=lambda row: (row["first"], row["last"]))


class AwayRows(RangeRows):
    row = AwayForm


class TripRows(RangeRows):
    """Trips: a host is in one zone at a time."""

    row = TripForm

    def check_rows(self, filled: Sequence[RowForm]) -> None:
        ordered = sorted(filled, key=lambda form: form.cleaned_data["first"])
        for earlier, later in pairwise(ordered):
            if later.cleaned_data["first"] <= earlier.cleaned_data["last"]:
                later.add_error("first", "On this day you are on another trip already. Change one of them.")
