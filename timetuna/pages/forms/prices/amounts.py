"""Amounts of money in a host's form: typed as people do, in a currency that another field says."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext

from timetuna.l10n.money import (
    AmountError,
    FractionError,
    UnclearError,
    currency_name,
    in_words,
    parse_amount,
    plain,
)
from timetuna.lib.currencies import MOST, least, step
from timetuna.pages.forms.fields import LineField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_LONGEST = 30


class AmountField(LineField):
    """As it was typed; which amount that is depends on the currency."""

    def __init__(self, *, label: "StrOrPromise", placeholder: "StrOrPromise") -> None:
        super().__init__(label=label, max_length=_LONGEST, required=False)
        attrs = {"inputmode": "decimal", "autocomplete": "off", "dir": "ltr", "placeholder": placeholder}
        self.widget.attrs |= attrs


def read_amount(typed: str, currency: str) -> int | None:
    """None where nothing was typed; 0 is free.  Raises ValidationError."""
    if not typed:
        return None
    try:
        amount = parse_amount(typed, currency)
    except UnclearError as error:
        raise forms.ValidationError(error.sentence()) from error
    except FractionError as error:
        raise forms.ValidationError(_too_fine(currency, error.most)) from error
    except AmountError as error:
        sentence = gettext("Enter an amount, such as 45 or %(example)s.") % {"example": plain(4_550, "eur")}
        raise forms.ValidationError(sentence) from error
    if amount:
        _check_size(amount, currency)
    return amount


def _too_fine(currency: str, most: int) -> str:
    name = currency_name(currency)
    if not most:
        return gettext("%(currency)s has no decimals: enter a whole number.") % {"currency": name}
    return gettext("%(currency)s has %(count)d decimals at most.") % {"currency": name, "count": most}


def _check_size(amount: int, currency: str) -> None:
    if amount % step(currency):
        raise forms.ValidationError(
            gettext("Stripe takes amounts in %(currency)s whose last digit is 0, such as %(example)s.")
            % {"currency": currency_name(currency), "example": in_words(amount // 10 * 10, currency)}
        )
    if amount < least(currency):
        words = in_words(least(currency), currency)
        raise forms.ValidationError(gettext("Stripe takes %(amount)s at least.") % {"amount": words})
    if amount > MOST:
        words = in_words(MOST - MOST % step(currency), currency)
        raise forms.ValidationError(gettext("Stripe takes %(amount)s at most.") % {"amount": words})
