"""How long somebody has to wait, in words."""

import math

from django.utils.translation import ngettext

_MINUTE, _HOUR = 60, 3_600


def wait_in_words(seconds: float) -> str:
    """Return "40 seconds", "3 minutes" or "5 hours", rounded up and in the language of the moment."""
    if seconds <= 1.5 * _MINUTE:
        number = max(1, math.ceil(seconds))
        return ngettext("%(number)d second", "%(number)d seconds", number) % {"number": number}
    if seconds <= 1.5 * _HOUR:
        number = math.ceil(seconds / _MINUTE)
        return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}
    number = math.ceil(seconds / _HOUR)
    return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
