"""Takes out of what guests type whatever mail programs and calendars make a link of."""

import re

_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"://|www\.|\w\.[^\W\d_]{2}", re.IGNORECASE)
_LEFT_OUT = "(address left out)"


def without_addresses(text: str) -> str:
    """Return the text with a note in the place of each address.

    Whose mail address was typed, by the guest or as the guest's, may never have heard of the booking: what they are
    sent because of it is no way to send them a lure.
    """
    return _WORD.sub(lambda word: _LEFT_OUT if _ADDRESS.search(word[0]) else word[0], text)
