"""Mails: plain addresses, and messages with an invitation that calendars accept."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime
from itertools import takewhile
from typing import Any
from urllib.parse import unquote

import idna

from timetuna.lib.text import single_line

_LOCAL_LENGTH, _ADDRESS_LENGTH = 64, 254  # RFC 5321 section 4.5.3.1
_NAME_LENGTH, _SUBJECT_LENGTH = 100, 200
_ON_ONE_LINE = 60
"""How long a name and its address may be together to stay on one line of a header.

Where a line is folded, Python's email package loses the quotes of a name, and what they kept from being addresses.
"""
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')  # RFC 5322 section 3.2.3
_WITHOUT_DOTS = frozenset({"gmail.com", "googlemail.com"})

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>|(?P<bare>[^<>\s]+@[^<>\s]+)")
_PASTED = re.compile(r"[^<>]*<(?P<address>[^<>]+)>")
_PROVIDERS = """
    gmail.com googlemail.com yahoo.com yahoo.de yahoo.fr yahoo.co.uk hotmail.com hotmail.de hotmail.fr hotmail.co.uk
    outlook.com outlook.de icloud.com protonmail.com t-online.de freenet.de posteo.de orange.fr wanadoo.fr laposte.net
    libero.it comcast.net verizon.net fastmail.com
""".split()  # noqa: SIM905 - fifty quotation marks less
_LOOK_ALIKES = frozenset(["mail.com", "ymail.com", "email.com", "gmail.de", "hotmail.co", "yahoo.co"])
"""Where people have mail, too."""
_NOT_COM = frozenset(
    ["co", "cm", "om", "con", "cmo", "ocm", "comm", "coom", "vom", "xom", "cim", "clm", "conm"]
)
_QUOTES = ("'", '"')
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")


_VALUE_LENGTH = 950  # a line holds 998, its name included (RFC 5322 section 2.1.1)


class AddressError(ValueError):
    """A text is no mail address that can be used. `str()` is a sentence without it, for translation too."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody who sends or gets mail. `email` went through `clean_address`; `name` may be anything."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail consists of. `sent_at` is aware; `message_id` is "<word@domain>" and stays on a retry.

    `ics` is a calendar object, `method` its METHOD ("REQUEST", "CANCEL", "PUBLISH"); both or neither.
    `in_reply_to` is the message_id of the mail it belongs to. `unsubscribe` is the address that stops such mails
    with one POST (RFC 8058). Both are "" where none is fitting.
    """

    sender: Mailbox
    to: Mailbox
    subject: str
    text: str
    html: str
    message_id: str
    sent_at: datetime
    reply_to: Mailbox | None = None
    ics: bytes = b""
    method: str = ""
    in_reply_to: str = ""
    unsubscribe: str = ""


def clean_address(text: str, *, allow_localhost: bool = False) -> str:
    """Return one plain mail address, its domain in lower-case punycode. Raises AddressError with a sentence.

    Stricter than RFC 5321 and Django on purpose: no quotes, no comments, no display name, no address
    literal, an ASCII local part of at most 64 characters, a domain with a dot.
    """
    address = text.strip()
    local, separator, domain = address.rpartition("@")
    if not separator or not local or not domain or "=?" in local:
        raise AddressError("This does not look like an email address; it should be like name@example.org.")
    if len(local) > _LOCAL_LENGTH or not _LOCAL.fullmatch(local):
        raise AddressError("The part before the @ of this email address cannot be used; give a plain one.")
    host = _clean_domain(domain, allow_localhost=allow_localhost)
    if len(local) + 1 + len(host) > _ADDRESS_LENGTH:
        raise AddressError("This email address is too long.")
    return f"{local}@{host}"


def pasted_address(text: str) -> str:
    """Return what `clean_address` may understand of what was copied somewhere.

    As in `"Zoë; Ltd." <zoe@example.org>`, `mailto:zoe@example.org?subject=Hi`, `zoe@example.org,`.
    """
    text = text.strip()
    named = _PASTED.fullmatch(text.rstrip(",;. "))
    text = named["address"] if named else text
    if text[:7].lower() == "mailto:":
        text = unquote(text[7:].partition("?")[0])
    return text.strip(" \t\r\n\"'<>").rstrip(",;.")


def likelier_address(address: str) -> str:
    """The address that was probably meant by one with a slip in the name of a large provider, or ""."""
    local, _, domain = address.lower().rpartition("@")
    name, _, ending = domain.partition(".")
    if not local or domain in _PROVIDERS or domain in _LOOK_ALIKES:
        return ""
    for provider in _PROVIDERS:
        its_name, _, its_ending = provider.partition(".")
        slipped = ending == its_ending or (its_ending == "com" and ending in _NOT_COM)
        if slipped and (name == its_name or _is_one_slip(name, its_name)):
            return f"{local}@{provider}"
    return ""


def _is_one_slip(typed: str, meant: str) -> bool:
    """Whether a letter was left out, doubled, mistaken, or changed places with its neighbour."""
    start = _alike(typed, meant)
    end = _alike(typed[start:][::-1], meant[start:][::-1])
    left, right = typed[start : len(typed) - end], meant[start : len(meant) - end]
    return max(len(left), len(right)) == 1 or (len(left) == 2 and left == right[::-1])  # noqa: PLR2004


def _alike(one: str, other: str) -> int:
    """How many letters are the same at the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def mailbox_of(address: str) -> str:
    """Return what all addresses of one mailbox have in common, for counting: most providers ignore "+word".

    Gmail ignores dots, too. Nothing is ever sent to the result.
    """
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _WITHOUT_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def is_address(text: str) -> bool:
    try:
        return bool(clean_address(text))
    except AddressError:
        return False


