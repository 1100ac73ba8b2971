"""What of a page or a mail that should be in German is not."""

import re
from functools import cache
from html.parser import HTMLParser

from tests.languages import LOCALE, read, strings_of

GERMAN = LOCALE / "de" / "LC_MESSAGES" / "django.po"
# Words without which hardly an English sentence is written, and that are none in German.
ENGLISH = frozenset(
    {
        *(
            "the",
            "your",
            "you",
            "is",
            "with",
            "and",
            "for",
            "this",
            "that",
            "please",
            "to",
            "of",
            "are",
            "not",
        ),
        *(
            "will",
            "it",
            "when",
            "from",
            "until",
            "at",
            "on",
            "be",
            "has",
            "have",
            "can",
            "here",
            "more",
            "who",
        ),
        *("or", "by", "no", "any", "its", "yes", "how", "where", "sent", "see"),
    }
)
_SAID = frozenset({"aria-label", "alt", "title", "placeholder", "content"})
_FOR_PROGRAMS = frozenset({("name", "viewport"), ("name", "htmx-config")})
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")


class Seen(HTMLParser):
    """Collects what a reader sees or is told: texts, and attributes that hold texts. Names of cities are left out."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.inside = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in {"style", "script", "option"}:
            self.inside.append(tag)
        if not _FOR_PROGRAMS & set(attrs):
            self.texts += [
                value
                for name, value in attrs
                if value and (name in _SAID or (name.startswith("data-") and " " in value))
            ]

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.texts.append(data)

    def text(self):
        return " ".join(" ".join(self.texts).split())


def leftovers(text):
    """Return English words and whole untranslated texts found in a plain text."""
    plain = _ADDRESS.sub(" ", text)
    words = [word for word in re.findall(r"[a-z']+", plain.lower()) if word in ENGLISH]
    return words + [
        source
        for source, parts, pattern in untranslated()
        if all(part in plain for part in parts) and pattern.search(plain)
    ]


@cache
def untranslated():
    """Return the texts that German says otherwise, what stands between their blanks, and what finds them."""
    found = []
    for message in read(GERMAN):
        if not message.id or message.context:
            continue
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        for source in set(sources) - set(strings_of(message)):
            parts = re.split(r"%\(\w+\)[sd]", re.sub(r"<[^>]+>", "", source))
            pattern = ".+?".join(re.escape(part) for part in parts)
            if "".join(parts).strip(" :,()"):
                found.append((source, parts, re.compile(rf"(?<!\w){pattern}(?!\w)")))
    return found
