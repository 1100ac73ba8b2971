"""Several things in one line, in the language that is spoken: lists, spans, labels, and what is quoted."""

from collections.abc import Sequence
from unicodedata import normalize

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext

from timetuna.lib.text import liaison

_MARKS = tuple("?!:.؟。")


def in_words(items: Sequence[str]) -> str:
    """As in "a", "a and b", "a, b and c"."""
    return listed(items, gettext("and"))


def listed(items: Sequence[str], word: str) -> str:
    """With a word before the last, as it sounds well there."""
    language = get_language() or settings.LANGUAGE_CODE
    return str(get_text_list([*items], liaison(word, items[-1] if items else "", language=language)))


def from_to(start: object, end: object) -> str:
    """As in "9:00 to 17:00", "24 to 26 December"."""
    return gettext("%(start)s to %(end)s") % {"start": start, "end": end}


def quoted(text: str) -> str:
    """As in “text”."""
    return gettext("“%(text)s”") % {"text": text}


def labelled(label: str, value: str) -> str:
    """As in "Topic: Budget"; what ends in a mark of its own gets no second one, as in "Invoice to? Example Ltd"."""
    if normalize("NFKC", label).endswith(_MARKS):
        return f"{label} {value}"
    return gettext("%(label)s: %(value)s") % {"label": label, "value": value}
