"""The editor's tab Booking: what guests pay."""

from typing import Any

from babel.numbers import get_territory_currencies
from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from timetuna.l10n.money import currency_label, plain
from timetuna.lib.currencies import CURRENCIES
from timetuna.lib.text import country_of
from timetuna.pages.forms.fields import switch, whole_number
from timetuna.pages.forms.prices.amounts import AmountField, read_amount
from timetuna.pages.forms.rows import DurationRows
from timetuna.pages.hooks import PaidInto, paid_into
from timetuna.pages.models import BookingPage
from timetuna.web.forms import WholeForm

LONGEST_REFUND_HOURS = 8_784
_FALLBACK = "eur"


class PriceForm(WholeForm):
    """The columns of a page that say what guests pay. lengths: its durations, each of which may have its own price.

    account: into which its owner is paid, None without one.  others: whether somebody else than the owner reads it.
    """

    price = AmountField(label=gettext_lazy("Price"), placeholder=pgettext_lazy("a price", "Free"))
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose one from the list.")
        ),
    )
    charges_tax = switch(
        gettext_lazy("Add tax"),
        gettext_lazy("Stripe works it out and adds it to the price, as you have set up Stripe Tax there."),
    )
    refund_hours = whole_number(
        gettext_lazy("Refund by itself"),
        0,
        LONGEST_REFUND_HOURS,
        gettext_lazy(
            "Who cancels at least so many hours before the start gets everything back. "
            "Empty: you refund at the booking."
        ),
        required=False,
    )

    def __init__(
        self, page: BookingPage, lengths: DurationRows, data: Any = None, *, others: bool = False
    ) -> None:
        self.page, self.lengths, self.others = page, lengths, others
        self.account = paid_into([page.host_id]).get(page.host_id)
        currency = page.currency or _default_currency(page, self.account)
        initial = {
            "price": "" if page.price is None else plain(page.price, currency),
            "currency": currency,
            "charges_tax": page.charges_tax,
            "refund_hours": page.refund_hours,
        }
        super().__init__(data, initial=initial)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - said for the type checker
        field.choices = _choices()
        self.fields["refund_hours"].widget.attrs["placeholder"] = gettext_lazy("Never")
        lengths.currency = str(self["currency"].value())

    def is_refused(self) -> bool:
        return self.is_bound and bool(self.errors)

    def can_be_paid(self) -> bool:
        return self.account is not None

    def is_broken(self) -> bool:
        """Whether guests are to pay, and cannot."""
        return bool(self.page.currency) and not (self.account and self.account.works)

    def clean(self) -> None:
        """The amount, in its currency; and that somebody is there who gets it."""
        currency = self.cleaned_data.get("currency")
        if not currency:
            return
        try:
            self.cleaned_data["price"] = read_amount(self.cleaned_data.get("price", ""), currency) or None
        except forms.ValidationError as error:
            self.add_error("price", error)
            return
        if self._costs() and not self.page.currency and self.account is None:
            self.add_error("price", self._nobody())

    def _nobody(self) -> str:
        if self.others:
            return gettext("The page’s owner has to connect Stripe first, so that guests can pay.")
        return gettext("Connect Stripe first, so that guests can pay.")

    def _costs(self) -> bool:
        """Whether any length of the page costs something."""
        own = [row.get("price") for row in self.lengths.cleaned()] if self.lengths.is_valid() else []
        return bool(self.cleaned_data.get("price")) or any(own)

    def store(self) -> None:
        """The page is saved by the caller."""
        for name in self.base_fields:
            setattr(self.page, name, self.cleaned_data[name])
        if not self._costs():
            self.page.currency = ""


def _choices() -> list[tuple[str, str]]:
    """The code comes first: it can be read where there is no room for the rest."""
    return [(code, currency_label(code)) for code in sorted(CURRENCIES)]


def _default_currency(page: BookingPage, account: PaidInto | None) -> str:
    """The account's, or that of the host's country."""
    if account and account.currency in CURRENCIES:
        return account.currency
    country = country_of(page.host.time_zone)
    today = timezone.now().date()
    local = get_territory_currencies(country, today, today) if country else []
    return next((code.lower() for code in local if code.lower() in CURRENCIES), _FALLBACK)
