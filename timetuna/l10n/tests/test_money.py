"""Amounts of money: as guests read them, and as hosts type them."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from timetuna.l10n.money import (
    AmountError,
    FractionError,
    UnclearError,
    currency_name,
    decimal_of,
    in_words,
    parse_amount,
    plain,
)
from timetuna.lib.currencies import CURRENCIES, digits, least, step

LANGUAGES = ["en", "de", "es", "fr", "it", "nl", "pl", "pt-br"]


@pytest.mark.parametrize(
    ("language", "amount", "currency", "said"),
    [
        ("en", 4500, "eur", "45.00 €"),
        ("en", 123_450, "eur", "1,234.50 €"),
        ("en", 4500, "usd", "$45.00"),
        ("en", 4500, "cad", "CA$45.00"),
        ("en", 4500, "gbp", "£45.00"),
        ("en", 4500, "jpy", "¥4,500"),
        ("en", 5120, "kwd", "KWD 5.120"),
        ("en", 500_00, "isk", "ISK 500"),
        ("de", 123_450, "eur", "1.234,50 €"),
        ("de", 4500, "jpy", "4.500 ¥"),
        ("fr", 123_450, "eur", "1 234,50 €"),
        ("nl", 4500, "eur", "€ 45,00"),
        ("pl", 4500, "pln", "45,00 zł"),
        ("pt-br", 4500, "brl", "R$ 45,00"),
        ("es", 4500, "eur", "45,00 €"),
        ("it", 4500, "eur", "45,00 €"),
    ],
)
def test_an_amount_is_said_as_its_reader_writes_it(
    language: str, amount: int, currency: str, said: str
) -> None:
    with override(language):
        assert " ".join(in_words(amount, currency).split()) == said


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("45", "eur", 4500),
        ("45,50", "eur", 4550),
        ("45.5", "eur", 4550),
        ("45.", "eur", 4500),
        ("0,50", "eur", 50),
        ("1.234,50", "eur", 123_450),
        ("1,234.50", "usd", 123_450),
        ("1’234.50", "chf", 123_450),
        ("1 234,50", "eur", 123_450),
        ("1\u202f234,50", "eur", 123_450),
        ("1,234", "usd", 123_400),
        ("1 234", "eur", 123_400),
        ("1,23,456.00", "inr", 12_345_600),
        ("1.234.567", "eur", 123_456_700),
        ("€45", "eur", 4500),
        ("45 €", "eur", 4500),
        ("45 EUR", "eur", 4500),
        ("$45.00", "usd", 4500),
        ("CA$45", "cad", 4500),
        ("$45", "cad", 4500),
        ("٤٥", "eur", 4500),
        ("4.500", "jpy", 4500),
        ("4500.00", "jpy", 4500),
        ("5.120", "kwd", 5120),
        ("5", "kwd", 5000),
        ("500", "isk", 50_000),
        ("0", "eur", 0),
    ],
)
def test_an_amount_is_read_as_it_is_typed(typed: str, currency: str, amount: int) -> None:
    assert parse_amount(typed, currency) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "free",
        "-5",
        "1.23.4",
        "1,2,3",
        "1.2345,00",
        "45-50",
        "1e3",
        ",",
        "4 5",
        "9" * 40,
        "0.001",
        "0,500",
        "0.123,00",
    ],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(AmountError):
        parse_amount(typed, "eur")


@pytest.mark.parametrize(
    ("typed", "currency", "most"), [("4,5", "jpy", 0), ("4.5055", "eur", 2), ("5.5", "isk", 0)]
)
def test_too_many_digits_behind_the_point_are_said(typed: str, currency: str, most: int) -> None:
    with pytest.raises(FractionError) as refused:
        parse_amount(typed, currency)
    assert refused.value.most == most


@pytest.mark.parametrize(
    ("language", "typed", "currency", "amount"),
    [
        ("en", "1,000", "eur", 100_000),
        ("en", "1.000", "eur", None),
        ("en", "€1.234", "eur", None),
        ("de", "1.000", "eur", 100_000),
        ("de", "1,000", "eur", None),
        ("fr", "1.000", "eur", None),
        ("fr", "1\u202f000", "eur", 100_000),
        ("pl", "1,000", "pln", None),
        ("de", "1.000,00", "eur", 100_000),
        ("en", "1.000.000", "eur", 100_000_000),
        ("en", "1.000", "jpy", 1000),
        ("en", "1.000", "isk", 100_000),
        ("de", "1.000", "kwd", 1000),
    ],
)
def test_what_can_be_read_in_two_ways_is_read_in_none(
    language: str, typed: str, currency: str, amount: int | None
) -> None:
    with override(language):
        if amount is not None:
            assert parse_amount(typed, currency) == amount
            return
        with pytest.raises(UnclearError) as refused:
            parse_amount(typed, currency)
    assert refused.value.whole in {"1000", "1234"}


@given(
    whole=st.integers(0, 999_999),
    currency=st.sampled_from(sorted(CURRENCIES)),
    language=st.sampled_from(LANGUAGES),
)
def test_what_a_field_shows_is_read_back(whole: int, currency: str, language: str) -> None:
    amount = whole * step(currency)
    with override(language):
        assert parse_amount(plain(amount, currency), currency) == amount
        assert parse_amount(decimal_of(amount, currency), currency) == amount


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_currency_has_a_name_and_a_least_amount_that_can_be_taken(language: str) -> None:
    with override(language):
        for currency in CURRENCIES:
            assert currency_name(currency).endswith(f"({currency.upper()})")
            assert len(currency_name(currency)) > 6
            assert least(currency) % step(currency) == 0
            assert digits(currency) in {0, 2, 3}
