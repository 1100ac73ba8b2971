"""Settings as the start reads them: what is taken there works where it is used."""

import os
import re
import runpy
from pathlib import Path

import pytest
from django.http.request import split_domain_port, validate_host

from timetuna.environment import OUR_PREFIXES, SettingsError
from timetuna.lib.mail import clean_address, parse_mailbox
from timetuna.providers.registry import providers

SETTINGS = Path(__file__).resolve().parent.parent / "timetuna" / "settings.py"
OURS = re.compile("|".join([*OUR_PREFIXES, "EMAIL_", "ANYMAIL_", "DATABASE_URL"]))
KEYS = {
    "TIMETUNA_SECRET_KEY": "a-key-for-tests-only-0123456789-abcdefgh",
    "TIMETUNA_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
SERVER = {"EMAIL_URL": "smtp://mail.example.org"}


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Read the settings in an environment with these alone, as a start does."""

    def started(**given):
        for name in list(os.environ):
            if OURS.match(name):
                monkeypatch.delenv(name)
        for name, value in (KEYS | {"TIMETUNA_DATA_DIR": str(tmp_path / "data")} | given).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return started


def refused(started, **given):
    with pytest.raises(SettingsError) as raised:
        started(**given)
    assert str(raised.value).endswith(".")
    return str(raised.value)


@pytest.mark.parametrize(
    ("base", "sent"),
    [
        ("http://[::1]:8581", "[::1]:8581"),
        ("http://[2001:DB8:0::5]", "[2001:db8::5]"),
        ("https://Book.Example.org.", "book.example.org"),
        ("https://bücher.example:8443", "xn--bcher-kva.example:8443"),
        ("http://192.168.1.5:8000", "192.168.1.5:8000"),
        ("http://nas:8000", "nas:8000"),
        ("http://127.0.0.1:8000", "localhost:8000"),
        ("http://localhost:8000", "[::1]:8000"),
    ],
)
def test_the_host_that_browsers_send_is_served(started, base, sent):
    settings = started(TIMETUNA_BASE_URL=base)

    domain, _ = split_domain_port(sent)
    assert validate_host(domain, settings["ALLOWED_HOSTS"])
    assert settings["CSRF_TRUSTED_ORIGINS"] == [settings["BASE_URL"]]


@pytest.mark.parametrize(
    ("given", "sender", "domain"),
    [
        ({}, "noreply@localhost", "localhost"),
        (SERVER, "noreply@localhost", "localhost"),
        (
            {"TIMETUNA_BASE_URL": "https://book.example.org"} | SERVER,
            "noreply@book.example.org",
            "book.example.org",
        ),
        (
            {"TIMETUNA_BASE_URL": "https://bücher.example"} | SERVER,
            "noreply@xn--bcher-kva.example",
            "xn--bcher-kva.example",
        ),
        ({"TIMETUNA_BASE_URL": "http://nas:8000"}, "noreply@localhost", "localhost"),
        (
            {"TIMETUNA_BASE_URL": "http://nas", "TIMETUNA_SANDBOX_URL": "http://localhost:8001"} | SERVER,
            "noreply@localhost",
            "localhost",
        ),
        (
            {
                "TIMETUNA_BASE_URL": "http://nas",
                "EMAIL_URL": "smtps://me%40example.org:secret@mail.example.org",
            },
            "me@example.org",
            "example.org",
        ),
        (
            {"TIMETUNA_BASE_URL": "http://[::1]:81", "TIMETUNA_FROM_EMAIL": "Tuna <tuna@Example.org>"}
            | SERVER,
            "tuna@example.org",
            "example.org",
        ),
        (
            {"TIMETUNA_BASE_URL": "http://192.168.1.5", "TIMETUNA_FROM_EMAIL": "tuna@bücher.example"}
            | SERVER,
            "tuna@xn--bcher-kva.example",
            "xn--bcher-kva.example",
        ),
    ],
)
def test_mails_come_from_an_address_that_can_be_written(started, given, sender, domain):
    settings = started(**given)

    assert parse_mailbox(settings["DEFAULT_FROM_EMAIL"]).email == sender
    assert settings["MAIL_DOMAIN"] == domain
    assert clean_address(f"check@{domain}", allow_localhost=True)


@pytest.mark.parametrize("base", ["http://192.168.1.5:8000", "http://nas:8000", "http://[2001:db8::5]"])
def test_where_no_sender_follows_from_the_host_one_is_asked_for(started, base):
    sentence = refused(started, TIMETUNA_BASE_URL=base, **SERVER)

    assert sentence.startswith("TIMETUNA_FROM_EMAIL is not set, and no mail can come from noreply@")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMETUNA_BASE_URL", "https://book_me.example.org"),
        ("TIMETUNA_BASE_URL", "https://book.example.org:99999"),
        ("TIMETUNA_BASE_URL", "https://user:secret@book.example.org"),
        ("TIMETUNA_FROM_EMAIL", "nobody"),
        ("TIMETUNA_FROM_EMAIL", "TimeTuna <book@my_host.example>"),
        ("TIMETUNA_FROM_EMAIL", "TimeTuna <book@nas>"),
        ("TIMETUNA_FROM_EMAIL", "'TimeTuna <book@example.org>"),
        ("TIMETUNA_FROM_EMAIL", "TimeTuna <book@example.org> and more"),
        ("EMAIL_URL", "smtp://mail..example.org"),
        ("EMAIL_URL", "smtps://user:%FF@mail.example.org"),
        ("ICALFEED_ALLOW_PRIVATE", "true"),
        ("ICALFEED_ALLOW_HTTP", "1"),
        ("CALDAV_ALLOW_HTTP", "true"),
        ("ZOOM_API_URL", "https://api.zoom.us:99999"),
        ("ZOOM_API_URL", "https://api.zoom.us/?a=1"),
        ("GOOGLE_CLIENT_ID", "two words"),
        ("GOOGLE_CLIENT_SECRET", "s\u00e4cret"),
        ("MICROSOFT_TENANT", "my tenant/x"),
        ("TIMETUNA_HSTS", "yes"),
        ("TIMETUNA_WEB_PROCESSES", "0"),
        ("TIMETUNA_WEB_THREADS", "many"),
        ("TIMETUNA_DATA_DIR", "/dev/null/data"),
    ],
)
def test_what_would_fail_at_use_is_refused_at_the_start(started, name, value):
    sentence = refused(started, **{name: value})

    assert sentence.startswith(name)
    assert "secret" not in sentence


@pytest.mark.parametrize(
    "provider", [one for one in providers().values() if len(one.required()) > 1], ids=lambda one: one.slug
)
def test_half_of_a_providers_keys_are_none(started, provider):
    first, *others = provider.required()

    sentence = refused(started, **{first: "id"})

    assert sentence == f"{first} is set but {' and '.join(others)} is not; they are needed together."


def test_quotes_that_an_env_file_keeps_are_taken_off(started, tmp_path):
    token = tmp_path / "token"
    token.write_text("abc")
    settings = started(
        TIMETUNA_BASE_URL='"https://book.example.org"',
        TIMETUNA_FROM_EMAIL="'TimeTuna <bookings@example.org>'",
        EMAIL_URL="'smtp://mail.example.org'",
        ZOOM_CLIENT_ID="'id'",
        ZOOM_CLIENT_SECRET='"secret"',
        ZOOM_WEBHOOK_SECRET_TOKEN_FILE=f"'{token}'",
    )

    assert settings["BASE_URL"] == "https://book.example.org"
    assert parse_mailbox(settings["DEFAULT_FROM_EMAIL"]).name == "TimeTuna"
    assert settings["MAIL_SERVER"].host == "mail.example.org"
    zoom = {name: settings["PROVIDER_SETTINGS"][f"ZOOM_{name}"] for name in ("CLIENT_ID", "CLIENT_SECRET")}
    assert zoom == {"CLIENT_ID": "id", "CLIENT_SECRET": "secret"}
    assert settings["PROVIDER_SETTINGS"]["ZOOM_WEBHOOK_SECRET_TOKEN"] == "abc"


def test_a_name_in_quotes_within_the_sender_is_read_as_mail_programs_read_it(started):
    settings = started(TIMETUNA_FROM_EMAIL='"Tuna, Time" <bookings@example.org>')

    assert parse_mailbox(settings["DEFAULT_FROM_EMAIL"]).name == "Tuna, Time"


def test_the_signing_key_stays_what_it_was_with_quotes_and_all(started):
    key = "'a-key-for-tests-only-0123456789-abcdefgh'"

    assert started(TIMETUNA_SECRET_KEY=key)["SECRET_KEY"] == key


@pytest.mark.parametrize(
    ("value", "seconds", "subdomains", "preload"),
    [
        (None, 31_536_000, False, False),
        ("off", 0, False, False),
        ("host", 31_536_000, False, False),
        ("subdomains", 31_536_000, True, False),
        ("preload", 31_536_000, True, True),
    ],
)
def test_browsers_are_bound_to_our_own_host_only_unless_asked_for(
    started, value, seconds, subdomains, preload
):
    given = {"TIMETUNA_HSTS": value} if value else {}

    settings = started(TIMETUNA_BASE_URL="https://book.example.org", **given)

    assert settings["SECURE_HSTS_SECONDS"] == seconds
    assert settings["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is subdomains
    assert settings["SECURE_HSTS_PRELOAD"] is preload


@pytest.mark.parametrize(
    ("base", "session"),
    [
        ("http://localhost:8000", "timetuna_session_8000"),
        ("http://localhost:8480", "timetuna_session_8480"),
        ("https://book.example.org", "__Host-timetuna_session"),
        ("https://book.example.org:8443", "__Host-timetuna_session_8443"),
    ],
)
def test_cookies_are_nobody_elses(started, base, session):
    settings = started(TIMETUNA_BASE_URL=base)

    names = [settings[f"{name}_COOKIE_NAME"] for name in ("SESSION", "CSRF", "MESSAGES")]
    assert names == [session.replace("session", name) for name in ("session", "csrf", "messages")]
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is base.startswith("https")


def test_a_mail_api_takes_the_place_of_the_mail_server(started, tmp_path):
    (tmp_path / "token").write_text("from a file\n")
    settings = started(
        EMAIL_BACKEND="timetuna.mail.EmailBackend",
        ANYMAIL_POSTMARK_SERVER_TOKEN_FILE=str(tmp_path / "token"),
        ANYMAIL_MAILGUN_API_KEY="0123",
        ANYMAIL_REQUESTS_TIMEOUT="5",
        ANYMAIL_DEBUG_API_REQUESTS="yes",
        ANYMAIL_SEND_DEFAULTS='{"tags": ["bookings"]}',
    )

    assert settings["EMAIL_BACKEND"] == "timetuna.mail.EmailBackend"
    assert settings["ANYMAIL"] == {
        "POSTMARK_SERVER_TOKEN": "from a file",
        "MAILGUN_API_KEY": "0123",
        "REQUESTS_TIMEOUT": 5.0,
        "DEBUG_API_REQUESTS": True,
        "SEND_DEFAULTS": {"tags": ["bookings"]},
    }


def test_a_mail_api_that_is_not_there_or_not_alone_is_refused(started):
    assert "there is none of that name" in refused(
        started, EMAIL_BACKEND="anymail.backends.pigeon.EmailBackend"
    )
    assert "there is none of that name" in refused(started, EMAIL_BACKEND="postmark")
    both = refused(started, EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend", **SERVER)
    assert both == "EMAIL_BACKEND cannot be used: EMAIL_URL is set, too; keep one of them."


def test_a_mail_api_needs_a_sender_too(started):
    given = {
        "TIMETUNA_BASE_URL": "http://nas",
        "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
    }

    assert refused(started, **given).startswith("TIMETUNA_FROM_EMAIL is not set")
