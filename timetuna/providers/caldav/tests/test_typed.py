import pytest

from timetuna.providers.caldav.discovery import TypedServer, read_place
from timetuna.providers.errors import ProviderError


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("cloud.example.org", TypedServer("https://cloud.example.org")),
        ("  https://cloud.example.org/ ", TypedServer("https://cloud.example.org")),
        (
            "HTTPS://Cloud.Example.ORG/Remote.php/dav",
            TypedServer("https://cloud.example.org", "/Remote.php/dav"),
        ),
        ("https://cloud.example.org:8443/dav/?x=1#y", TypedServer("https://cloud.example.org:8443", "/dav/")),
        ("https://cloud.example.org:443/", TypedServer("https://cloud.example.org")),
        (
            "https://cloud.example.org/dav/ada@example.org/",
            TypedServer("https://cloud.example.org", "/dav/ada@example.org/"),
        ),
        ("https://user:secret@example.org/dav", TypedServer("https://example.org", "/dav")),
        ("caldavs://cloud.example.org/dav", TypedServer("https://cloud.example.org", "/dav")),
        ("localhost:5232", TypedServer("https://localhost:5232")),
        ("bücher.example", TypedServer("https://xn--bcher-kva.example")),
        ("ada@example.org", TypedServer("https://example.org")),
        ("ada@icloud.com", TypedServer("https://caldav.icloud.com")),
        ("iCloud.com", TypedServer("https://caldav.icloud.com")),
        ("https://me.com/", TypedServer("https://caldav.icloud.com")),
        ("ada@fastmail.com", TypedServer("https://caldav.fastmail.com")),
        ("posteo.de", TypedServer("https://posteo.de:8443")),
    ],
)
def test_what_is_typed_names_a_server(typed: str, expected: TypedServer) -> None:
    assert read_place(typed, allow_http=False) == expected


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            " ",
            "https://",
            "://x",
            "file:///etc/passwd",
            "ftp://example.org",
            "javascript:alert(1)",
            "a b",
        ),
        *(
            "https://exa mple.org",
            "https://example.org\\@127.0.0.1",
            "https://[::1",
            "https://example.org:99999999",
            "https://xn--/dav",
        ),
        *("http://cloud.example.org", "caldav://cloud.example.org"),
        *("ada@gmail.com", "outlook.com", "https://gmail.com/"),
    ],
)
def test_what_names_none_gets_a_sentence(typed: str) -> None:
    with pytest.raises(ProviderError, match=r"\.$") as raised:
        read_place(typed, allow_http=False)

    assert raised.value.permanent


def test_without_encryption_only_where_the_operator_allows_it() -> None:
    assert read_place("http://localhost:5232", allow_http=True) == TypedServer("http://localhost:5232")
    assert read_place("localhost:5232", allow_http=True) == TypedServer("https://localhost:5232")


def test_what_was_typed_is_looked_at_first_then_what_the_server_says() -> None:
    paths = TypedServer("https://x.example", "/my/dav").paths(found="/led/")

    assert paths[:3] == ("/my/dav", "/led/", "/")
    assert len(set(paths)) == len(paths)
