"""The search for a zone: rows for a field, links for a page, and no way out to elsewhere."""

import re

import pytest

pytestmark = pytest.mark.django_db

ROWS = {"HX-Request": "true"}


def rows(answer):
    return re.findall(r'data-zone="([^"]+)"', answer.content.decode())


def test_rows_show_where_it_is_what_time(client):
    answer = client.get("/search/zones", {"q": "munich"}, headers=ROWS)

    text = " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
    assert re.fullmatch(r"Germany, Berlin \(UTC\+[12]\) Munich \d\d:\d\d", text), text
    assert answer["Cache-Control"] == "private, max-age=60"


def test_before_anything_is_typed_the_device_comes_first_and_what_is_chosen_next(client):
    asked = {"q": "", "device": "Asia/Calcutta", "zone": "Europe/Lisbon", "clock": "12"}
    answer = client.get("/search/zones", asked, headers=ROWS)

    assert rows(answer)[:2] == ["Asia/Calcutta", "Europe/Lisbon"]
    assert "Asia/Kolkata" not in rows(answer), "the device's own, under an old name"
    assert answer.content.decode().count("Your device") == 1
    assert re.search(r"\d:\d\d\xa0[ap]m", answer.content.decode())


def test_the_page_that_asks_says_in_which_language(client):
    german = client.get("/search/zones", {"q": "indi", "speak": "de"}, headers=ROWS)
    english = client.get(
        "/search/zones", {"q": "indi", "speak": "en"}, headers=ROWS | {"Accept-Language": "de"}
    )

    assert "Indien, Kalkutta" in german.content.decode()
    assert "India, Kolkata" in english.content.decode()


def test_without_scripts_a_link_leads_back_with_the_zone(client):
    asked = {"q": "Nepal", "next": "/alice/intro?x=1", "month": "2027-01", "clock": "12"}
    text = client.get("/search/zones", asked).content.decode()

    assert 'href="/alice/intro?month=2027-01&amp;clock=12&amp;zone=Asia/Kathmandu"' in text
    assert "Nothing of this name" in client.get("/search/zones", {"q": "Atlantis"}).content.decode()


def test_no_link_leads_elsewhere(client):
    for elsewhere in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "x",
    ):
        text = client.get("/search/zones", {"q": "Nepal", "next": elsewhere}).content.decode()
        assert "Nepal, Kathmandu" in text
        links = re.findall(r'href="([^"]*)"', text)
        assert [one for one in links if one.startswith(("//", "/\\", "http", "javascript:", "x"))] == []
