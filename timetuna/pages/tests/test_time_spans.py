import pytest

from timetuna.pages.forms.time_spans import parse, show


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", []),
        (" , ", []),
        ("24 h, 1 h", [1440, 60]),
        ("1h and 24H", [1440, 60]),
        ("30", [30]),
        ("30 min; 2 days", [2880, 30]),
        ("1 week, 1 week", [10080]),
    ],
)
def test_what_people_type_is_read(text, minutes):
    assert parse(text) == minutes


@pytest.mark.parametrize("minutes", [[1440, 60], [15], [2880, 1440, 90, 45, 1], []])
def test_what_is_shown_is_read_back(minutes):
    assert parse(show(minutes)) == minutes


@pytest.mark.parametrize("text", ["soon", "1 fortnight", "-1 h", "1.5 h", "h", "9" * 40, "<b>"])
def test_what_is_no_length_is_named_in_a_sentence(text):
    with pytest.raises(
        ValueError, match=r"^“.{1,20}” is no length of time\. Write it like 30 min, 24 h or 2 days\.$"
    ):
        parse(text)


@pytest.mark.parametrize("text", ["0", "5 weeks", "99999 w"])
def test_a_length_has_bounds(text):
    with pytest.raises(ValueError, match="from 1 minute to 4 weeks"):
        parse(text)
