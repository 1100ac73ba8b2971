"""An absence of a host, and a stay in another zone."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import User
from timetuna.pages.forms.fields import MIDNIGHT, DayField, LineField, ZoneField, clock
from timetuna.pages.forms.hours.typed_hours import read_clock
from timetuna.pages.models import OutOfOffice, TravelZone
from timetuna.pages.prefetch import dates_over
from timetuna.web.saving import ColumnsForm, RowT

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 50
_BACKWARDS = gettext_lazy("The last day cannot come before the first.")


class TypedClockField(forms.CharField):
    """A time of day as it is typed, as minutes after midnight. As an end, 0:00 is the end of the day, 1440.

    The browser's own field has its reader's clock, which may be another than the one beside it.
    """

    def __init__(self, *, label: "StrOrPromise", ends: bool = False, required: bool = False) -> None:
        super().__init__(
            label=label,
            required=required,
            max_length=20,
            error_messages={"required": gettext_lazy("Enter a time, such as 09:30 or 2 pm.")},
        )
        self.widget.attrs |= {
            "autocomplete": "off",
            "placeholder": "17:00" if ends else "09:00",
            "dir": "ltr",
            "size": "8",
        }
        self.ends = ends

    def clean(self, value: Any) -> Any:
        typed = str(super().clean(value))
        if not typed:
            return None
        try:
            minute = read_clock(typed)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        if minute == MIDNIGHT and not self.ends:
            raise forms.ValidationError(gettext("A day begins at 00:00."))
        return MIDNIGHT if self.ends and minute == 0 else minute

    def prepare_value(self, value: Any) -> Any:
        return clock(value) if isinstance(value, int) else value


class _RangeForm(ColumnsForm[RowT]):
    """Dates from a first to a last; without a last one it is the first alone."""

    first = DayField(label=gettext_lazy("First day"))
    last = DayField(label=gettext_lazy("Last day"), required=False)

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _BACKWARDS)
        elif first and "last" not in self.errors:
            self.cleaned_data["last"] = last or first

    def is_full(self, host: User) -> bool:
        """Whether there is no room for another one of them."""
        rows = type(self.instance)._default_manager.filter(host=host, last__gte=dates_over())  # noqa: SLF001 - Django's documented name
        return self.instance._state.adding and rows.count() >= MOST  # noqa: SLF001 - as in ColumnsForm


class AbsenceForm(_RangeForm[OutOfOffice]):
    """Whole days, or from a time on the first of them until a time on the last."""

    class Meta:
        model = OutOfOffice
        fields = ("first", "last", "note")

    also = ("start_minute", "end_minute")

    start = TypedClockField(label=gettext_lazy("From"))
    end = TypedClockField(label=gettext_lazy("Until"), ends=True)
    note = LineField(  # type: ignore[assignment]  # Django takes fields out of the class
        label=gettext_lazy("Message to guests"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Shown on your pages while they offer no times. Leave it empty, and guests simply find none."
        ),
    )
    field_order = ("first", "start", "last", "end", "note")

    def __init__(self, absence: OutOfOffice, data: Any = None) -> None:
        begins, ends = absence.start_minute, absence.end_minute
        initial = {"start": begins or None, "end": ends if ends < MIDNIGHT else None}
        super().__init__(data, instance=absence, initial=initial)

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        start, end = data.get("start") or 0, data.get("end") or MIDNIGHT
        if not self.errors and data["first"] == data["last"] and end <= start:
            self.add_error("end", gettext("It has to end after it begins."))

    def store(self) -> bool:
        """False where there is no room for it."""
        row, data = self.instance, self.cleaned_data
        row.start_minute, row.end_minute = data["start"] or 0, data["end"] or MIDNIGHT
        same = OutOfOffice.objects.filter(
            host=row.host,
            first=row.first,
            last=row.last,
            start_minute=row.start_minute,
            end_minute=row.end_minute,
            note=row.note,
        ).first()
        if same is not None:  # it was sent twice
            self.instance = same
            return True
        if self.is_full(row.host):
            self.add_error(
                None,
                gettext("There can be %(most)d absences at most. Remove those that are over.")
                % {"most": MOST},
            )
            return False
        super().store()
        return True


class TripForm(_RangeForm[TravelZone]):
    """A host is in one zone at a time."""

    class Meta:
        model = TravelZone
        fields = ("first", "last", "time_zone")

    time_zone = ZoneField(
        help_text=gettext_lazy("Where you are then. Your hours are meant by the clock there.")
    )
    field_order = ("first", "last", "time_zone")

    def __init__(self, trip: TravelZone, data: Any = None) -> None:
        super().__init__(data, instance=trip)

    def store(self) -> bool:
        """False where it meets another trip, or there is no room for it."""
        row = self.instance
        others = TravelZone.objects.filter(
            Q(first__lte=row.last, last__gte=row.first), host=row.host
        ).exclude(pk=row.pk)
        if others.exists():
            self.add_error(
                "first", gettext("On some of these days you are on another trip already. Change one of them.")
            )
        elif self.is_full(row.host):
            self.add_error(
                None,
                gettext("There can be %(most)d trips at most. Remove those that are over.") % {"most": MOST},
            )
        else:
            super().store()
            return True
        return False
