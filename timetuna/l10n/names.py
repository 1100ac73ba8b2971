"""Several people in words: all of them, or some of them."""

from collections.abc import Sequence

from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext, pgettext

MOST_NAMED = 4
"""Of more the first few are named, and the others counted."""
_FIRST = 3


def together(names: Sequence[str]) -> str:
    """As in "Ada, Bob and Cleo", or "Ada, Bob, Cleo and 17 others"."""
    return get_text_list(_few(names), gettext("and"))


def some_of(names: Sequence[str], *, number: int) -> str:
    """As in "one of Ada, Bob, Cleo", or "2 of Ada, Bob and Cleo"; all of them where they are no more than that."""
    if len(names) <= number:
        return together(names)
    if number > 1:
        return gettext("%(number)d of %(names)s") % {"number": number, "names": together(names)}
    *first, last = _few(names)
    either = pgettext("between the last two of whom one comes", "%(names)s, %(last)s")
    if len(names) > MOST_NAMED:
        either = pgettext("before the number of others of whom one may come", "%(names)s and %(last)s")
    return gettext("one of %(names)s") % {"names": either % {"names": ", ".join(first), "last": last}}


def _few(names: Sequence[str]) -> list[str]:
    if len(names) <= MOST_NAMED:
        return [*names]
    more = len(names) - _FIRST
    return [*names[:_FIRST], ngettext("%(count)d other", "%(count)d others", more) % {"count": more}]
