import pytest

from timetuna.lib.text import without_addresses


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Sam Guest", "Sam Guest"),
        ("Dr. Sam O'Neil, MD", "Dr. Sam O'Neil, MD"),
        ("J.Smith", "J. Smith"),
        ("J.R.R.Tolkien", "J. R. R. Tolkien"),
        ("Dr.Müller, Ltd.", "Dr. Müller, Ltd."),
        ("Sam https://evil.example/x", "Sam (address left out)"),
        ("pay at evil.example", "pay at (address left out)"),
        ("t.co/abc T.Co/abc", "(address left out) (address left out)"),
        ("www.x", "(address left out)"),
        ("eve@evil.example", "(address left out)"),
        ("x.com", "(address left out)"),
    ],
)
def test_addresses_are_left_out_and_names_stay(typed: str, shown: str) -> None:
    assert without_addresses(typed) == shown
