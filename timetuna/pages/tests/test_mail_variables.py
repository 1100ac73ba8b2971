import pytest

from timetuna.lib.text import fill, unknown
from timetuna.pages.forms.notifications import PLACEHOLDERS


def test_names_in_braces_are_filled_in() -> None:
    values = {"guest name": "Grace", "page": "Intro call"}

    assert fill("{guest name}: {page} with {Guest  Name}", values) == "Grace: Intro call with Grace"


def test_a_value_with_braces_is_not_filled_in_again() -> None:
    assert fill("{guest name}", {"guest name": "{host name}", "host name": "Ada"}) == "{host name}"


@pytest.mark.parametrize(
    "text", ["{0}", "{guest.name}", "{guest name!r}", "{__class__}", "{", "}", "{}", "%s"]
)
def test_nothing_is_looked_up(text: str) -> None:
    assert fill(text, {"guest name": "Grace"}) == text


def test_what_is_not_on_the_list_is_named_once() -> None:
    assert unknown("{guest name} {guest.name} {x} {x} {}", PLACEHOLDERS) == ["{guest.name}", "{x}", "{}"]


def test_the_whole_list_is_known() -> None:
    assert unknown(" ".join(f"{{{name}}}" for name in PLACEHOLDERS), PLACEHOLDERS) == []
