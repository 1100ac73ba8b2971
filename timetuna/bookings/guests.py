"""Guests as they are typed: who books, and whom they bring."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext, ngettext

from timetuna.bookings.queries import NAME_LENGTH
from timetuna.lib.mail import clean_address, mailbox_of
from timetuna.lib.text import single_line

_PART = re.compile(r"""(?:"(?:[^"\\\n]|\\.)*"|[^,;\n])+""")  # signs between quotes part nothing
_NAMED = re.compile(r"""(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<>]*?))\s*<(?P<address>[^<>]*)>""")
_ESCAPED = re.compile(r"\\(.)")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who books, or is to be invited too. The address is plain and in lower case; the name may be empty.

    time_zone, language: "" are those of who books.  answers: what the form asked them, by the attendee's columns.
    """

    name: str
    email: str
    time_zone: str = ""
    language: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)

    def mailbox(self) -> str:
        """What all addresses of their mailbox have in common."""
        return mailbox_of(self.email)


def read_guests(text: str, *, most: int) -> tuple[Guest, ...]:
    """Read addresses, one a line or with commas between them, each maybe as "Name <address>"; each counts once.

    Raises ValueError with a sentence.
    """
    parts = [part.strip() for part in _PART.findall(text) if part.strip()]
    found: dict[str, Guest] = {}
    for part in parts:
        guest = _read(part)
        found.setdefault(guest.mailbox(), guest)
        if len(found) > most:
            raise ValueError(too_many(most))
    return tuple(found.values())


def too_many(most: int) -> str:
    if not most:
        return gettext("Nobody else can be brought to this meeting.")
    sentence = ngettext(
        "You can bring %(most)d person at most.", "You can bring %(most)d people at most.", most
    )
    return sentence % {"most": most}


def _read(part: str) -> Guest:
    named = _NAMED.fullmatch(part)
    name = _name(named) if named else ""
    address = named["address"] if named else part
    try:
        email = clean_address(address).lower()
    except ValueError as error:
        typed = single_line(part, max_length=_SHOWN)
        sentence = gettext("“%(text)s” is no mail address; it should be like name@example.org.")
        raise ValueError(sentence % {"text": typed}) from error
    return Guest(single_line(name, max_length=NAME_LENGTH), email)


def _name(named: re.Match[str]) -> str:
    quoted = named["quoted"]
    return str(named["plain"]).strip(' "') if quoted is None else _ESCAPED.sub(r"\1", quoted)
