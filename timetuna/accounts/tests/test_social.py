import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.accounts.social import GoogleSignIn, MicrosoftSignIn
from timetuna.accounts.tests.conftest import NEW_PASSWORD, PASSWORD, is_signed_in, mails, sign_in, sign_up

pytestmark = pytest.mark.enable_socket
KEYS = {
    "GOOGLE_CLIENT_ID": "google-client",
    "GOOGLE_CLIENT_SECRET": "google-secret",
    "MICROSOFT_CLIENT_ID": "microsoft-client",
    "MICROSOFT_CLIENT_SECRET": "microsoft-secret",
}


class Providers(ThreadingHTTPServer):
    """Google's and Microsoft's token and profile addresses; `person` is who has just said yes there."""

    person: dict
    exchanges: list[dict]


class Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.exchanges.append({name: values[0] for name, values in form.items()})
        now = int(present().timestamp())
        claims = {"iss": "https://accounts.google.com", "aud": "google-client", "iat": now, "exp": now + 60}
        token = jwt.encode(claims | self.server.person, "x" * 32, algorithm="HS256", headers={"kid": "1"})
        self._send({"access_token": "secret-access", "refresh_token": "secret-refresh", "id_token": token})

    def do_GET(self) -> None:
        self._send(self.server.person)

    def _send(self, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args) -> None:
        pass


@pytest.fixture
def outside(settings, monkeypatch):
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | KEYS
    server = Providers(("127.0.0.1", 0), Answers)
    server.exchanges = []
    server.person = {
        "sub": "g-1",
        "email": "Greta@Example.org",
        "email_verified": True,
        "given_name": "Greta",
        "family_name": "G.",
    }
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(GoogleSignIn, "access_token_url", f"{address}/token")
    monkeypatch.setattr(MicrosoftSignIn, "access_token_url", f"{address}/token")
    monkeypatch.setattr(MicrosoftSignIn, "profile_url", f"{address}/me")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def come_back(browser: Client, provider: str = "google", **more: str):
    """Press the button, say yes at the provider, and return."""
    leave = browser.post(f"/signin/{provider}", more)
    query = parse_qs(urlsplit(leave["Location"]).query)
    return browser.get(f"/signin/{provider}/callback", {"code": "good", "state": query["state"][0]})


@pytest.mark.parametrize("path", ["/signin", "/signup"])
def test_buttons_are_there_exactly_when_both_keys_are(browser, settings, path):
    def buttons(**keys):
        settings.PROVIDER_SETTINGS = keys
        page = browser.get(path).content.decode()
        return [name for name in ("Google", "Microsoft") if f"Continue with {name}" in page]

    assert buttons() == []
    assert buttons(**{name: value for name, value in KEYS.items() if "GOOGLE" in name}) == ["Google"]
    assert buttons(
        GOOGLE_CLIENT_ID="only half", **{name: KEYS[name] for name in KEYS if "MICRO" in name}
    ) == ["Microsoft"]
    assert buttons(**KEYS) == ["Google", "Microsoft"]
    assert buttons(**KEYS, GOOGLE_OAUTH_URL="http://localhost:8001/google") == ["Microsoft"]
    assert buttons(**KEYS, GOOGLE_OAUTH_URL="https://accounts.google.com") == ["Google", "Microsoft"]


def test_without_keys_there_is_no_way_in(browser):
    assert browser.post("/signin/google").status_code == 404
    assert browser.get("/signin/google/callback").status_code == 404


def test_leaving_needs_a_form_of_ours_and_carries_state_and_pkce(browser, outside):
    assert browser.get("/signin/google").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/signin/google").status_code == 403
    policy = browser.get("/signin")["Content-Security-Policy"].split("; ")
    assert "form-action 'self' https://accounts.google.com https://login.microsoftonline.com" in policy

    address = urlsplit(browser.post("/signin/google?scope=drive&process=connect")["Location"])

    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.netloc == "accounts.google.com"
    assert query["redirect_uri"] == "http://localhost:8000/signin/google/callback"
    assert query["code_challenge_method"] == "S256"
    assert query["state"]
    assert set(query["scope"].split()) == {"profile", "email"}


def test_a_new_host_is_asked_for_the_name_only(browser, outside):
    assert come_back(browser)["Location"] == "/signup/name"
    assert User.objects.count() == 0
    page = browser.get("/signup/name").content.decode()
    assert 'value="Greta G."' in page
    assert 'name="email"' not in page

    answer = browser.post("/signup/name", {"name": "Greta", "time_zone": "Europe/Berlin"})

    assert answer["Location"] == "/setup"
    assert is_signed_in(browser, "greta@example.org")
    user = User.objects.get()
    assert (user.name, user.handle, user.time_zone, user.has_usable_password()) == (
        "Greta",
        "greta",
        "Europe/Berlin",
        False,
    )
    assert EmailAddress.objects.get().verified
    assert mails() == []
    assert outside.exchanges[0]["code_verifier"]


