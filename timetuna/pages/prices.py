"""What a meeting costs."""

from dataclasses import dataclass

from django.utils.translation import gettext

from timetuna.l10n import money


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
