"""Mails: plain addresses, messages with an invitation calendars accept, the talk with the mail server."""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

import idna

from timetuna.lib.text import single_line

DIAL_SECONDS = 10.0
TOTAL_SECONDS = 60.0
_LOCAL_LENGTH, _ADDRESS_LENGTH = 64, 254  # RFC 5321 section 4.5.3.1
_NAME_LENGTH, _SUBJECT_LENGTH, _REPLY_LENGTH = 100, 200, 200
_ON_ONE_LINE = 60
"""How long a name and its address may be together to stay on one line of a header.

Where a line is folded, Python's email package loses the quotes of a name, and what they kept from being addresses.
"""
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')  # RFC 5322 section 3.2.3
_PERMANENT = 500
_WITHOUT_DOTS = frozenset({"gmail.com", "googlemail.com"})

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")
_ADDRESS_IN_REPLY = re.compile(r"<[^<>]*>|\S+@\S+")
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class AddressError(ValueError):
    """A text is no mail address that can be used. `str()` is a sentence without it, for translation too."""


class MailError(Exception):
    """A mail was not taken by the server. `str()` is a sentence without addresses or passwords.

    permanent: this mail will never be taken, like one to a mailbox that does not exist.
    code: the server's reply code as text ("451"), or "timeout", "connect", "tls", "login", "reset".
    """

    def __init__(self, sentence: str, *, permanent: bool, code: str) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.code = code


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody who sends or gets mail. `email` went through `clean_address`; `name` may be anything."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail consists of. `sent_at` is aware; `message_id` is "<word@domain>" and stays on a retry.

    `ics` is a calendar object, `method` its METHOD ("REQUEST", "CANCEL", "PUBLISH"); both or neither.
    `unsubscribe` is the address that stops such mails with one POST (RFC 8058), "" where none is fitting.
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
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server out of EMAIL_URL. `security` is "" (none), "tls" (from the first byte) or "starttls"."""

    host: str
    port: int
    security: str = ""
    user: str = ""
    password: str = field(default="", repr=False)


def clean_address(text: str, *, allow_localhost: bool = False) -> str:
    """Return one plain mail address, its domain in lower-case punycode. Raises AddressError with a sentence.

    Stricter than RFC 5321 and Django on purpose: no quotes, no comments, no display name, no address
    literal, an ASCII local part of at most 64 characters, a domain with a dot.
    """
    address = text.strip()
    local, separator, domain = address.rpartition("@")
    if not separator or not local or not domain or "=?" in local:
        raise AddressError("This does not look like a mail address; it should be like name@example.org.")
    if len(local) > _LOCAL_LENGTH or not _LOCAL.fullmatch(local):
        raise AddressError(
            "The part before the @ of this mail address cannot be used; please give a plain one."
        )
    host = _clean_domain(domain, allow_localhost=allow_localhost)
    if len(local) + 1 + len(host) > _ADDRESS_LENGTH:
        raise AddressError("This mail address is too long.")
    return f"{local}@{host}"


def mailbox_of(address: str) -> str:
    """Return what all addresses of one mailbox have in common, for counting: most providers ignore "+word".

    Gmail ignores dots, too. Nothing is ever sent to the result.
    """
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _WITHOUT_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def parse_mailbox(text: str) -> Mailbox:
    """Read "Name <name@example.org>" or a bare address, as an operator writes it. Raises ValueError."""
    name, address = parseaddr(text)
    return Mailbox(single_line(name, max_length=_NAME_LENGTH), clean_address(address, allow_localhost=True))


def build(letter: Letter) -> EmailMessage:
    """Return the message: text, HTML and invitation as alternatives, and the invitation once more as a file.

    The invitation is `text/calendar` exactly once (RFC 6047 section 2.4), with the method in its content
    type; the attached copy is `application/ics`, for programs that look at files only. Raises ValueError.
    """
    if bool(letter.ics) != bool(letter.method):
        raise ValueError("An invitation and its method belong together.")
    if letter.sent_at.tzinfo is None:
        raise ValueError("The moment of sending needs a time zone.")
    message = EmailMessage(policy=policy.SMTP)
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


def parse_email_url(text: str) -> MailServer:
    """Read smtp://user:password@host:port, smtps://… or smtp+starttls://…. Raises ValueError with a sentence.

    User and password are percent-decoded. A password over plain smtp:// is refused unless the server is on
    this machine or named without a dot (a container beside ours).
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in _PORTS:
        raise ValueError("a mail server is written as smtp://, smtps:// or smtp+starttls://.")
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError(
            "a mail server looks like smtps://user:password@mail.example.org:465, nothing after it."
        )
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("the mail server's port is not a number from 1 to 65535.") from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("the mail server needs both a user and a password, or neither.")
    if (
        password
        and parts.scheme == "smtp"
        and "." in parts.hostname
        and not parts.hostname.startswith("127.")
    ):
        raise ValueError("smtp:// would send the password unprotected; use smtp+starttls:// or smtps://.")
    security = {"smtp": "", "smtps": "tls", "smtp+starttls": "starttls"}[parts.scheme]
    return MailServer(parts.hostname, port, security, user, password)


