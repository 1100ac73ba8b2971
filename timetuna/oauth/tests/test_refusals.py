"""What /oauth/token, /oauth/revoke and the API say to apps that ask for something wrong, and for less than they may."""

import re

import pytest
from django.http import QueryDict
from django.test import Client
from oauth2_provider.models import RefreshToken

from tests.clock import present
from timetuna.api.tests.conftest import Program
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.tests.conftest import led_to, make_app
from timetuna.oauth.tests.test_flow import code_of

pytestmark = pytest.mark.django_db
_PLAIN = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, 5.2


def posted(path: str, pairs: list[tuple[str, str]], **headers: str):
    form = QueryDict(mutable=True)
    for name, value in pairs:
        form.appendlist(name, value)
    kind = "application/x-www-form-urlencoded"
    return Client().post(path, form.urlencode(), content_type=kind, headers=headers)


@pytest.mark.parametrize(
    ("path", "pairs", "sentence"),
    [
        ("token", [], "grant_type and client_id are missing."),
        ("token", [("client_id", "APP")], "grant_type is missing."),
        (
            "token",
            [("grant_type", "authorization_code"), ("client_id", "APP"), ("code", "")],
            "code and code_verifier are missing.",
        ),
        ("token", [("grant_type", "refresh_token"), ("client_id", "APP")], "refresh_token is missing."),
        (
            "token",
            [
                ("grant_type", "refresh_token"),
                ("refresh_token", "a"),
                ("refresh_token", "b"),
                ("client_id", "APP"),
            ],
            "refresh_token is there more than once.",
        ),
        (
            "token",
            [
                ("grant_type", "refresh_token"),
                ("refresh_token", "a"),
                ("client_id", "APP"),
                ("client_id", "APP"),
            ],
            "client_id is there more than once.",
        ),
        ("token", [('"\\', "1"), ('"\\', "2")], "A parameter is there more than once."),
        ("revoke", [("client_id", "APP")], "token is missing."),
        ("revoke", [("token", "a")], "client_id is missing."),
        ("revoke", [("client_id", "APP"), ("token", "a"), ("token", "a")], "token is there more than once."),
    ],
)
def test_a_request_that_is_none_is_told_what_is_wrong(app, path, pairs, sentence):
    named = [(name, app.application.client_id if value == "APP" else value) for name, value in pairs]

    answer = posted(f"/oauth/{path}", named)

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid_request", "error_description": sentence},
    )


def test_a_body_that_is_no_form_and_parameters_in_the_address_are_told_apart():
    json = Client().post("/oauth/token", {"grant_type": "refresh_token"}, content_type="application/json")
    query = Client().post("/oauth/token?grant_type=refresh_token")

    assert [one.json()["error"] for one in (json, query)] == ["invalid_request"] * 2
    assert json.json()["error_description"] == "The body has to be a form: application/x-www-form-urlencoded."
    assert query.json()["error_description"] == "Parameters belong into the body, not into the address."


@pytest.mark.parametrize("client_id", ["app_none", "app_111111111111111111", "\x00", "ö" * 90])
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("token", {"grant_type": "refresh_token", "refresh_token": "tt_rt_none"}),
        ("token", {"grant_type": "authorization_code", "code": "none", "code_verifier": "x" * 43}),
        ("revoke", {"token": "tt_rt_none"}),
    ],
)
def test_an_app_that_nobody_knows_is_told_so(path, form, client_id):
    answer = posted(f"/oauth/{path}", [*form.items(), ("client_id", client_id)])

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["error_description"].startswith("There is no app with this client_id")
    assert answer["WWW-Authenticate"] == 'Basic realm="TimeTuna"'


def test_each_refusal_has_a_sentence_of_signs_that_may_stand_there(app, browser, page):
    tokens = app.tokens(browser, scope="pages:read")
    code = app.told(browser)["code"]
    answers = [
        app.exchange("none"),
        app.exchange(code, code_verifier="x" * 43),
        app.exchange(code, redirect_uri="https://app.example/other"),
        app.exchange(code, grant_type="password"),
        app.exchange(code, resource="https://elsewhere.example/"),
        app.refresh("tt_rt_none"),
        app.refresh(tokens["refresh_token"], scope="bookings:write"),
        make_app("Other").refresh(tokens["refresh_token"]),
        make_app("Third", confidential=True).ask(
            "/oauth/token", grant_type="refresh_token", client_secret="x"
        ),
    ]

    said = {(one.json()["error"], one.json().get("error_description", "")) for one in answers}
    assert {error for error, _ in said} == {
        "invalid_grant",
        "unsupported_grant_type",
        "invalid_target",
        "invalid_scope",
        "invalid_request",
    }
    assert [text for _, text in said if not _PLAIN.fullmatch(text) or not text.endswith(".")] == []


