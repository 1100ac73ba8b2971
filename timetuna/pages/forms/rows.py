"""What all repeated rows have in common: a row left blank, or marked to be removed, does not count."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django import forms

from timetuna.web.forms import Rows, rows_arrived

_BEYOND = 50  # so many rows too many are read and come back with a sentence
RowsT = TypeVar("RowsT", bound=Rows)


class RowForm(forms.Form):
    """One row of a formset that is compared with blank rows, never with stored ones."""

    def is_removed(self) -> bool:
        """Say whether the host marked the row to be removed."""
        return self.is_bound and bool(self["DELETE"].value())

    def is_spare(self) -> bool:
        """Say whether the row is blank: a place to type into for those without JavaScript."""
        return not self.has_changed() if self.is_bound else not self.initial


def make_rows(
    form: type[RowForm],
    formset: type[RowsT],
    *,
    prefix: str,
    stored: Iterable[Mapping[str, Any]],
    data: Any,
    most: int,
) -> RowsT:
    """Return rows: stored ones with a blank one behind them, or those that were sent, if all of them have arrived."""
    limit = most + _BEYOND
    if not rows_arrived(form, prefix=prefix, data=data, most=limit):
        data = None
    factory = forms.formset_factory(
        form, formset=formset, extra=1, max_num=most, absolute_max=limit, can_delete=True
    )
    # Sent rows are compared with blank ones, never with stored ones: so a blank row is known as such.
    initial = [dict(row) for row in stored] if data is None else None
    rows = factory(data, prefix=prefix, initial=initial, form_kwargs={"empty_permitted": True})
    assert isinstance(rows, formset)  # noqa: S101 - for the type checker
    return rows