def send(message: EmailMessage, server: MailServer, *, tls: ssl.SSLContext | None = None) -> None:
    """Hand one message to the server, within 60 seconds in all. Raises MailError.

    `tls` replaces the default context, which trusts the system's authorities and checks the host name.
    """
    helo = message["From"].addresses[0].domain
    context = (tls or ssl.create_default_context()) if server.security else None  # costs 50 ms to make
    with _as_mail_errors(), _conversation(server, helo, context) as smtp:
        if server.security == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password)
        smtp.send_message(message)


def _clean_domain(domain: str, *, allow_localhost: bool) -> str:
    if allow_localhost and domain == "localhost":
        return domain
    try:
        host = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise AddressError("The part after the @ of this mail address is not a valid domain.") from None
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):  # noqa: PLR2004
        raise AddressError(
            "The part after the @ of this mail address is not a valid domain, like example.org."
        )
    return host


def _add_headers(message: EmailMessage, letter: Letter) -> None:
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise ValueError("A Message-ID looks like <word@example.org>.")
    message["From"] = _header(letter.sender, allow_localhost=True)
    message["To"] = _header(letter.to)
    if letter.reply_to:
        message["Reply-To"] = _header(letter.reply_to)
    message["Subject"] = _header_text(letter.subject, max_length=_SUBJECT_LENGTH)
    message["Date"] = format_datetime(letter.sent_at)
    message["Message-ID"] = letter.message_id
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


class _Bounded(smtplib.SMTP):
    """A conversation that ends after TOTAL_SECONDS, whatever the server does.

    smtplib's own time-out is per read: a server that sends a byte now and then would hold a worker for ever.
    """

    _too_late = False
    _timer: threading.Timer

    def connect(
        self, host: str = "localhost", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        self._timer = threading.Timer(TOTAL_SECONDS, self._cut)
        self._timer.daemon = True
        self._timer.start()
        return super().connect(host, port, source_address)

    def getreply(self) -> tuple[int, bytes]:
        try:
            reply = super().getreply()
        except smtplib.SMTPServerDisconnected as error:
            if self._too_late or isinstance(error.__context__, TimeoutError):
                raise TimeoutError from None
            raise
        if self._too_late:
            self.close()
            raise TimeoutError
        return reply

    def close(self) -> None:
        self._timer.cancel()
        super().close()

    def _cut(self) -> None:
        self._too_late = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    pass


@contextmanager
def _conversation(server: MailServer, helo: str, context: ssl.SSLContext | None) -> Iterator[smtplib.SMTP]:
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = _BoundedTls(server.host, server.port, helo, timeout=DIAL_SECONDS, context=context)
    else:
        smtp = _Bounded(server.host, server.port, helo, timeout=DIAL_SECONDS)
    try:
        yield smtp
        with suppress(OSError):  # the mail was taken; how the server says good-bye changes nothing
            smtp.quit()
    finally:
        smtp.close()


@contextmanager
def _as_mail_errors() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        raise _refusal(code, reply, permanent=code >= _PERMANENT) from None
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error, permanent=error.smtp_code >= _PERMANENT) from None
    except smtplib.SMTPResponseException as error:
        # About us, not about this mail: the login, the sender, the greeting. The operator can mend it.
        raise _refusal(error.smtp_code, error.smtp_error, permanent=False) from None
    except smtplib.SMTPNotSupportedError:
        raise _trouble("does not offer the encryption or the login that EMAIL_URL asks for", "tls") from None
    except smtplib.SMTPException:
        raise _trouble("closed the connection in the middle", "reset") from None
    except TimeoutError:
        raise _trouble("did not answer in time", "timeout") from None
    except ssl.SSLError:
        raise _trouble(
            "has no valid certificate for its name, or speaks no TLS on this port", "tls"
        ) from None
    except OSError:
        raise _trouble("cannot be reached", "connect") from None


def _trouble(what: str, code: str) -> MailError:
    return MailError(f"The mail server {what}.", permanent=False, code=code)


def _refusal(code: int, reply: bytes | str, *, permanent: bool) -> MailError:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    said = single_line(_ADDRESS_IN_REPLY.sub("…", text), max_length=_REPLY_LENGTH).rstrip(".")
    return MailError(f"The mail server said {code} {said}.", permanent=permanent, code=str(code))
