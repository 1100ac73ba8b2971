"""What a meeting costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from timetuna.l10n import money
from timetuna.l10n.lists import from_to


@dataclass(frozen=True, slots=True)
class Price:
    """amount: whole, above nothing, of what the currency is counted in.  currency: three small letters.

    tax: whether Stripe adds it.
    """

    amount: int
    currency: str
    tax: bool = False

    def mark(self) -> str:
        """As in "4500 eur", "4500 eur tax": what a form carries of it, to be compared and never read."""
        return f"{self.amount} {self.currency}{' tax' if self.tax else ''}"

    def __str__(self) -> str:
        """As in "45.00 €", "45.00 € plus tax", in the language that is spoken."""
        words = money.in_words(self.amount, self.currency)
        return gettext("%(amount)s plus tax") % {"amount": words} if self.tax else words


def price(amount: int | None, currency: str, *, tax: bool = False) -> Price | None:
    """None where nothing is to be paid."""
    return Price(amount, currency, tax) if amount and currency else None


def free() -> str:
    """What stands in the place of a price where there is none."""
    return pgettext("a price", "Free")


def in_short(prices: Sequence[Price | None]) -> str:
    """What a page's lengths cost, as in "45.00 €", "Free to 80.00 €"; "" where all are free."""
    paid = sorted((one for one in prices if one), key=lambda one: one.amount)
    if not paid:
        return ""
    least, most = paid[0], paid[-1]
    if None in prices:
        return from_to(free(), most)
    return str(most) if least == most else from_to(money.in_words(least.amount, least.currency), most)
