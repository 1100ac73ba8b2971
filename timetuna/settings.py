"""Django's settings, made from the environment. See environment.py for what may be set."""

import json
import os
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.conf import global_settings
from django.conf.locale import LANG_INFO
from django.urls import reverse_lazy

from timetuna.environment import Environment, SettingsError, countries
from timetuna.lib.hosts import normal_host, normal_origin
from timetuna.lib.mail import is_address, parse_mailbox
from timetuna.lib.smtp import parse_email_url
from timetuna.logs import logging_config
from timetuna.oauth.configuration import toolkit_settings

# tzdata's own files on every machine: system copies differ from one another (docs/time.md).
os.environ["PYTHONTZPATH"] = ""

env = Environment(os.environ)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PACKAGE_DIR = Path(__file__).resolve().parent
DATA_DIR = Path(env.text("TIMETUNA_DATA_DIR")).resolve()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"TIMETUNA_DATA_DIR cannot be used: {folder} cannot be made ({error.strerror})."
        ) from error


def _database(value: str) -> dict[str, Any]:
    if not value:
        _make(DATA_DIR)
        value = f"sqlite:///{DATA_DIR / 'timetuna.sqlite3'}"
    try:
        database: dict[str, Any] = dict(
            dj_database_url.parse(value, conn_max_age=60, conn_health_checks=True)
        )
    except (ValueError, KeyError, dj_database_url.UnknownSchemeError) as error:
        raise ValueError(
            "it must look like sqlite:///path or postgres://user:password@host:5432/name."
        ) from error
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"].endswith("sqlite3"):
        database["ENGINE"] = "timetuna.db.sqlite3"
        options.setdefault("timeout", 15)
        options |= {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    elif database["ENGINE"].endswith("postgresql"):
        pooled = env.choice("TIMETUNA_DATABASE_POOLED", "yes", "no") == "yes"
        database["DISABLE_SERVER_SIDE_CURSORS"] = pooled
        # Plans that the server keeps spare it two thirds of the work for a page; a pooler would mix them up.
        options |= {
            "connect_timeout": 5,
            "server_side_binding": not pooled,
            "prepare_threshold": None if pooled else 5,
        }
        if not pooled:  # a pooler refuses to pass it on
            # Our queries are short and named in advance: compiling one took 1.8 s, and running it 10 ms.
            options["options"] = f"-c jit=off {options.get('options', '')}".strip()
    else:
        raise ValueError("TimeTuna runs on SQLite and PostgreSQL.")
    return database


def _secret_key(value: str) -> str:
    if len(value) < 32 or len(set(value)) < 10:  # noqa: PLR2004
        raise ValueError("it must be at least 32 random characters; `timetuna newkeys` makes one.")
    return value


def _networks(value: str) -> list[str]:
    texts = [part.strip() for part in value.split(",") if part.strip()]
    return [str(ip_network(text, strict=False)) for text in texts]


def _mail_limits(value: str) -> tuple[int, int]:
    hour, comma, day = (part.strip() for part in value.partition(","))
    if not (comma and hour.isdecimal() and day.isdecimal() and 1 <= int(hour) <= int(day)):
        raise ValueError("it must be two numbers such as 5,20, the first not above the second.")
    return int(hour), int(day)


def _days(value: str) -> int | None:
    if value and not (value.isascii() and value.isdecimal() and 1 <= int(value) <= 36_500):  # noqa: PLR2004
        raise ValueError("it must be a number of days from 1 to 36500, or empty.")
    return int(value) if value else None


def _switch(value: str) -> bool:
    named = {
        "yes": True,
        "true": True,
        "on": True,
        "1": True,
        "no": False,
        "false": False,
        "off": False,
        "0": False,
    }
    if value.lower() not in named:
        raise ValueError("it must be yes or no.")
    return named[value.lower()]


def _model_url(value: str) -> str:
    url = urlsplit(value)
    if value and not (url.scheme in {"http", "https"} and url.hostname and not (url.query or url.fragment)):
        raise ValueError("it must be an address such as https://models.example.org/v1, or empty.")
    return value.rstrip("/")


def _mail_backend(value: str) -> str:
    """Return the class that sends mails: our own, or one of a mail API."""
    if value in {"", "timetuna.mail.EmailBackend"}:
        return "timetuna.mail.EmailBackend"
    if MAIL_SERVER is not None:
        raise ValueError("EMAIL_URL is set, too; keep one of them.")
    module, dot, _name = value.rpartition(".")
    try:
        known = bool(dot) and find_spec(module) is not None
    except ImportError:
        known = False
    if not known:
        raise ValueError("there is none of that name; Postmark's is anymail.backends.postmark.EmailBackend.")
    return value


def _mail_api_settings() -> dict[str, Any]:
    """Return what django-anymail reads. Yes, no, objects in JSON and seconds are what they say, all else is text."""
    named = {"yes": True, "true": True, "no": False, "false": False}
    found: dict[str, Any] = {"REQUESTS_TIMEOUT": 30.0}
    for name, value in env.beginning("ANYMAIL_").items():
        try:
            if name.endswith("_TIMEOUT"):
                found[name] = float(value)
            else:
                found[name] = json.loads(value) if value.startswith("{") else named.get(value.lower(), value)
        except ValueError:
            raise SettingsError(f"ANYMAIL_{name} is no number of seconds, or no JSON.") from None
    return found


def _sender(value: str) -> str:
    if value:
        parse_mailbox(value)
        return value
    user = MAIL_SERVER.user if MAIL_SERVER else ""
    sends = MAIL_SERVER is not None or bool(env.text("EMAIL_BACKEND"))
    kept_here = HOST in LOOPBACK or not sends or bool(env.text("TIMETUNA_SANDBOX_URL"))
    for address in (f"noreply@{HOST}", user):
        if is_address(address):
            return f"TimeTuna <{address}>"
    if kept_here:
        return "TimeTuna <noreply@localhost>"
    raise SettingsError(
        f"TIMETUNA_FROM_EMAIL is not set, and no mail can come from noreply@{HOST}. "
        "Set it to an address of yours, like TimeTuna <bookings@example.org>."
    )


BASE_URL = env.parsed("TIMETUNA_BASE_URL", normal_origin)
_place = urlsplit(BASE_URL)
HOST = _place.hostname or ""
HTTPS = BASE_URL.startswith("https://")
env.required("TIMETUNA_SECRET_KEY")
SECRET_KEY = env.parsed("TIMETUNA_SECRET_KEY", _secret_key)
ENCRYPTION_KEYS = tuple(
    part.strip() for part in env.required("TIMETUNA_ENCRYPTION_KEYS").split(",") if part.strip()
)
SIGNUP_OPEN = env.choice("TIMETUNA_SIGNUP", "open", "closed") == "open"
SANDBOX_URL = env.text("TIMETUNA_SANDBOX_URL").rstrip("/")
RETRY_SECONDS = env.number("TIMETUNA_RETRY_SECONDS", least=1, most=600)
GUEST_MAIL_LIMITS = env.parsed("TIMETUNA_GUEST_MAIL_LIMITS", _mail_limits)
BOOKING_PROOFS = env.choice("TIMETUNA_BOOKING_PROOFS", "auto", "never") == "auto"
env.together("TIMETUNA_MODEL_URL", "TIMETUNA_MODEL_NAME")
MODEL_URL = env.parsed("TIMETUNA_MODEL_URL", _model_url)
MODEL_NAME, MODEL_KEY = env.text("TIMETUNA_MODEL_NAME"), env.text("TIMETUNA_MODEL_KEY")
SMS_DAILY_LIMIT = env.number("TIMETUNA_SMS_DAILY_LIMIT", least=1, most=1_000_000)
SMS_COUNTRIES = env.parsed("TIMETUNA_SMS_COUNTRIES", countries)
SMS_VOIP = env.parsed("TIMETUNA_SMS_VOIP", _switch)
API_LIMIT = env.number("TIMETUNA_API_LIMIT", least=1, most=100_000)
WEBHOOK_ALLOW_PRIVATE = env.parsed("WEBHOOK_ALLOW_PRIVATE", _switch)
WEBHOOK_ALLOW_HTTP = env.parsed("WEBHOOK_ALLOW_HTTP", _switch)
OAUTH_REGISTRATION = env.choice("TIMETUNA_OAUTH_REGISTRATION", "open", "closed") == "open"
RETENTION_DAYS = env.parsed("TIMETUNA_RETENTION_DAYS", _days)
CALENDAR_MINUTES = env.number("TIMETUNA_CALENDAR_MINUTES", least=1, most=1_440)
FEED_MINUTES = env.number("TIMETUNA_FEED_MINUTES", least=1, most=1_440)
BROKEN_JOB_ATTEMPTS = 8
WEB_THREADS = env.number("TIMETUNA_WEB_THREADS", least=2, most=64)
WORKER_THREADS = env.number("TIMETUNA_WORKER_THREADS", least=1, most=32)
TRUSTED_PROXIES = env.parsed("TIMETUNA_TRUSTED_PROXIES", _networks)
MAIL_SERVER = env.parsed("EMAIL_URL", lambda value: parse_email_url(value) if value else None)
EMAIL_BACKEND = env.parsed("EMAIL_BACKEND", _mail_backend)
ANYMAIL = _mail_api_settings()
DEFAULT_FROM_EMAIL = env.parsed("TIMETUNA_FROM_EMAIL", _sender)
MAIL_DOMAIN = (
    HOST if is_address(f"noreply@{HOST}") else parse_mailbox(DEFAULT_FROM_EMAIL).email.rpartition("@")[2]
)
"""What the ids of our mails end in: our host's name, or the sender's domain where the host has none."""
for _name in ("TIMETUNA_WEB_PROCESSES", "TIMETUNA_WEB_THREADS"):
    env.number(_name, least=1, most=64)
PROVIDER_SETTINGS = env.provider_settings()

DEBUG = False
ALLOWED_HOSTS = [normal_host(host) for host in (LOOPBACK if HOST in LOOPBACK else [HOST])]
ROOT_URLCONF = "timetuna.urls"
WSGI_APPLICATION = "timetuna.wsgi.application"
DATABASES = {"default": env.parsed("DATABASE_URL", _database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its widgets' templates, which ours build on
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.microsoft",
    "timetuna.jobs",
    "timetuna.rate_limits",
    "timetuna.accounts",
    "timetuna.calendars",
    "timetuna.pages",
    "timetuna.bookings",
    "timetuna.payments",
    "timetuna.insights",
    "timetuna.imports",
    "timetuna.drafts",
    "timetuna.webhooks",
    "timetuna.api",
    "oauth2_provider",
    "timetuna.oauth",
    "timetuna.mcp",
    "timetuna.documentation",
]
MIDDLEWARE = [
    "timetuna.web.middleware.RequestId",
    "timetuna.web.middleware.HealthCheck",
    "django.middleware.security.SecurityMiddleware",
    "timetuna.web.middleware.ContentPolicy",
    "timetuna.web.middleware.PrivateAnswers",
    "timetuna.web.middleware.BodyLimit",
    "timetuna.web.middleware.Compressed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "timetuna.web.framing.NoCookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "timetuna.web.middleware.Speaks",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "timetuna.web.middleware.WhoActs",
    "django.contrib.messages.middleware.MessageMiddleware",
    "timetuna.web.forms.KeepTyped",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "timetuna.web.middleware.DatabaseAway",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "timetuna.web.middleware.product",
                "timetuna.web.framing.in_frame",
            ],
            "libraries": {
                "linked": "timetuna.web.linked",
                "style_sheets": "timetuna.web.style_sheets",
                "uploads": "timetuna.web.uploads",
            },
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# A language is a catalogue below timetuna/locale; guests' pages and mails speak all that are there.
LANGUAGE_CODE = "en"
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
_catalogues = LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.mo")
_codes = {"en", *(path.parts[-3].replace("_", "-").lower() for path in _catalogues)}
_NAMES = {"pt-br": "Português (Brasil)"}
LANGUAGES = [(code, _NAMES.get(code, LANG_INFO[code]["name_local"].capitalize())) for code in sorted(_codes)]
HOST_LANGUAGES = [code for code in ("en", "de") if code in _codes]  # of hosts' own pages and mails
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [PACKAGE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "timetuna.web.style_sheets.JoinedStyleSheets"},
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = True
# Cookies know no ports and no neighbours: names of our own, which with https no other host can set (RFC 6265bis).
_cookie = f"{'__Host-' if HTTPS else ''}timetuna_{{}}{f'_{_place.port}' if _place.port else ''}"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = _cookie.format("session"), _cookie.format("csrf")
MESSAGES_COOKIE_NAME = _cookie.format("messages")
MESSAGE_STORAGE = "timetuna.web.messages.Messages"
SESSION_COOKIE_SAMESITE = "Lax"  # the return from Zoom is a cross-site top-level GET
_hsts = env.choice("TIMETUNA_HSTS", "off", "host", "subdomains", "preload")
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS and _hsts != "off" else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _hsts in {"subdomains", "preload"}
SECURE_HSTS_PRELOAD = _hsts == "preload"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
# An operator's other hosts are bound by TIMETUNA_HSTS only, not because a check would like it.
# http leads back to a program on one's own computer and nowhere else (timetuna/oauth/addresses.py), and a token that is
# asked for again is derived anew, so that none need be kept to be read (timetuna/oauth/secrets.py).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "oauth2_provider.E001", "oauth2_provider.E003"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {  # only our own files run and show, and nobody frames us
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "timetuna.web.forms.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"timetuna.accounts.passwords.{name}"} for name in ("NotOneself", "LongEnough", "NotCommon")
]
PASSWORD_RESET_TIMEOUT = 3_600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "booking_pages"

# Apps that hosts connect (django-oauth-toolkit).
OAUTH2_PROVIDER = toolkit_settings(BASE_URL, registration=OAUTH_REGISTRATION)
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
PASSWORD_HASHERS = [*global_settings.PASSWORD_HASHERS, "timetuna.oauth.secrets.ClientSecretHasher"]

# Accounts (django-allauth): by mail address and password; with Google or Microsoft when their keys are set.
ACCOUNT_ADAPTER = "timetuna.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_REDIRECT_URL = "first_steps"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up; see accounts/views/email.py
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = reverse_lazy("profile")
ACCOUNT_RATE_LIMITS = False  # timetuna/rate_limits counts, whole across processes
SOCIALACCOUNT_ADAPTER = "timetuna.accounts.social.SocialAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {"microsoft": {"TENANT": env.text("MICROSOFT_TENANT")}}

LOGGING = logging_config(env.choice("TIMETUNA_LOG_LEVEL", "DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING_CONFIG = "logging.config.dictConfig"

if not ENCRYPTION_KEYS:
    raise SettingsError("TIMETUNA_ENCRYPTION_KEYS is empty; `timetuna newkeys` makes one.")
