"""What programs show beside a link, and search engines read."""

from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from timetuna.pages.models import BookingPage

HOSTILE = '"><script>alert(1)</script>'


class Head(HTMLParser):
    """named: what each meta says, by name or property.  links: addresses by kind of link and language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.named: dict[str, str] = {}
        self.links: dict[tuple[str, str], str] = {}
        self.feed(html.partition("</head>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and "content" in given:
            self.named[given.get("property") or given.get("name", "")] = given["content"]
        elif tag == "link" and given["rel"] in {"canonical", "alternate"}:
            self.links[given["rel"], given.get("hreflang", "")] = given["href"]


def head(client: Client, path: str) -> Head:
    return Head(client.get(path).content.decode())


def change(page: BookingPage, **columns: object) -> None:
    BookingPage.objects.filter(pk=page.pk).update(**columns)


def test_a_listed_page_says_what_it_is(client: Client, page: BookingPage) -> None:
    change(page, title=HOSTILE, description="How we\ncan help you")
    address = f"{settings.BASE_URL}/alice/{page.slug}"

    found = head(client, f"/alice/{page.slug}")

    assert found.named["og:title"] == f"{HOSTILE} with Alice"
    assert found.named["og:description"] == found.named["description"] == "How we can help you"
    assert (found.named["og:url"], found.links["canonical", ""]) == (address, address)
    assert found.named["og:locale"] == "en_US"
    assert found.named["twitter:card"] == "summary_large_image"
    assert "robots" not in found.named
    assert found.links["alternate", "x-default"] == address
    assert found.links["alternate", "de"] == f"{address}?lang=de"


def test_each_language_is_an_address_of_its_own(client: Client, page: BookingPage) -> None:
    german = head(client, f"/alice/{page.slug}?lang=de")
    dated = head(Client(), f"/alice/{page.slug}?lang=de&day=2027-06-09")

    assert german.links["canonical", ""].endswith("?lang=de")
    assert german.named["og:locale"] == "de_DE"
    assert "robots" not in german.named
    assert dated.named["robots"] == "noindex"
    assert not [link for link in dated.links if link[0] == "alternate"]


def test_the_picture_changes_with_what_it_shows(client: Client, page: BookingPage) -> None:
    before = urlsplit(head(client, f"/alice/{page.slug}").named["og:image"])
    answer = client.get(before.path)
    change(page, brand_color="#aa0000")
    after = urlsplit(head(client, f"/alice/{page.slug}").named["og:image"])

    assert f"{before.scheme}://{before.netloc}" == settings.BASE_URL
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert Image.open(BytesIO(answer.content)).size == (1200, 630)
    assert client.get(before.path).status_code == 404
    assert client.get(after.path).content != answer.content


def test_a_page_that_is_not_listed_names_nobody_before_it_is_opened(
    client: Client, page: BookingPage
) -> None:
    card = urlsplit(head(client, f"/alice/{page.slug}").named["og:image"]).path
    change(page, listed=False)

    found = head(client, f"/alice/{page.slug}")

    assert found.named["robots"] == "noindex"
    assert "og:image" not in found.named
    assert found.links == {}
    said = " ".join([found.named["og:title"], found.named["og:description"], found.named["description"]])
    assert not [word for word in ("Alice", page.title) if word in said]
    assert client.get(card).status_code == 404


@pytest.mark.parametrize("path", ["/alice", "/alice?lang=de"])
def test_a_list_of_pages_says_whose_it_is(client: Client, page: BookingPage, path: str) -> None:
    assert page.listed

    found = head(client, path)

    assert "Alice" in found.named["og:title"]
    assert found.links["canonical", ""] == f"{settings.BASE_URL}{path}"
    assert "robots" not in found.named
