import pytest

from timetuna.lib.hosts import normal_host, normal_origin


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("https://Book.Example.ORG", "https://book.example.org"),
        ("https://book.example.org/", "https://book.example.org"),
        ("https://book.example.org.", "https://book.example.org"),
        ("https://book.example.org:443", "https://book.example.org"),
        ("http://book.example.org:80", "http://book.example.org"),
        ("http://book.example.org:443", "http://book.example.org:443"),
        ("HTTPS://bücher.example:8443", "https://xn--bcher-kva.example:8443"),
        ("https://BÜCHER.example", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://nas:8000", "http://nas:8000"),
        ("http://192.168.1.5:8000", "http://192.168.1.5:8000"),
        ("http://[::1]:8581", "http://[::1]:8581"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
        ("http://[2001:DB8::0:1]", "http://[2001:db8::1]"),
        ("http://[::ffff:192.168.1.5]:80", "http://[::ffff:c0a8:105]"),
    ],
)
def test_an_address_is_kept_as_browsers_send_it(typed: str, sent: str) -> None:
    assert normal_origin(typed) == sent
    assert normal_origin(sent) == sent


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "book.example.org",
        "ftp://book.example.org",
        "https://",
        "https://book.example.org/path",
        "https://book.example.org/?a=1",
        "https://book.example.org/#a",
        "https://user@book.example.org",
        "https://book.example.org:99999",
        "https://book.example.org:0",
        "https://book.example.org:x",
        "https://book_me.example.org",
        "https://-book.example.org",
        "https://book..example.org",
        "https://book example.org",
        "https://" + "a" * 64 + ".example.org",
        "https://" + "a." * 130 + "org",
        "http://127.1",
        "http://0x7f000001",
        "http://192.168.1.256",
        "http://[::1",
        "http://[::g]",
        "http://[fe80::1%25eth0]",
        "http://[192.168.1.5]",
        "https://\u2024.example.org",
    ],
)
def test_what_no_browser_could_send_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        normal_origin(typed)


def test_a_host_has_one_form() -> None:
    assert {normal_host(text) for text in ("::1", "[::1]", "[0::1]")} == {"[::1]"}
