import pytest

from timetuna.web.forms import in_full, is_own_path


@pytest.mark.parametrize("path", ["/", "/booking-pages", "/settings/email?x=1#y", "/ada/intro"])
def test_own_paths(path):
    assert is_own_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "booking-pages",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "https://evil.example/",
        "https:///evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
        "/\t/evil.example",
        " /booking-pages",
        "/\x00",
    ],
)
def test_everything_else(path):
    assert not is_own_path(path)


def test_the_whole_address_begins_with_the_base_address(settings):
    settings.BASE_URL = "https://book.example.org"

    assert in_full("/signin") == "https://book.example.org/signin"