def test_an_app_is_told_by_the_address_it_comes_back_to_what_it_asked_wrongly(app, browser):
    refused = browser.get(app.address(scope="everything"))
    twice = browser.get(f"{app.address()}&code_challenge={app.pkce.challenge}")

    assert "error=invalid_scope&error_description=The+scope+can+be+of+these%3A+bookings" in led_to(refused)
    assert "error=invalid_request&error_description=code_challenge+is+there+more+than+once." in led_to(twice)
    assert "error=access_denied&error_description=The+host+has+said+no." in led_to(
        app.answered(browser, "no")
    )


def test_an_app_asks_for_less_and_its_refresh_token_keeps_all(app, browser, page):
    first = app.tokens(browser)

    less = app.refresh(first["refresh_token"], scope="pages:read").json()
    assert less["scope"] == "pages:read"
    assert code_of(Program(less["access_token"]).get("/bookings")) == (403, "scope")
    assert Program(less["access_token"]).get("/pages").status_code == 200

    again = app.refresh(less["refresh_token"]).json()
    assert again["scope"] == "bookings"
    assert Program(again["access_token"]).get("/bookings").status_code == 200

    other = app.refresh(again["refresh_token"], scope="webhooks bookings:read").json()
    assert app.refresh(other["refresh_token"], scope="bookings:write").json()["scope"] == "bookings:write"


@pytest.mark.parametrize(
    ("allowed", "wanted"),
    [
        ("pages:read", "pages:write"),
        ("pages:read bookings:read bookings:write webhooks", "bookings:links"),
        ("bookings", "availability:read"),
        ("pages:write", "bookings"),
        ("bookings", "nothing"),
        ("bookings", "pages:read nothing"),
    ],
)
def test_no_app_gets_more_by_asking_for_less_before(app, browser, page, allowed, wanted):
    tokens = app.tokens(browser, scope=allowed)
    less = app.refresh(tokens["refresh_token"], scope="pages:read").json()

    answer = app.refresh(less["refresh_token"], scope=wanted)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_less_that_is_asked_for_again_because_an_answer_got_lost_is_the_same(app, browser, page):
    first = app.tokens(browser)

    one, same = (app.refresh(first["refresh_token"], scope="pages:read").json() for _ in range(2))

    assert one == same
    assert app.refresh(one["refresh_token"]).json()["scope"] == "bookings"


def test_one_consent_for_little_gets_nothing_of_another_for_more(app, browser, page):
    little = app.tokens(browser, scope="pages:read bookings:read")
    app.tokens(browser, scope="bookings")

    less = app.refresh(little["refresh_token"], scope="pages:read").json()

    assert app.refresh(less["refresh_token"], scope="bookings:write").status_code == 400
    assert app.refresh(less["refresh_token"]).json()["scope"] == "pages:read bookings:read"


def test_of_refresh_tokens_that_are_over_nothing_is_kept(app, browser, page):
    for kept in (1, 2):
        tokens = app.tokens(browser)
        app.refresh(tokens["refresh_token"], scope="pages:read")
        assert len(ConnectedApp.objects.get().narrowed) == kept
    RefreshToken.objects.update(revoked=present())

    tokens = app.tokens(browser)
    app.refresh(tokens["refresh_token"], scope="pages:read")

    assert len(ConnectedApp.objects.get().narrowed) == 1


def test_who_shows_nothing_is_not_told_that_a_token_is_wrong(app, browser, page, settings):
    where = f'resource_metadata="{settings.BASE_URL}/.well-known/oauth-protected-resource'

    nothing = Client().get("/api/v1/pages")
    other_way = Client().get("/api/v1/pages", headers={"Authorization": "Basic YTpi"})
    wrong = Program("tt_at_none").get("/pages")
    little = app.program(browser, scope="pages:read").get("/bookings")
    mcp = Client().post("/mcp", {}, content_type="application/json")

    assert nothing["WWW-Authenticate"] == f'Bearer realm="TimeTuna", scope="pages:read", {where}/api/v1"'
    assert other_way["WWW-Authenticate"] == f'Bearer realm="TimeTuna", {where}/api/v1"'
    assert wrong["WWW-Authenticate"] == f'Bearer realm="TimeTuna", error="invalid_token", {where}/api/v1"'
    assert little["WWW-Authenticate"] == (
        f'Bearer realm="TimeTuna", error="insufficient_scope", scope="bookings:read", {where}/api/v1"'
    )
    assert little.json()["detail"] == "This needs the scope “bookings:read”, which the app was not allowed."
    assert mcp["WWW-Authenticate"] == f'Bearer realm="TimeTuna", {where}/mcp"'
