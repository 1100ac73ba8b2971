"""Several things in one sentence, in the language that is spoken."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext

from timetuna.lib.text import liaison


def in_words(items: Sequence[str]) -> str:
    """As in "a", "a and b", "a, b and c"."""
    return listed(items, gettext("and"))


def listed(items: Sequence[str], word: str) -> str:
    """With a word before the last, as it sounds well there."""
    language = get_language() or settings.LANGUAGE_CODE
    return str(get_text_list([*items], liaison(word, items[-1] if items else "", language=language)))


def quoted(text: str) -> str:
    """As in “text”."""
    return gettext("“%(text)s”") % {"text": text}
