"""The rows of durations on the tab Booking."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms

from timetuna.pages.forms.fields import LineField, whole_number
from timetuna.pages.forms.rows import RowForm, make_rows
from timetuna.pages.models import Duration
from timetuna.pages.queries import PageDuration

LONGEST_MINUTES = 1_440
MOST = 10


class DurationForm(RowForm):
    """One length. A row left blank counts as removed."""

    minutes = whole_number(label="Minutes", least=1, most=LONGEST_MINUTES)
    title = LineField(label="Title", max_length=80, required=False)
    description = LineField(label="Description", max_length=300, required=False)


if TYPE_CHECKING:
    _Base = forms.BaseFormSet[DurationForm]
else:
    _Base = forms.BaseFormSet


class DurationRows(_Base):
    """All rows. Says so when there is none, one twice, or too many."""

    def clean(self) -> None:
        """Check the rows against one another."""
        filled = self.filled()
        if not filled and not any(self.errors):
            raise forms.ValidationError("A page needs at least one duration.")
        if len(filled) > MOST:
            raise forms.ValidationError(f"A page can have {MOST} durations at most.")
        seen: set[int] = set()
        for form in filled:
            minutes = form.cleaned_data["minutes"]
            if minutes in seen:
                form.add_error("minutes", f"There is already a duration of {minutes} minutes.")
            seen.add(minutes)

    def filled(self) -> list[DurationForm]:
        """Return the rows that hold a valid length and are not to be removed."""
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [form for form in kept if form.cleaned_data.get("minutes")]

    def values(self) -> list[PageDuration]:
        """Return what was typed, shortest first."""
        rows = (form.cleaned_data for form in self.filled())
        durations = (PageDuration(row["minutes"], row["title"], row["description"]) for row in rows)
        return sorted(durations, key=lambda duration: duration.minutes)


def duration_rows(*, stored: Iterable[Duration], data: Any = None) -> DurationRows:
    """Return the rows: stored ones with a blank one behind them, or those that were sent."""
    lengths = [{"minutes": one.minutes, "title": one.title, "description": one.description} for one in stored]
    return make_rows(DurationForm, DurationRows, prefix="durations", stored=lengths, data=data, most=MOST)
