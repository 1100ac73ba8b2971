"""Whom a guest brings: as they type them, and what may be typed."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from timetuna.bookings.models import BookingGuest
from timetuna.lib.mail import clean_address, mailbox_of
from timetuna.lib.text import single_line

NAME_LENGTH = 100
_PART = re.compile(r"""(?:"(?:[^"\\\n]|\\.)*"|[^,;\n])+""")  # signs between quotes part nothing
_NAMED = re.compile(r"""(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<>]*?))\s*<(?P<address>[^<>]*)>""")
_ESCAPED = re.compile(r"\\(.)")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody else to be invited. The address is plain and in lower case; the name may be empty."""

    name: str
    email: str

    def mailbox(self) -> str:
        """Return what all addresses of their mailbox have in common."""
        return mailbox_of(self.email)


def read_invitees(text: str, *, most: int) -> tuple[Invitee, ...]:
    """Read addresses, one a line or with commas between them, each maybe as "Name <address>"; each counts once.

    Raises ValueError with a sentence.
    """
    parts = [part.strip() for part in _PART.findall(text) if part.strip()]
    found: dict[str, Invitee] = {}
    for part in parts:
        invitee = _read(part)
        found.setdefault(invitee.mailbox(), invitee)
        if len(found) > most:
            raise ValueError(too_many(most))
    return tuple(found.values())


def shown(row: BookingGuest) -> str:
    """Return the words for somebody who is brought: "Kim <kim@example.org>", or the address alone."""
    return f"{row.name} <{row.email}>" if row.name else row.email


def too_many(most: int) -> str:
    """Say how many can be brought."""
    if not most:
        return gettext("Nobody else can be brought to this meeting.")
    sentence = ngettext(
        "You can bring %(most)d person at most.", "You can bring %(most)d people at most.", most
    )
    return sentence % {"most": most}


def _read(part: str) -> Invitee:
    named = _NAMED.fullmatch(part)
    name = _name(named) if named else ""
    address = named["address"] if named else part
    try:
        email = clean_address(address).lower()
    except ValueError as error:
        shown = single_line(part, max_length=_SHOWN)
        sentence = gettext("“%(text)s” is no mail address; it should be like name@example.org.")
        raise ValueError(sentence % {"text": shown}) from error
    return Invitee(single_line(name, max_length=NAME_LENGTH), email)


def _name(named: re.Match[str]) -> str:
    quoted = named["quoted"]
    return str(named["plain"]).strip(' "') if quoted is None else _ESCAPED.sub(r"\1", quoted)
