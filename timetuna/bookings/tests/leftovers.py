"""What of a page or a mail that should be in another language is still English."""

import re
from functools import cache
from html.parser import HTMLParser

from tests.languages import read, strings_of
from timetuna.l10n.catalogues import LOCALE

# Words without which hardly an English sentence is written.
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
THEIRS = {
    "es": {"no", "has"},
    "fr": {"on", "or"},
    "it": {"no", "it"},
    "nl": {"is", "of"},
    "pl": {"to", "on", "by", "no"},
    "pt_BR": {"no"},
}
"""Those of them that are words of the other language, too."""
FOR_GUESTS = "fr"
"""A language that says to guests all there is, and to hosts nothing."""
_SAID = frozenset({"aria-label", "alt", "title", "placeholder", "content"})
_FOR_PROGRAMS = frozenset({("name", "viewport"), ("name", "htmx-config")})
_NO_WORDS = re.compile(r"https?://\S+|\S+@\S+|Google Meet")


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


def leftovers(text, locale="de"):
    """Return English words and whole untranslated texts found in a plain text."""
    plain, english = _NO_WORDS.sub(" ", text), ENGLISH - THEIRS.get(locale, set())
    words = [word for word in re.findall(r"[^\W\d_]+", plain.lower()) if word in english]
    return words + [
        source
        for source, parts, pattern in untranslated(locale)
        if all(part in plain for part in parts) and pattern.search(plain)
    ]


@cache
def untranslated(locale):
    """Return the texts that a language says otherwise, what stands between their blanks, and what finds them.

    Single words that only hosts read are left out: some are in people's names.
    """
    catalogue, guests = (read(LOCALE / one / "LC_MESSAGES" / "django.po") for one in (locale, FOR_GUESTS))
    told = {text for message in catalogue for text in strings_of(message) if message.id}
    found = []
    for message in catalogue:
        if not message.id or message.context:
            continue
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        for source in set(sources) - told:
            if " " not in source and message.id not in guests:
                continue
            parts = re.split(r"%\(\w+\)[sd]", re.sub(r"<[^>]+>", "", source))
            pattern = ".+?".join(re.escape(part) for part in parts)
            if len("".join(parts).strip(" :,()·")) > 3:  # shorter ones are words of other languages, too
                found.append((source, parts, re.compile(rf"(?<!\w){pattern}(?!\w)")))
    return found
