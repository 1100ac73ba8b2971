import pytest

from timetuna.l10n.datetimes import MONDAY, SATURDAY, SUNDAY, Customs, customs_of


@pytest.mark.parametrize(
    ("header", "twelve_hours", "first_weekday"),
    [
        ("", False, MONDAY),
        ("*", False, MONDAY),
        ("en-US,en;q=0.9", True, SUNDAY),
        ("en", True, SUNDAY),
        ("en-GB,en-US;q=0.9,en;q=0.8", False, MONDAY),
        ("de", False, MONDAY),
        ("de-AT,de;q=0.7", False, MONDAY),
        ("ar", True, SATURDAY),
        ("ar-SA", True, SUNDAY),
        ("fa-IR", False, SATURDAY),
        ("he", False, SUNDAY),
        ("pt-BR", False, SUNDAY),
        ("ja", False, SUNDAY),
        ("fr-CA", False, SUNDAY),
        ("en-CA", True, SUNDAY),
        ("zh-Hant-TW", True, SUNDAY),
        ("es-419", False, MONDAY),
        ("de;q=0.5, en-US;q=0.8", True, SUNDAY),
        ("en-US;q=0, de", False, MONDAY),
        ("\x00;;q=nan,,,", False, MONDAY),
        ("x" * 100_000, False, MONDAY),
    ],
)
def test_customs_follow_the_language_that_is_liked_best(header, twelve_hours, first_weekday):
    assert customs_of(header) == Customs(twelve_hours, first_weekday)
