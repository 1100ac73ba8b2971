"""On a page nothing has the id of something else, and whatever names another thing by its id finds it there."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.test_personas import scene
from tests.test_words_of_hosts import pages

__all__ = ["scene"]
NOT_WITH_HOSTS = "zone-form"
"""Guests choose a zone beside the times; what a host moves has their own."""
NAMING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "list", "form")


class Named(HTMLParser):
    """Ids of a page, and what names some."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.named: list[tuple[str, str]] = []
        self.inert = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inert += tag == "template"
        for name, value in () if self.inert else attrs:
            if name == "id":
                self.ids[value or ""] += 1
            elif name in NAMING or (tag == "a" and name == "href" and (value or "").startswith("#")):
                self.named += [(name, one.lstrip("#")) for one in (value or "").split()]

    def handle_endtag(self, tag: str) -> None:
        self.inert -= tag == "template"

    def wrong(self) -> Iterator[str]:
        yield from (f"{count} are called “{one}”" for one, count in self.ids.items() if count > 1)
        yield from (
            f"{name} names “{one}”, which is not there"
            for name, one in self.named
            if one not in {*self.ids, NOT_WITH_HOSTS}
        )


def test_what_is_there_twice_or_not_at_all_is_found() -> None:
    page = '<p id="a"><p id="a"><label for="b"></label><template><p id="a"><p id="c"></template><a href="#c">'
    assert [*Named(page).wrong()] == [
        "2 are called “a”",
        "for names “b”, which is not there",
        "href names “c”, which is not there",
    ]


@pytest.mark.django_db
@pytest.mark.either
@pytest.mark.matrix(of="walk")
@pytest.mark.parametrize("person", ["owner", "admin", "cohost"])
def test_each_id_of_a_hosts_page_is_one_things(scene: dict[str, Any], person: str) -> None:
    found: dict[str, str] = {}
    for address, page in pages(scene, person):
        for one in Named(page).wrong():
            found.setdefault(one, address)
    assert found == {}
