"""Money: in words, in the language that is spoken, and as people type it."""

import re
from decimal import Decimal
from unicodedata import digit, normalize

from babel.numbers import format_currency, get_currency_name, get_currency_symbol
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as gettext_for_hosts

from timetuna.l10n.datetimes import words_of
from timetuna.lib.currencies import digits, shown_digits

_AFTER = "#,##0.00\N{NO-BREAK SPACE}¤"
"""English pages say 45.00 €, as the countries that have it write it; CLDR puts the sign first there."""
_MARK = re.compile(r"[.,’'\s]")
_BESIDE_LETTERS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_LONE = re.compile(r"(\d{1,3})([.,])(\d{3})")
_POINTS = frozenset(".,")
_GROUP, _LONGEST = 3, 12


class AmountError(ValueError):
    """No amount of money can be read."""


class FractionError(AmountError):
    """It has more digits behind the point than its currency. most: how many those are."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class UnclearError(AmountError):
    """It may be thousands or a fraction. whole: how thousands are written so that nobody can doubt it."""

    def __init__(self, typed: str, whole: str) -> None:
        super().__init__(typed)
        self.typed, self.whole = typed, whole

    def sentence(self) -> str:
        said = gettext_for_hosts("“%(typed)s” can be read in two ways. For thousands, write %(whole)s.")
        return said % {"typed": self.typed, "whole": self.whole}


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def in_words(amount: int, currency: str) -> str:
    """As in "45.00 €", "$45.00", "45,00 $", "¥4,500". amount: in what the currency is counted in."""
    locale, code = words_of(_language()), currency.upper()
    english = locale.language == "en" and code == "EUR"
    shown = shown_digits(currency)
    pattern = _with_digits(_AFTER if english else str(locale.currency_formats["standard"].pattern), shown)
    value = Decimal(amount).scaleb(-digits(currency))
    words = str(format_currency(value, code, pattern, locale=locale, currency_digits=False))
    return _BESIDE_LETTERS.sub("\N{NO-BREAK SPACE}", words)


def _with_digits(pattern: str, count: int) -> str:
    behind = f".{'0' * count}" if count else ""
    return re.sub(r"(?<=0)\.0+", behind, pattern)


def plain(amount: int, currency: str) -> str:
    """As a field or a table has it: "45.00", "4500"; with the language's own point."""
    return decimal_of(amount, currency).replace(".", _point())


def decimal_of(amount: int, currency: str) -> str:
    """As programs read it: "45.00", "4500"."""
    value = Decimal(amount).scaleb(-digits(currency))
    return f"{value:.{shown_digits(currency)}f}"


def _point() -> str:
    return str(words_of(_language()).number_symbols["latn"]["decimal"])


def currency_name(currency: str) -> str:
    """As in "Euro (EUR)"."""
    return f"{_named(currency)} ({currency.upper()})"


def currency_label(currency: str) -> str:
    """As in "EUR – Euro"."""
    return f"{currency.upper()} – {_named(currency)}"


def _named(currency: str) -> str:
    name = str(get_currency_name(currency.upper(), locale=words_of(_language())))
    return f"{name[:1].upper()}{name[1:]}"


def parse_amount(text: str, currency: str) -> int:
    """What somebody typed as "45", "45,50", "1.234,50", "1 234.5" or "€45", counted as the currency is.

    Three digits behind the only point or comma are thousands where the language that is spoken writes them so, or the
    currency has no fractions; a fraction where it has three digits; else nobody can tell. Thousands never begin with 0.
    Raises AmountError.
    """
    count, most = digits(currency), shown_digits(currency)
    typed = _without_currency(normalize("NFKC", text), currency)
    if 0 < most < _GROUP:
        _require_clear(typed)
    whole, fraction = _split(typed, count)
    if not whole.isdecimal() or (fraction and not fraction.isdecimal()) or len(whole) > _LONGEST:
        raise AmountError
    fraction = fraction.rstrip("0")
    if len(fraction) > most:
        raise FractionError(most)
    return int(whole + fraction.ljust(count, "0"))


def _without_currency(typed: str, currency: str) -> str:
    code, rest = currency.upper(), typed.strip()
    locales = ("en", "en_US", _language().replace("-", "_"))
    signs = {code, "$", *(get_currency_symbol(code, locale=name) for name in locales)}
    for sign in sorted(signs if code.endswith("D") else signs - {"$"}, key=len, reverse=True):
        if rest.upper().startswith(sign.upper()):
            return rest[len(sign) :].strip()
        if rest.upper().endswith(sign.upper()):
            return rest[: -len(sign)].strip()
    return rest


def _require_clear(typed: str) -> None:
    """Raises UnclearError."""
    found = _LONE.fullmatch(typed)
    if found is None or digit(typed[0]) == 0:
        return
    if found[2] != words_of(_language()).number_symbols["latn"]["group"]:
        raise UnclearError(typed, found[1] + found[3])


def _split(typed: str, count: int) -> tuple[str, str]:
    """Into the digits before and behind the point. count: how many the currency has there at most."""
    *parts, last = _MARK.split(typed)
    *marks, mark = _MARK.findall(typed) or [""]
    is_point = mark in _POINTS and mark not in marks and (marks or len(last) != _GROUP or count == _GROUP)
    if not is_point:
        return _joined([*parts, last], marks + [mark] * bool(mark)), ""
    return _joined(parts, marks), last


def _joined(groups: list[str], marks: list[str]) -> str:
    """Thousands put together; two digits stand between marks in India.  Raises AmountError."""
    first, *others = groups
    fits = all(len(one) in {2, _GROUP} for one in others) and (not others or len(others[-1]) == _GROUP)
    begins = 0 < len(first) <= _GROUP and digit(first[0], 0) != 0
    if len(set(marks)) > 1 or not fits or (others and not begins):
        raise AmountError
    return "".join(groups)
