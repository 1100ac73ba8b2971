"""The talk with a mail server: signing in, handing a message over, and what its refusals are about."""

import base64
import binascii
import hmac
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from timetuna.lib.text import single_line

DIAL_SECONDS = 10.0
TOTAL_SECONDS = 60.0
_REPLY_LENGTH = 200
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_MORE, _SIGNED_IN, _REFUSED_LOGIN, _PERMANENT = 334, {235, 503}, 535, 500

_ADDRESS_IN_REPLY = re.compile(r"<[^<>]*>|\S+@\S+")
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NO_MAILBOX = frozenset(
    {"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"}
)  # RFC 3463, RFC 7505
_WORDS_OF_NO_MAILBOX = re.compile(
    r"\b(?:no such|unknown|invalid|unrouteable|nonexistent|non-existent) (?:user|mailbox|recipient|address|account)"
    r"|\b(?:user|mailbox|recipient|account|address)\W+(?:\S+ )?(?:is )?"
    r"(?:unknown|not found|unavailable|disabled|inactive|invalid|does not exist|doesn't exist|not exist)"
    r"|\bdoes(?: not|n't) (?:exist|have an? \S+ account)|\bno mailbox\b|\bunknown local part\b",
    re.IGNORECASE,
)
_WORDS_OF_OTHER_THINGS = re.compile(
    r"sender|relay|polic|spam|quota|limit|full|block|reputation|denied|authenticat|too many", re.IGNORECASE
)


class MailError(Exception):
    """A mail was not taken by the server. `str()` is a sentence without addresses or passwords.

    permanent: this mail will never be taken, for the server says that the mailbox does not exist.
    code: the server's reply code as text ("451"), or "timeout", "connect", "tls", "login", "reset".
    about_us: it was not about this mail or whom it is for; other mails will meet the same.
    """

    def __init__(self, sentence: str, *, code: str, permanent: bool = False, about_us: bool = True) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.code = code
        self.about_us = about_us


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server out of EMAIL_URL. `security` is "" (none), "tls" (from the first byte) or "starttls"."""

    host: str
    port: int
    security: str = ""
    user: str = ""
    password: str = field(default="", repr=False)


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
            "a mail server looks like smtps://user:password@mail.example.org:465, nothing after it; "
            "in a password / is written %2F, # is %23 and ? is %3F."
        )
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("the mail server's port is not a number from 1 to 65535.") from None
    user, password = _decoded(parts.username), _decoded(parts.password)
    if bool(user) != bool(password):
        raise ValueError("the mail server needs both a user and a password, or neither.")
    if password and parts.scheme == "smtp" and not _is_near(parts.hostname):
        raise ValueError("smtp:// would send the password unprotected; use smtp+starttls:// or smtps://.")
    security = {"smtp": "", "smtps": "tls", "smtp+starttls": "starttls"}[parts.scheme]
    return MailServer(_dialled(parts.hostname), port, security, user, password)


def send(message: EmailMessage, server: MailServer, *, tls: ssl.SSLContext | None = None) -> None:
    """Hand one message to the server, within 60 seconds in all. Raises MailError.

    `tls` replaces the default context, which trusts the system's authorities and checks the host name.
    """
    sender = message["From"].addresses[0]
    with _as_mail_errors(), _signed_in(server, sender.domain, tls) as smtp:
        smtp.send_message(message)


def probe(server: MailServer, *, sender: str, tls: ssl.SSLContext | None = None) -> None:
    """Do all that sending does up to the sender's address, and send nothing. Raises MailError."""
    with _as_mail_errors(), _signed_in(server, sender.rpartition("@")[2], tls) as smtp:
        smtp.ehlo_or_helo_if_needed()
        code, reply = smtp.mail(sender)
        if code >= 400:  # noqa: PLR2004
            raise smtplib.SMTPSenderRefused(code, reply, sender)
        smtp.rset()


def _decoded(text: str | None) -> str:
    try:
        decoded = unquote(text or "", errors="strict")
    except UnicodeDecodeError:
        raise ValueError("user and password are percent-encoded as UTF-8, so ä is %C3%A4.") from None
    if _CONTROLS.search(decoded):
        raise ValueError("user and password cannot hold line ends and other control characters.")
    return decoded


def _is_near(host: str) -> bool:
    return host == "::1" or host.startswith("127.") or not ("." in host or ":" in host)


def _dialled(host: str) -> str:
    try:
        return host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("the mail server's name is no host name.") from None


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
def _signed_in(server: MailServer, helo: str, tls: ssl.SSLContext | None) -> Iterator[smtplib.SMTP]:
    context = (tls or ssl.create_default_context()) if server.security else None  # costs 50 ms to make
    with _conversation(server, helo, context) as smtp:
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.user:
            _sign_in(smtp, server)
        yield smtp


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


def _sign_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    """Try what both sides know. smtplib's own login breaks on names and passwords beyond ASCII. Raises MailError."""
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    ways = [way for name, way in _WAYS.items() if name in offered]
    if not ways:
        raise _no_login(offered, encrypted=bool(server.security))
    answer = (0, b"")
    try:
        for way in ways:
            answer = way(smtp, server.user, server.password)
            if answer[0] in _SIGNED_IN:
                return
            if way is _plain and answer[0] == _REFUSED_LOGIN:
                break  # the same password by LOGIN would be one more wrong try
    except smtplib.SMTPServerDisconnected:
        raise _trouble("closed the connection at the login", "login") from None
    except TimeoutError:
        raise _trouble("did not answer the login in time", "timeout") from None
    raise _login_refused(*answer)