def parse_mailbox(text: str) -> Mailbox:
    """Read "Name <name@example.org>" or a bare address, as an operator writes it. Raises ValueError with a sentence."""
    named = _NAMED.fullmatch(text.strip())
    if not named:
        raise ValueError("it must be an address, with a name if you like: TimeTuna <bookings@example.org>.")
    name = (named["name"] or "").strip()
    if len(name) > 1 and name.startswith(_QUOTES) and name[0] == name[-1]:
        name = name[1:-1].replace("\\", "")
    if name.startswith(_QUOTES) or name.endswith(_QUOTES):
        raise ValueError("it must be without quotes around it: TimeTuna <bookings@example.org>.")
    address = clean_address(named["address"] or named["bare"], allow_localhost=True)
    return Mailbox(single_line(name, max_length=_NAME_LENGTH), address)


def build(letter: Letter) -> EmailMessage:
    """Return the message: text, HTML and invitation as alternatives, and the invitation once more as a file.

    The invitation is `text/calendar` exactly once (RFC 6047 section 2.4), with the method in its content
    type; the attached copy is `application/ics`, for programs that look at files only. Raises ValueError.
    """
    if bool(letter.ics) != bool(letter.method):
        raise ValueError("An invitation and its method belong together.")
    if letter.sent_at.tzinfo is None:
        raise ValueError("The moment of sending needs a time zone.")
    message = EmailMessage(policy=_POLICY)
    _add_headers(message, letter)
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.ics:
        invitation = letter.ics.decode("utf-8")
        message.add_alternative(
            invitation, subtype="calendar", cte="base64", params={"method": letter.method}
        )
        message.add_attachment(letter.ics, maintype="application", subtype="ics", filename="invite.ics")
    return message


def _clean_domain(domain: str, *, allow_localhost: bool) -> str:
    if allow_localhost and domain == "localhost":
        return domain
    try:
        host = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise AddressError("The part after the @ of this email address is not a valid domain.") from None
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):  # noqa: PLR2004
        raise AddressError(
            "The part after the @ of this email address is not a valid domain, like example.org."
        )
    return host


class _AsItStands(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # both know max_count
    """A header that machines read: longer than a line rather than in encoded words, which they do not decode."""

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        if not value.isascii() or len(value) > _VALUE_LENGTH:
            raise ValueError("A header that machines read has to be one line of ASCII.")
        super().parse(value, kwds)

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # both know max_count
    """Python's email package leaves the first line empty where all words fit on the next, and readers see a blank."""

    def fold(self, *, policy: Policy) -> str:
        folded: str = super().fold(policy=policy)
        empty = f"{self.name}:{policy.linesep} "
        return folded.replace(empty, f"{self.name}: ", 1) if self.isascii() else folded


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("Subject", _Subject)
for _name in (
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
):
    _HEADERS.map_to_type(_name, _AsItStands)
_POLICY = policy.SMTP.clone(header_factory=_HEADERS)


def _add_headers(message: EmailMessage, letter: Letter) -> None:
    ids = [letter.message_id, *filter(None, [letter.in_reply_to])]
    if not all(map(_MESSAGE_ID.fullmatch, ids)):
        raise ValueError("A Message-ID looks like <word@example.org>.")
    message["From"] = _header(letter.sender, allow_localhost=True)
    message["To"] = _header(letter.to)
    if letter.reply_to:
        message["Reply-To"] = _header(letter.reply_to)
    message["Subject"] = _header_text(letter.subject, max_length=_SUBJECT_LENGTH)
    message["Date"] = format_datetime(letter.sent_at)
    message["Message-ID"] = letter.message_id
    if letter.in_reply_to:
        message["In-Reply-To"] = message["References"] = letter.in_reply_to
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps out-of-office replies away
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # the same for Exchange


def _header(mailbox: Mailbox, *, allow_localhost: bool = False) -> Address:
    email = clean_address(mailbox.email, allow_localhost=allow_localhost)
    name = _header_text(mailbox.name, max_length=_NAME_LENGTH)
    if len(name) + len(email) > _ON_ONE_LINE:
        name = single_line(_SPECIALS.sub(" ", name), max_length=_NAME_LENGTH)
    return Address(display_name=name, addr_spec=email)


def _header_text(text: str, *, max_length: int) -> str:
    """Return one line in which no encoded word begins (RFC 2047 section 2).

    Python's email package decodes those in what it is given, line ends and all, into headers and a body of their own.
    """
    return single_line(text, max_length=max_length).replace("=?", "= ?")
