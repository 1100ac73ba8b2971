"""Sentences that were written down in English are told in the language that is spoken: in the history, and of faults.

A sentence is kept as its first reader got it, with its blanks filled in. Each is a text of the catalogue, where
`gettext_noop` marks those that nothing else translates; so what filled its blanks is read out of it, and it is said
anew.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language, gettext, ngettext

from timetuna.l10n.catalogues import LOCALE

_BLANK = re.compile(r"%\((\w+)\)([sd])")
_BETWEEN = re.compile(r"(?<=[.!?]) (?=[A-Z“])")
_LEAST = 8
"""So many letters of its own has a text that is recognised: with fewer, it could be anything."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with blanks: as it is recognised, and what it is translated by."""

    recognised: re.Pattern[str]
    letters: int
    singular: str
    plural: str
    counted: str
    numbers: frozenset[str]

    def said(self, found: re.Match[str]) -> str:
        given = found.groupdict().items()
        blanks = {name: int(value) if name in self.numbers else _piece(value) for name, value in given}
        if not self.plural:
            return gettext(self.singular) % blanks
        return ngettext(self.singular, self.plural, int(found[self.counted])) % blanks


def retold(text: str) -> str:
    """As it is where nothing of it is recognised."""
    language = get_language() or settings.LANGUAGE_CODE
    if not text or language == settings.LANGUAGE_CODE:
        return text
    whole = _one(text, language)
    return " ".join(_several(text, language)) if whole is None else whole


def _piece(value: str) -> str:
    """What filled a blank: a sentence, or a part of one, is told too; a name, which has a capital, stays as it is."""
    return retold(value) if value[0].islower() or value.endswith(".") else value


def _several(text: str, language: str) -> list[str]:
    """Sentence by sentence; the longest that is one text goes first."""
    parts = _BETWEEN.split(text)
    said: list[str] = []
    while parts:
        for count in range(len(parts), 0, -1):
            found = _one(" ".join(parts[:count]), language)
            if found is not None:
                break
        else:
            count, found = 1, parts[0]
        said.append(found)
        parts = parts[count:]
    return said


def _one(text: str, language: str) -> str | None:
    """A text of the catalogue; None where it is none."""
    if (translated := gettext(text)) != text:
        return translated
    for one in _with_blanks(language):
        if found := one.recognised.fullmatch(text):
            return one.said(found)
    return None


@lru_cache(maxsize=8)
def _with_blanks(language: str) -> tuple[_Text, ...]:
    """The catalogue's, those that say most first."""
    from babel.messages.mofile import read_mo  # noqa: PLC0415 - not asked at each start

    path = LOCALE / language.replace("-", "_") / "LC_MESSAGES" / "django.mo"
    if not path.exists():
        return ()
    with path.open("rb") as file:
        catalogue = read_mo(file)
    found = []
    for message in catalogue:
        if not message.id or message.context:
            continue
        both = message.id if isinstance(message.id, list | tuple) else (message.id, "")
        found += [text for form in filter(None, both) if (text := _text(form, *both))]
    return tuple(sorted(found, key=lambda one: -one.letters))


def _text(form: str, singular: str, plural: str) -> _Text | None:
    pattern, end, names, numbers = "", 0, [], set[str]()
    for blank in _BLANK.finditer(form):
        name = blank[1]
        pattern += re.escape(form[end : blank.start()].replace("%%", "%"))
        value = r"\d+" if blank[2] == "d" else ".+?"
        pattern += f"(?P={name})" if name in names else f"(?P<{name}>{value})"
        names.append(name)
        if blank[2] == "d":
            numbers.add(name)
        end = blank.end()
    own = _BLANK.sub("", form)
    counted = next((blank[1] for blank in _BLANK.finditer(plural) if blank[2] == "d"), "")
    letters = sum(map(str.isalpha, own))
    if not names or letters < _LEAST or (plural and counted not in names):
        return None
    pattern += re.escape(form[end:].replace("%%", "%"))
    return _Text(re.compile(pattern, re.DOTALL), letters, singular, plural, counted, frozenset(numbers))