def _cram_md5(smtp: smtplib.SMTP, user: str, password: str) -> tuple[int, bytes]:
    code, said = smtp.docmd("AUTH", "CRAM-MD5")
    if code != _MORE:
        return code, said
    try:
        digest = hmac.new(password.encode(), base64.b64decode(said, validate=True), "md5").hexdigest()
    except (binascii.Error, ValueError):  # a challenge that is none, or a machine that has no MD5
        return smtp.docmd("*")
    return smtp.docmd(_base64(f"{user} {digest}"))


def _plain(smtp: smtplib.SMTP, user: str, password: str) -> tuple[int, bytes]:
    """Sign in as RFC 4616 has it, in UTF-8."""
    both = _base64(f"\0{user}\0{password}")
    answer = smtp.docmd("AUTH", f"PLAIN {both}")
    return smtp.docmd(both) if answer[0] == _MORE else answer


def _login(smtp: smtplib.SMTP, user: str, password: str) -> tuple[int, bytes]:
    answer = smtp.docmd("AUTH", "LOGIN")
    for text in (user, password):
        if answer[0] == _MORE:
            answer = smtp.docmd(_base64(text))
    return answer


_WAYS: dict[str, Callable[[smtplib.SMTP, str, str], tuple[int, bytes]]] = {
    "CRAM-MD5": _cram_md5,
    "PLAIN": _plain,
    "LOGIN": _login,
}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _no_login(offered: list[str], *, encrypted: bool) -> MailError:
    if offered:
        named = single_line(", ".join(offered), max_length=_REPLY_LENGTH)
        return _trouble(f"knows other ways to sign in only ({named}), not {', '.join(_WAYS)}", "login")
    hint = "take user and password out of EMAIL_URL"
    if not encrypted:
        hint += ", or use smtp+starttls:// or smtps://, for many offer it on encrypted connections only"
    return _trouble(f"offers no login here; {hint}", "login")


def _login_refused(code: int, reply: bytes) -> MailError:
    said = f"; it said {code} {words_of(reply)}"
    match code:
        case 535:
            what = "does not accept the user and password of EMAIL_URL"
        case 534:
            what = "wants another way of signing in, such as a password made for one app"
        case 538 | 530:
            what = "wants an encrypted connection before the login: smtp+starttls:// or smtps://"
        case 432:
            what = "wants the password to be changed before it can be used here"
        case _ if code < _PERMANENT and code != _MORE:
            what = "cannot check the password at the moment"
        case _:
            what = "did not understand the login"
    return _trouble(what + said, "login")


@contextmanager
def _as_mail_errors() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(*next(iter(error.recipients.values()))) from None
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPSenderRefused as error:
        raise _sender_refused(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPResponseException as error:
        said = f"said {error.smtp_code} {words_of(error.smtp_error)}"
        raise _trouble(f"wants no conversation now: it {said}", str(error.smtp_code)) from None
    except smtplib.SMTPNotSupportedError:
        raise _trouble("does not offer the encryption that EMAIL_URL asks for", "tls") from None
    except smtplib.SMTPException:
        raise _trouble("closed the connection in the middle", "reset") from None
    except TimeoutError:
        raise _trouble("did not answer in time", "timeout") from None
    except ssl.SSLError:
        raise _trouble(
            "has no valid certificate for its name, or speaks no TLS on this port", "tls"
        ) from None
    except (OSError, UnicodeError):
        raise _trouble("cannot be reached", "connect") from None


def _trouble(what: str, code: str) -> MailError:
    return MailError(f"The mail server {what}.", code=code)


def _sender_refused(code: int, reply: bytes | str) -> MailError:
    said = words_of(reply)
    if code == 530:  # noqa: PLR2004 - RFC 4954 section 6, RFC 3207 section 4
        what = f"wants a login or encryption first, which EMAIL_URL says; it said {code} {said}"
    else:
        what = f"does not take the sender, which TIMETUNA_FROM_EMAIL says; it said {code} {said}"
    return _trouble(what, str(code))


def _refusal(code: int, reply: bytes | str) -> MailError:
    said = words_of(reply)
    permanent = code >= _PERMANENT and _is_about_the_mailbox(_text(reply))
    return MailError(
        f"The mail server said {code} {said}.", code=str(code), permanent=permanent, about_us=False
    )


def _is_about_the_mailbox(reply: str) -> bool:
    """Say whether a reply 5xx says that there is no such mailbox.

    By its status (RFC 3463); where it has none, or one that leaves the detail open, by its words. Everything else, such
    as a quota, a missing login, a sender that is not ours or a filter, is about us, and may be otherwise tomorrow.
    """
    status = _STATUS.match(reply)
    if status and not status[1].endswith(".0"):
        return status[1] in _NO_MAILBOX
    words = _ADDRESS_IN_REPLY.sub("", reply)
    return bool(_WORDS_OF_NO_MAILBOX.search(words)) and not _WORDS_OF_OTHER_THINGS.search(words)


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply


def words_of(reply: bytes | str) -> str:
    """On one line, without addresses."""
    text = _ADDRESS_IN_REPLY.sub("…", _text(reply))
    return single_line(text, max_length=_REPLY_LENGTH).rstrip(".")
