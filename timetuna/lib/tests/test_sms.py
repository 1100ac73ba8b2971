"""How long texts are, and how they are made to fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timetuna.lib.sms import fit, plain, segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("Größe\n", 1),
    ],
)
def test_a_text_is_paid_for_in_segments(text: str, count: int) -> None:
    assert segments(text) == count


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Łukasz\u2019s \u201cintro\u201d \u2013 zażółć…", 'Lukasz\'s "intro" - zazolc...'),
        ("Reunião com João", "Reuniao com Joao"),
        ("Größe à la carte", "Größe à la carte"),
        ("10:00\u202fUhr", "10:00 Uhr"),
        ("Привет José", "Привет José"),
    ],
)
def test_what_can_be_said_in_cheap_signs_is(text: str, said: str) -> None:
    assert plain(text) == said


def test_the_link_stays_whole() -> None:
    tail = "\nhttps://example.org/b/" + "x" * 43

    assert fit("Hello", tail) == f"Hello{tail}"
    for sign in "aжл😀":
        whole = fit(sign * 500, tail)
        assert whole.endswith(f"...{tail}")
        assert segments(whole) == 2
    assert fit("ж", "y" * 400) == "y" * 400


@given(st.text(max_size=300), st.integers(min_value=10, max_value=110))
def test_nothing_is_longer_than_two(head: str, length: int) -> None:
    tail = "\n" + "x" * length

    whole = fit(head, tail)

    assert segments(whole) <= 2
    assert whole.endswith("x" * length)
