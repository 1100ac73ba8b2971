from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.pages.forms.hours.typed_hours import parse, show


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", ""),
        ("closed", ""),
        ("9-17", "09:00–17:00"),
        ("09:00–12:30, 14–18", "09:00–12:30, 14:00–18:00"),
        ("14-18; 9.15 to 12.30", "09:15–12:30, 14:00–18:00"),
        ("9 until 12 and 13:00 — 17h30", "09:00–12:00, 13:00–17:30"),
        ("9am-5pm", "09:00–17:00"),
        ("9-5pm", "09:00–17:00"),
        ("1-5 p.m.", "13:00–17:00"),
        ("12am-12pm", "00:00–12:00"),
        ("0-24", "00:00–24:00"),
        ("All  day", "00:00–24:00"),
        ("22-0", "22:00–24:00"),
        ("9 bis 12 und 13:30–17 Uhr", "09:00–12:00, 13:30–17:00"),
        ("geschlossen", ""),
        ("ganztägig", "00:00–24:00"),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, said: str) -> None:
    assert show(parse(typed)) == said


def test_what_ends_before_it_begins_goes_on_after_midnight() -> None:
    assert parse("20-22, 22:30-2:15") == [(1200, 1320), (1350, 1440 + 135)]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("nine to five", "“nine to five” is not clear. Write hours like 09:00–12:30, 14–18."),
        ("9", "“9” is not clear."),
        ("9-12-15", "“9-12-15” is not clear."),
        ("9-25", "“25” is no time of day."),
        ("9:60-10", "“9:60” is no time of day."),
        ("13pm-15", "“13pm” is no time of day."),
        ("9-9", "“9-9” begins when it ends."),
        ("24-3", "begins after the day has ended."),
        ("9-12, 11-14", "11:00–14:00 overlaps 09:00–12:00. Change one of them."),
        (", ".join(f"{hour}:00-{hour}:30" for hour in range(11)), "A day can have 10 windows at most."),
    ],
)
def test_what_is_not_clear_is_said(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as refused:
        parse(typed)

    assert sentence in str(refused.value)


minutes = st.lists(st.integers(0, 1440), max_size=20, unique=True).map(sorted)


@settings(max_examples=100)
@given(minutes)
def test_what_is_shown_is_read_as_it_was(bounds: list[int]) -> None:
    windows = list(zip(bounds[::2], bounds[1::2], strict=False))

    assert parse(show(windows)) == windows


@settings(max_examples=100)
@given(st.text(st.sampled_from("0123456789:.-–, amphto\n"), max_size=30))
def test_whatever_is_typed_is_hours_or_a_sentence(typed: str) -> None:
    with suppress(ValueError):
        assert all(0 <= start < end <= start + 1440 and start < 1440 for start, end in parse(typed))
