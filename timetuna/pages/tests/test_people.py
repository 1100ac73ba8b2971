"""Several people in words."""

import pytest
from django.utils import translation

from timetuna.pages.public import some_of, together

TWENTY = ["Ada", "Bob", "Cleo", *(f"Host {number}" for number in range(17))]


@pytest.mark.parametrize(
    ("names", "english", "german"),
    [
        (["Ada"], "Ada", "Ada"),
        (["Ada", "Bob"], "Ada and Bob", "Ada und Bob"),
        (["Ada", "Bob", "Cleo", "Dan"], "Ada, Bob, Cleo and Dan", "Ada, Bob, Cleo und Dan"),
        (TWENTY, "Ada, Bob, Cleo and 17 others", "Ada, Bob, Cleo und 17 Personen mehr"),
    ],
)
def test_all_of_them(names, english, german):
    assert together(names) == english
    with translation.override("de"):
        assert together(names) == german


@pytest.mark.parametrize(
    ("language", "names", "shown"),
    [
        ("es", ["Ada", "Inés"], "Ada e Inés"),
        ("es", ["Ada", "Hilario"], "Ada e Hilario"),
        ("es", ["Ada", "Hielo"], "Ada y Hielo"),
        ("es", ["Inés", "Ada"], "Inés y Ada"),
        ("it", ["Ada", "Elena"], "Ada ed Elena"),
        ("it", ["Elena", "Ada"], "Elena e Ada"),
    ],
)
def test_and_sounds_well_before_a_vowel(language, names, shown):
    with translation.override(language):
        assert together(names) == shown


@pytest.mark.parametrize(
    ("names", "number", "english", "german"),
    [
        (["Ada"], 1, "Ada", "Ada"),
        (["Ada", "Bob"], 1, "one of Ada, Bob", "Ada oder Bob"),
        (["Ada", "Bob", "Cleo"], 1, "one of Ada, Bob, Cleo", "Ada, Bob oder Cleo"),
        (["Ada", "Bob", "Cleo"], 2, "2 of Ada, Bob and Cleo", "2 von Ada, Bob und Cleo"),
        (["Ada", "Bob"], 2, "Ada and Bob", "Ada und Bob"),
        (TWENTY, 1, "one of Ada, Bob, Cleo and 17 others", "Ada, Bob, Cleo oder 17 Personen mehr"),
    ],
)
def test_some_of_them(names, number, english, german):
    assert some_of(names, number=number) == english
    with translation.override("de"):
        assert some_of(names, number=number) == german
