"""The settings an operator may give, read from the environment; each also as NAME_FILE.

A value that is missing, malformed or unknown ends the start with a sentence that says what to do.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from timetuna.providers.registry import providers

T = TypeVar("T")
_QUOTED = re.compile(r"""(['"])((?:(?!\1).)*)\1""")
OUR_PREFIXES = ("TIMETUNA_", *(f"{provider.prefix}_" for provider in providers().values()))


class SettingsError(Exception):
    """A setting is missing or malformed. `str()` is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class EnvironmentSetting:
    """One setting: its name, what it is for (one sentence), its default, and whether it is a secret."""

    name: str
    help: str
    default: str | None = None
    secret: bool = False


OWN = (
    EnvironmentSetting(
        "DATABASE_URL", "Where the data lives: sqlite:///path or postgres://user:password@host:5432/name."
    ),
    EnvironmentSetting("TIMETUNA_DATA_DIR", "Folder for the embedded database and collected files.", "var"),
    EnvironmentSetting(
        "TIMETUNA_BASE_URL", "The address people use, without a path.", "http://localhost:8000"
    ),
    EnvironmentSetting(
        "TIMETUNA_SECRET_KEY", "Signs sessions and links; at least 32 characters.", secret=True
    ),
    EnvironmentSetting(
        "TIMETUNA_ENCRYPTION_KEYS", "Encrypt stored tokens; newest first, comma separated.", secret=True
    ),
    EnvironmentSetting(
        "EMAIL_URL",
        "The mail server: smtp://user:password@host:port, smtps:// or smtp+starttls://.",
        secret=True,
    ),
    EnvironmentSetting(
        "EMAIL_BACKEND",
        "In place of EMAIL_URL a mail API, such as anymail.backends.postmark.EmailBackend with its ANYMAIL_ settings.",
        "",
    ),
    EnvironmentSetting(
        "TIMETUNA_FROM_EMAIL", "The sender of all mails, like 'TimeTuna <bookings@example.org>'."
    ),
    EnvironmentSetting(
        "TIMETUNA_HSTS",
        "With https: off, host, subdomains or preload: whom browsers are to reach by https only, for a year.",
        "host",
    ),
    EnvironmentSetting(
        "TIMETUNA_SIGNUP", "open or closed: whether people may make accounts themselves.", "open"
    ),
    EnvironmentSetting("TIMETUNA_LISTEN", "Address and port the web server binds to.", "127.0.0.1:8000"),
    EnvironmentSetting("TIMETUNA_WEB_PROCESSES", "Web processes.", "1"),
    EnvironmentSetting("TIMETUNA_WEB_THREADS", "Threads in each web process.", "8"),
    EnvironmentSetting(
        "TIMETUNA_WORKER_THREADS", "Jobs a worker does at the same time, and as many mails beside them.", "4"
    ),
    EnvironmentSetting("TIMETUNA_CALENDAR_MINUTES", "How often calendars are read.", "5"),
    EnvironmentSetting("TIMETUNA_FEED_MINUTES", "How often iCal feeds are read.", "15"),
    EnvironmentSetting(
        "TIMETUNA_TRUSTED_PROXIES", "Addresses or networks of your reverse proxies, comma separated.", ""
    ),
    EnvironmentSetting(
        "TIMETUNA_DATABASE_POOLED", "yes behind a transaction pooler such as pgBouncer.", "no"
    ),
    EnvironmentSetting(
        "TIMETUNA_RETRY_SECONDS",
        "First pause before outside work is tried again; later pauses grow, a link that is waited for is tried sooner.",
        "10",
    ),
    EnvironmentSetting(
        "TIMETUNA_GUEST_MAIL_LIMITS",
        "Most bookings one mail address may make in an hour and in a day.",
        "5,20",
    ),
    EnvironmentSetting(
        "TIMETUNA_BOOKING_PROOFS",
        "auto or never: whether guests are asked for a proof while unusually many bookings are made.",
        "auto",
    ),
    EnvironmentSetting(
        "TIMETUNA_SMS_DAILY_LIMIT", "Texts to phones that this server sends a day at most (UTC).", "200"
    ),
    EnvironmentSetting(
        "TIMETUNA_SMS_COUNTRIES",
        "Countries whose numbers get texts, as in DE,AT,CH; empty: those of a page’s host and of its guest’s clock.",
        "",
    ),
    EnvironmentSetting(
        "TIMETUNA_SMS_VOIP", "yes or no: whether numbers of internet telephony get texts.", "no"
    ),
    EnvironmentSetting(
        "TIMETUNA_API_LIMIT", "Requests a minute that one API key or connected app may make.", "120"
    ),
    EnvironmentSetting(
        "WEBHOOK_ALLOW_PRIVATE",
        "yes or no: whether webhooks may lead to addresses of your own network, and to any port.",
        "no",
    ),
    EnvironmentSetting(
        "WEBHOOK_ALLOW_HTTP", "yes or no: whether webhooks may be sent without encryption.", "no"
    ),
    EnvironmentSetting(
        "TIMETUNA_OAUTH_REGISTRATION",
        "open or closed: whether apps, such as assistants, may register themselves to be connected by hosts.",
        "open",
    ),
    EnvironmentSetting(
        "TIMETUNA_RETENTION_DAYS",
        "Days after a meeting's end until who its guest was is erased; empty leaves it to each host.",
        "",
    ),
    EnvironmentSetting(
        "TIMETUNA_MODEL_URL",
        "A text model that makes booking pages out of a sentence: chat completions as far as /v1. Empty is off.",
        "",
    ),
    EnvironmentSetting("TIMETUNA_MODEL_NAME", "The name of the model to be asked there.", ""),
    EnvironmentSetting("TIMETUNA_MODEL_KEY", "Its key, where it wants one.", "", secret=True),
    EnvironmentSetting("TIMETUNA_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.", "INFO"),
    EnvironmentSetting(
        "TIMETUNA_SANDBOX_URL", "Set by `timetuna demo` and `serve`: where the sandbox's pages are.", ""
    ),
)
"""The product's own. Those of the providers come from their descriptions."""
SETTINGS = (
    *OWN,
    *(
        EnvironmentSetting(provider.environment_name(need), need.help, need.default or None, need.secret)
        for provider in providers().values()
        for need in provider.needs
    ),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


class Environment:
    """Typed reading of the settings. Every method raises SettingsError with a sentence."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._refuse_unknown()

    def _refuse_unknown(self) -> None:
        for name in self._variables:
            known = name in BY_NAME or name.removesuffix("_FILE") in BY_NAME
            if name.startswith(OUR_PREFIXES) and not known:
                near = difflib.get_close_matches(name, BY_NAME, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise SettingsError(
                    f"{name} is not a setting of TimeTuna.{hint} `timetuna check` lists them all."
                )

    def text(self, name: str) -> str:
        """Return the value, the content of the file NAME_FILE points to, or the default; else ""."""
        return self._value(name) or BY_NAME[name].default or ""

    def beginning(self, prefix: str) -> dict[str, str]:
        """Return what is set under names that begin so, by the rest of the name; also from NAME_FILE."""
        names = {name.removesuffix("_FILE") for name in self._variables if name.startswith(prefix)}
        return {name.removeprefix(prefix): self._value(name) for name in sorted(names)}

    def _value(self, name: str) -> str:
        given, path = self._given(name), self._given(f"{name}_FILE")
        if given and path:
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them.")
        return _content(path, name) if path else given

    def _given(self, name: str) -> str:
        """Return a variable without the quotes that a shell would have taken off and an env file keeps.

        The signing key is taken as it stands: with other letters it would be another key.
        """
        value = self._variables.get(name, "").strip()
        quoted = _QUOTED.fullmatch(value)
        return quoted[2].strip() if quoted and name != "TIMETUNA_SECRET_KEY" else value

    def required(self, name: str) -> str:
        """Return the value; refuse when there is none."""
        value = self.text(name)
        if not value:
            raise SettingsError(
                f"{name} is not set. {BY_NAME[name].help} `timetuna newkeys` makes the keys a server needs."
            )
        return value

    def number(self, name: str, *, least: int, most: int) -> int:
        """Return a whole number between `least` and `most`."""
        value = self.text(name)
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise SettingsError(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
        return int(value)

    def choice(self, name: str, *choices: str) -> str:
        """Return one of the choices."""
        value = self.text(name)
        if value not in choices:
            raise SettingsError(f"{name} must be {' or '.join(choices)}, not {value!r}.")
        return value

    def parsed(self, name: str, parse: Callable[[str], T]) -> T:
        """Return `parse(value)`; its ValueError becomes a sentence."""
        try:
            return parse(self.text(name))
        except ValueError as error:
            raise SettingsError(f"{name} cannot be used: {error}") from error

    def together(self, *names: str) -> bool:
        """Say whether all of these are set; refuse when only some are."""
        missing = [name for name in names if not self.text(name)]
        if missing and len(missing) < len(names):
            present = next(name for name in names if self.text(name))
            raise SettingsError(
                f"{present} is set but {' and '.join(missing)} is not; they are needed together."
            )
        return not missing

    def provider_settings(self) -> dict[str, str]:
        """Return what the providers need, by the variables' names; refuse what would fail at use."""
        for provider in providers().values():
            self.together(*provider.required())
            for need in provider.needs:
                name = provider.environment_name(need)
                self.choice(name, *need.choices) if need.choices else self.parsed(name, need.check)
        return {setting.name: self.text(setting.name) for setting in SETTINGS[len(OWN) :]}


def countries(value: str) -> tuple[str, ...]:
    """ISO 3166 codes behind commas. Raises ValueError."""
    named = tuple(part.strip().upper() for part in value.split(",") if part.strip())
    if not all(re.fullmatch("[A-Z]{2}", one) for one in named):
        raise ValueError("it must be countries such as DE,AT,CH, or empty.")
    return named


def _content(path: str, name: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE points to {path}, which cannot be read.") from error
