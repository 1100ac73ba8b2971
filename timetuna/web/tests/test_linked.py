"""Addresses in what hosts write: links where they lead to the web and nowhere else, text everywhere else."""

import re
from html.parser import HTMLParser

import pytest

from timetuna.bookings.tests.test_hostile_fields import TEXTS
from timetuna.web.linked import linked

LINK = '<a href="{0}" target="_blank" rel="nofollow noopener noreferrer" dir="ltr">{0}</a>'


class Reader(HTMLParser):
    """What a browser makes of it: its text, and the tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", list[tuple[str, dict[str, str | None]]]()
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += "\n" if tag == "br" else ""


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("https://acme.example", "https://acme.example", ""),
        ("See https://acme.example/a?b=1#c.", "https://acme.example/a?b=1#c", "."),
        ("(https://acme.example/a_(b))", "https://acme.example/a_(b)", ")"),
        ("“https://acme.example/a”, or", "https://acme.example/a", "”, or"),
        ("HTTP://Acme.example:8080/x!", "HTTP://Acme.example:8080/x", "!"),
        ("https://münchen.example/ä", "https://münchen.example/ä", ""),
        ("at https://acme.example…", "https://acme.example", "…"),
    ],
)
def test_an_address_is_a_link_without_what_stands_around_it(text: str, address: str, after: str) -> None:
    made = linked(text)

    assert LINK.format(address) in made
    assert made.endswith(f"</a>{after}")


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://acme.example/%0aalert(1)",
        "data:text/html,https:",
        "https://",
        "http://.",
        "https://bank.example@evil.example/",
        "https://user:word@evil.example/",
        "https://xn--\N{SNOWMAN}.example:99999999/",
        "ftp://acme.example/a",
        "mailto:a@acme.example",
        "www.acme.example",
        "acme.example",
    ],
)
def test_whatever_else_looks_like_one_is_text(text: str) -> None:
    assert Reader(linked(text)).tags == []
    assert Reader(linked(text)).text == text


@pytest.mark.parametrize(
    "text",
    [
        'https://acme.example/"onmouseover=alert(1)//',
        "https://acme.example/'><script>alert(1)</script>",
        "https://acme.example/<img/src=x onerror=alert(1)>",
        "<a href=https://acme.example/>x</a>",
        "https://acme.example/&quot;&#x22;onclick=1",
        "https://acme.example/\N{RIGHT-TO-LEFT OVERRIDE}moc.knab//:sptth",
        "https://a.example/https://b.example/`{|}\\",
    ],
)
def test_an_address_closes_nothing_and_brings_nothing_along(text: str) -> None:
    read = Reader(linked(text))

    assert read.text == text
    for tag, attributes in read.tags:
        assert tag == "a"
        assert attributes.keys() == {"href", "target", "rel", "dir"}
        assert re.match(r"https?://[a-z]", str(attributes["href"]))
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in str(attributes["href"])


def test_500_hostile_texts_stay_what_they_are_beside_an_address() -> None:
    for text in TEXTS:
        both = f"{text} https://acme.example/{text}"
        read = Reader(linked(both))

        assert {tag for tag, _ in read.tags} <= {"a", "br"}
        assert all(
            re.match("https?://", str(one["href"]), re.IGNORECASE) for tag, one in read.tags if tag == "a"
        )
        shown, meant = ("".join(one.split()).replace("\0", "") for one in (read.text, both))
        assert shown.replace("\N{REPLACEMENT CHARACTER}", "") == meant.replace(
            "\N{REPLACEMENT CHARACTER}", ""
        )


def test_lines_end_where_they_did() -> None:
    text = "One\nhttps://a.example\n\nTwo https://b.example\nThree"

    assert Reader(linked(text)).text == text
    assert "\n" not in re.sub(r"(?<=\w)\n(?=\w)", "", linked(text))
