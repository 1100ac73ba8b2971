"""Ranges of dates in the settings: out of office, and trips."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django import forms

from timetuna.pages.forms.dates import DayField
from timetuna.pages.forms.fields import LineField
from timetuna.pages.forms.rows import RowForm, make_rows
from timetuna.pages.forms.zones import ZoneField

MOST = 50


class RangeForm(RowForm):
    """Dates from a first to a last, both included."""

    first = DayField(label="First day")
    last = DayField(label="Last day")

    def clean(self) -> None:
        """Check that they are in order."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day cannot come before the first.")


class AwayForm(RangeForm):
    """One absence."""

    note = LineField(label="Note for guests", max_length=200, required=False)


class TripForm(RangeForm):
    """One stay in another zone."""

    time_zone = ZoneField()


if TYPE_CHECKING:
    _Base = forms.BaseFormSet[RangeForm]
else:
    _Base = forms.BaseFormSet


class RangeRows(_Base):
    """All rows of a kind."""

    def clean(self) -> None:
        """Say when there are too many."""
        if len(self._filled()) > MOST:
            raise forms.ValidationError(f"There can be {MOST} rows at most. Remove those that are over.")

    def _filled(self) -> list[RangeForm]:
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [form for form in kept if {"first", "last"} <= form.cleaned_data.keys()]

    def values(self) -> list[dict[str, Any]]:
        """Return the rows in order."""
        rows = [form.cleaned_data for form in self._filled()]
        return sorted(rows, key=lambda row: (row["first"], row["last"]))


class TripRows(RangeRows):
    """Trips: a host is in one zone at a time."""

    def clean(self) -> None:
        """Say when there are too many, or two share a date."""
        super().clean()
        filled = sorted(self._filled(), key=lambda form: form.cleaned_data["first"])
        for earlier, later in pairwise(filled):
            if later.cleaned_data["first"] <= earlier.cleaned_data["last"]:
                later.add_error("first", "On this day you are on another trip already. Change one of them.")


def away_rows(*, stored: Iterable[Mapping[str, Any]], data: Any = None) -> RangeRows:
    """Return the absences: stored ones with a blank one behind them, or those that were sent."""
    return make_rows(AwayForm, RangeRows, prefix="away", stored=stored, data=data, most=MOST)


def trip_rows(*, stored: Iterable[Mapping[str, Any]], data: Any = None) -> TripRows:
    """Return the trips: stored ones with a blank one behind them, or those that were sent."""
    return make_rows(TripForm, TripRows, prefix="travel", stored=stored, data=data, most=MOST)
