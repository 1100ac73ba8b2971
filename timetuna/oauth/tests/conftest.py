"""An app that is registered, and the way through consent and codes as a program goes it."""

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client
from oauth2_provider.models import Application

from timetuna.api.tests.conftest import Program
from timetuna.bookings.tests.conftest import *  # noqa: F403 - its fixtures
from timetuna.lib.crypto import pkce_pair

CALLBACK = "https://app.example/callback"


def led_to(response: Any) -> str:
    """Where a page leads by itself."""
    assert response.status_code == 200, response.content
    (url,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', response.content.decode())
    return html.unescape(url)


@dataclass
class App:
    """A program of somebody else's, with no session of its own. browser: of the host whom it sends to us."""

    application: Application
    secret: str = ""
    redirect_uri: str = CALLBACK
    pkce: Any = field(default_factory=pkce_pair)

    def query(self, **changes: str | None) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.application.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "bookings",
            "state": "a-state",
            "code_challenge": self.pkce.challenge,
            "code_challenge_method": "S256",
        } | changes
        return urlencode({name: value for name, value in asked.items() if value is not None})

    def address(self, **changes: str | None) -> str:
        return f"/oauth/authorize?{self.query(**changes)}"

    def answered(self, browser: Client, answer: str = "yes", **changes: str | None) -> Any:
        """The response to the consent page's form, as it was shown."""
        page = browser.get(self.address(**changes))
        assert page.status_code == 200, page.content
        form = {"answer": answer, "seen": page.context["seen"]}
        return browser.post(self.address(**changes), form)

    def told(self, browser: Client, answer: str = "yes", **changes: str | None) -> dict[str, str]:
        """What came to its callback."""
        url = led_to(self.answered(browser, answer, **changes))
        assert url.startswith(f"{self.redirect_uri}?")
        return dict(parse_qsl(urlsplit(url).query))

    def ask(self, path: str, **form: str) -> Any:
        known = {"client_id": self.application.client_id}
        if self.secret:
            known["client_secret"] = self.secret
        return Client().post(path, known | form)

    def exchange(self, code: str, **changes: str) -> Any:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.pkce.verifier,
        }
        return self.ask("/oauth/token", **form | changes)

    def refresh(self, token: str, **more: str) -> Any:
        return self.ask("/oauth/token", grant_type="refresh_token", refresh_token=token, **more)

    def tokens(self, browser: Client, **changes: str | None) -> dict[str, Any]:
        answer = self.exchange(self.told(browser, **changes)["code"])
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def program(self, browser: Client, **changes: str | None) -> Program:
        return Program(self.tokens(browser, **changes)["access_token"])


def make_app(
    name: str = "Zapper", *, redirect_uri: str = CALLBACK, confidential: bool = False, **more: Any
) -> App:
    application = Application(
        name=name,
        redirect_uris=redirect_uri,
        client_type="confidential" if confidential else "public",
        authorization_grant_type="authorization-code",
        **more,
    )
    secret = application.client_secret if confidential else ""
    application.save()
    return App(application, secret, redirect_uri)


@pytest.fixture
def app() -> App:
    return make_app()


@pytest.fixture
def browser(alice) -> Client:
    """Of a host who is signed in."""
    browser = Client()
    browser.force_login(alice)
    return browser
