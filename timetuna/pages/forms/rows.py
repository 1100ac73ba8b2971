"""Repeated rows: a row left blank, or marked to be removed, does not count."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, ngettext

from timetuna.l10n.money import plain
from timetuna.lib.currencies import CURRENCIES
from timetuna.pages.forms.fields import LineField, whole_number
from timetuna.pages.forms.prices.amounts import AmountField, read_amount
from timetuna.pages.models import BookingPage
from timetuna.web.forms import rows_arrived

_ANY = "eur"
_BEYOND = 50  # so many rows too many are read and come back with a sentence


class RowForm(forms.Form):
    """One row of a formset that is compared with blank rows, never with stored ones."""

    def is_removed(self) -> bool:
        return self.is_bound and bool(self["DELETE"].value())

    def is_spare(self) -> bool:
        """Whether the row is blank: a place to type into for those without JavaScript."""
        return not self.has_changed() if self.is_bound else not self.initial


if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _Base = forms.BaseFormSet[RowForm]
else:
    _Base = forms.BaseFormSet


class RowSet(_Base):
    """All rows of a kind. needed: what makes a row one that counts.  most, too_many: how many there can be."""

    row: ClassVar[type[RowForm]]
    needed: ClassVar[frozenset[str]]
    most: ClassVar[int]
    too_many: "ClassVar[StrOrPromise]"

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
    minutes = whole_number(gettext_lazy("Minutes"), 1, 1_440)
    title = LineField(label=gettext_lazy("Title"), max_length=80, required=False)
    description = LineField(label=gettext_lazy("Description"), max_length=300, required=False)
    price = AmountField(label=gettext_lazy("Price"), placeholder=gettext_lazy("Same"))


class DurationRows(RowSet):
    """Says so when there is none, or one twice. currency: of their prices, which come as text and leave as amounts."""

    row, needed, most = DurationForm, frozenset({"minutes"}), 10
    too_many = format_lazy(gettext_lazy("A page can have {most} durations at most."), most=most)
    currency = ""

    @classmethod
    def on(cls, page: BookingPage, data: Any = None) -> Self:
        """Those of a page."""
        rows = [
            {name: getattr(row, name) for name in ("minutes", "title", "description")}
            | {"price": "" if row.price is None else plain(row.price, page.currency or _ANY)}
            for row in page.durations.all()
        ]
        return cls.of("durations", rows, data)

    def check_rows(self, filled: Sequence[RowForm]) -> None:
        self._read_prices(filled)
        if not filled and not any(self.errors):
            raise forms.ValidationError(gettext("A page needs at least one duration."))
        seen: set[int] = set()
        for form in filled:
            minutes = form.cleaned_data["minutes"]
            if minutes in seen:
                sentence = ngettext(
                    "There is already a duration of %(minutes)s minute.",
                    "There is already a duration of %(minutes)s minutes.",
                    minutes,
                )
                form.add_error("minutes", sentence % {"minutes": minutes})
            seen.add(minutes)

    def _read_prices(self, filled: Sequence[RowForm]) -> None:
        for form in filled if self.currency in CURRENCIES else ():
            try:
                form.cleaned_data["price"] = read_amount(form.cleaned_data.get("price", ""), self.currency)
            except forms.ValidationError as error:
                form.add_error("price", error)