def test_coming_again_signs_in_even_when_the_address_changed(browser, outside):
    come_back(browser)
    browser.post("/signup/name", {"name": "Greta", "time_zone": ""})
    outside.person["email"] = "elsewhere@example.org"

    assert come_back(Client(), next="/settings/profile")["Location"] == "/settings/profile"
    assert come_back(Client(), next="//evil.example")["Location"] == "/booking-pages"

    assert User.objects.get().email == "greta@example.org"


def test_tokens_and_profile_are_not_kept(browser, outside):
    come_back(browser)
    waiting = [session.get_decoded() for session in Session.objects.all()]
    browser.post("/signup/name", {"name": "Greta", "time_zone": ""})
    come_back(Client())

    assert "secret-" not in str(waiting)
    assert SocialToken.objects.count() == 0
    assert SocialAccount.objects.get().extra_data == {}


def test_an_account_with_a_password_is_not_linked_by_address(browser, outside, alice):
    outside.person["email"] = "alice@example.org"

    come_back(browser)
    answer = browser.post("/signup/name", {"name": "Greta", "time_zone": ""})

    assert answer["Location"] == "/verify-email/sent"
    assert SocialAccount.objects.count() == 0
    assert [mail.subject for mail in mails()] == ["You have a TimeTuna account already"]


def test_whoever_claimed_the_address_first_has_no_standing(browser, outside):
    sign_up(Client(), "greta@example.org", password1=NEW_PASSWORD)

    come_back(browser)
    browser.post("/signup/name", {"name": "Greta", "time_zone": ""})

    assert is_signed_in(browser, "greta@example.org")
    assert User.objects.get().name == "Greta"
    assert sign_in(Client(), "greta@example.org", password=NEW_PASSWORD).status_code == 422


def test_microsoft_s_word_for_an_address_is_not_enough(browser, outside):
    outside.person = {"id": "m-1", "mail": "mia@example.org", "givenName": "Mia", "surname": "M"}

    come_back(browser, "microsoft")
    assert browser.post("/signup/name", {"name": "Mia", "time_zone": ""})["Location"] == "/verify-email/sent"

    assert not EmailAddress.objects.get().verified
    other = Client()
    assert ">Sign in</a> as you did" in other.get(mails()[0].path).content.decode()
    assert other.post(mails()[0].path, {"password": PASSWORD}).status_code == 422
    assert browser.post(mails()[0].path)["Location"] == "/setup"


def test_closed_signup_is_closed_here_too(browser, outside, settings):
    settings.SIGNUP_OPEN = False

    assert come_back(browser)["Location"] == "/signup"
    assert browser.get("/signup/name")["Location"] == "/signin"
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"error": "access_denied"}, "You did not sign in with Google"),
        ({"error": "server_error"}, "did not work"),
        ({"code": "good", "state": "forged"}, "did not work"),
        ({}, "did not work"),
    ],
)
def test_what_goes_wrong_is_said_on_the_sign_in_page_and_in_the_log(
    browser, outside, query, sentence, caplog
):
    state = parse_qs(urlsplit(browser.post("/signin/google")["Location"]).query)["state"][0]

    answer = browser.get("/signin/google/callback", {"state": state} | query)

    assert answer["Location"] == "/signin"
    assert sentence in browser.get("/signin").content.decode()
    noted = [one.getMessage().split()[::2] for one in caplog.records if one.name == "timetuna.security"]
    assert noted == (
        [] if "error" in query and "did not sign" in sentence else [["sign_in_failed", "provider=google"]]
    )


def test_leaving_again_and_again_has_to_wait_for_a_moment(outside):
    with time_machine.travel(present(), tick=False):
        answers = [Client().post("/signin/google") for _ in range(31)]

    assert [answer.status_code for answer in answers] == [302] * 30 + [429]
    assert "Wait 1 second, then go back and try again." in answers[-1].content.decode()
    assert Client(REMOTE_ADDR="198.51.100.7").post("/signin/google").status_code == 302


def test_a_token_for_another_app_is_refused(browser, outside):
    outside.person["aud"] = "somebody-else"

    assert come_back(browser)["Location"] == "/signin"


def test_a_stranger_s_callback_cannot_be_played_into_a_browser(outside):
    stranger, victim = Client(), Client()
    state = parse_qs(urlsplit(stranger.post("/signin/google")["Location"]).query)["state"][0]

    answer = victim.get("/signin/google/callback", {"code": "good", "state": state})

    assert answer["Location"] == "/signin"
