"""What all repeated rows have in common: a row left blank, or marked to be removed, does not count."""

from django import forms


class RowForm(forms.Form):
    """One row of a formset that is compared with blank rows, never with stored ones."""

    def is_removed(self) -> bool:
        """Say whether the host marked the row to be removed."""
        return self.is_bound and bool(self["DELETE"].value())

    def is_spare(self) -> bool:
        """Say whether the row is blank: a place to type into for those without JavaScript."""
        return not self.has_changed() if self.is_bound else not self.initial
