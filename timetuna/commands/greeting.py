"""Whether the mail server would talk to us, without sending it anything."""

import smtplib
import ssl
import threading

from timetuna.lib.mail import MailServer
from timetuna.lib.text import single_line

WITHIN_SECONDS = 10.0


def trouble_with(server: MailServer, *, helo: str) -> str:
    """Say hello, and sign in where EMAIL_URL has a user; return what went wrong as a sentence, or ""."""
    outcome = [f"The mail server {server.host} did not answer within {WITHIN_SECONDS:g} seconds."]

    def ask() -> None:
        outcome[0] = _greet(server, helo)

    # In a thread: smtplib's time-out is for each read, not for the whole conversation.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(WITHIN_SECONDS)
    return outcome[0]


def _greet(server: MailServer, helo: str) -> str:
    name = f"The mail server {server.host}"
    context = ssl.create_default_context()
    try:
        with _connection(server, helo, context) as smtp:
            smtp.ehlo()
            if server.security == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if server.user:
                smtp.login(server.user, server.password)
    except smtplib.SMTPAuthenticationError:
        return f"{name} refuses the user or the password."
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return f"{name} said {error.smtp_code} {single_line(text, max_length=200).rstrip('.')}."
    except smtplib.SMTPNotSupportedError:
        return f"{name} does not offer the encryption or the sign-in that EMAIL_URL asks for."
    except ssl.SSLError:
        return f"{name} has no valid certificate for its name, or speaks no TLS on this port."
    except (OSError, smtplib.SMTPException):
        return f"{name} cannot be reached on port {server.port}."
    return ""


def _connection(server: MailServer, helo: str, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, helo, timeout=WITHIN_SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, helo, timeout=WITHIN_SECONDS)
