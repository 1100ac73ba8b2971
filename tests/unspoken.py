"""What stands on a page and went through no translation.

Every text is put in brackets as it is translated, and what has Latin letters outside of brackets was not. What CLDR
knows (days, months, countries, distances) comes in Greek, as that is the language meanwhile.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from timetuna.lib.currencies import CURRENCIES

OPEN, CLOSE = "⟦", "⟧"
LANGUAGE = "el"
"""Not ours, so that texts stay as they are in the source."""
FUNCTIONS = ("gettext", "ngettext", "pgettext", "npgettext")
WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = frozenset(
    """
    TimeTuna Zoom Google Calendar Meet Microsoft Teams Outlook iCloud Apple Nextcloud Fastmail CalDAV Calendly Cal com
    CSV PDF SVG PNG JPEG JPG ICS UTC GMT MP WebP QR HTML API Stripe CFA CFP
    """.split()  # noqa: SIM905 - one list, read as words
)
"""The same in every language: products, formats, scales."""
CODES = frozenset(map(str.upper, CURRENCIES))
SHOWN = {"title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "alt", "label"}
UNSEEN = {"script", "style", "kbd", "samp"}
"""What is on a key is on it in every language, and so is what a machine says of another."""
VOID = {"meta", "link", "input", "br", "hr", "img", "wbr", "source", "col", "area"}
BUTTONS = {"submit", "button", "reset"}
NO_WORDS = (
    re.compile(r"</?\w[^<>]*>"),  # what is to be pasted into another site
    re.compile(r"\{[^{}]*\}"),  # what hosts type for a value: it is the same in every language
    re.compile(
        r"\S*(?:@|://|\w/\w|/\w+/|\w_\w|\w\.\w+\.?\w|=)\S*|\S+\.(?:csv|ics|png|svg|html|js)\b|#\w+|/[\w-]+"
    ),
)
SENTENCE = re.compile(r"\b[A-Z][a-z]+\b|[a-z]{2,}[.,]? [a-zA-Z]{2,}")


@contextmanager
def bracketed() -> Iterator[None]:
    """Put whatever is translated in brackets, in this process and until the end."""

    def marked(function: Callable[..., str]) -> Callable[..., str]:
        def mark(*given: Any) -> str:
            found = function(*given)
            return f"{OPEN}{found}{CLOSE}" if WORD.search(found) else found

        return mark

    with pytest.MonkeyPatch.context() as patch, translation.override(LANGUAGE):
        for name in FUNCTIONS:
            patch.setattr(translation._trans, name, marked(getattr(translation._trans, name)))
        yield


def unspoken(page: str) -> list[str]:
    """Return what has words outside of brackets: texts, and attributes that are read or that scripts show."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    known = (
        NAMES
        | {code.upper() for code in CURRENCIES}
        | {word for _, name in settings.LANGUAGES for word in WORD.findall(name)}
    )
    found = [_without_addresses(text) for text in reader.texts]
    return list(dict.fromkeys(text for text in found if set(WORD.findall(text)) - known))


def _without_addresses(text: str) -> str:
    for one in NO_WORDS:
        text = one.sub(" ", text)
    return " ".join(text.split())


class _Reader(HTMLParser):
    """Collects what is outside of brackets: in the texts, which one pair may span, and in each attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.depth = 0
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.inside.append("json" if "json" in given.get("type", "") else tag)
        for name, value in given.items():
            if self._is_read(tag, name, given):
                self._keep(outside(value))
            elif name.startswith("data-") and name != "data-copy":  # what is copied stands on the page, too
                self._keep_of_data(value)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and tag not in VOID:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        where = self.inside[-1] if self.inside else ""
        if where == "json":
            self._keep_of_data(data)
        elif where not in UNSEEN:
            text, self.depth = _outside(data, self.depth)
            self._keep(text)

    @staticmethod
    def _is_read(tag: str, name: str, given: dict[str, str]) -> bool:
        if name == "value":
            return tag == "input" and given.get("type") in BUTTONS
        if name == "content":
            return given.get("name") == "description"
        return name in SHOWN

    def _keep(self, text: str) -> None:
        if text.strip():
            self.texts.append(text)

    def _keep_of_data(self, value: str) -> None:
        """Keep what reads as a sentence: most are names that scripts go by."""
        try:
            parts = list(_strings(json.loads(value)))
        except ValueError:
            parts = [value]
        for part in parts:
            text = _without_addresses(outside(part))
            if SENTENCE.search(text):
                self._keep(text)


def outside(text: str) -> str:
    """Return what is in no brackets."""
    return _outside(text, 0)[0]


def _outside(text: str, depth: int) -> tuple[str, int]:
    kept = []
    for sign in text:
        if sign == OPEN:
            depth += 1
        elif sign == CLOSE:
            depth = max(0, depth - 1)
            kept.append(" ")
        elif not depth:
            kept.append(sign)
    return "".join(kept), depth


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
