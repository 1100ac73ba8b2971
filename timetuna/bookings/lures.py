"""Takes out of what guests type whatever mail programs and calendars make a link of."""

import re

_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"://|www\.|\w\.[^\W\d_]{2}", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]+,?")
_LEFT_OUT = "(address left out)"


def without_addresses(text: str) -> str:
    """Return the text with a note in the place of each address.

    Whose mail address was typed, by the guest or as the guest's, may never have heard of the booking: what they are
    sent because of it is no way to send them a lure. "J.Smith" is somebody's name, and is written "J. Smith".
    """
    return _WORD.sub(lambda word: _harmless(word[0]), text)


def _harmless(word: str) -> str:
    if not _ADDRESS.search(word):
        return word
    named = _INITIALS.fullmatch(word) and all(part[:1].isupper() for part in word.split("."))
    return word.replace(".", ". ") if named else _LEFT_OUT
