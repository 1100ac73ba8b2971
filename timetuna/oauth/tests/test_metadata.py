"""What programs read first."""

import pytest
from django.test import Client

from timetuna.api.scopes import ApiScope


def test_the_server_says_where_everything_is(db):
    answer = Client().get("/.well-known/oauth-authorization-server")

    assert answer["Access-Control-Allow-Origin"] == "*"
    base = "http://localhost:8000"
    assert answer.json() == {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "registration_endpoint": f"{base}/oauth/register",
        "scopes_supported": [str(one) for one in ApiScope],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [f"{base}/api/v1", f"{base}/mcp"],
    }


@pytest.mark.parametrize("path", ["", "/api/v1", "/mcp"])
def test_each_address_says_who_gives_tokens_for_it(db, path):
    told = Client().get(f"/.well-known/oauth-protected-resource{path}").json()

    assert told["resource"] == f"http://localhost:8000{path}"
    assert told["authorization_servers"] == ["http://localhost:8000"]
    assert told["bearer_methods_supported"] == ["header"]


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
def test_apps_post_and_their_answers_are_kept_nowhere(db, path):
    assert Client().get(path).status_code == 405
    refused = Client(enforce_csrf_checks=True).post(path, {"grant_type": "authorization_code"})

    assert refused.status_code in {400, 401}
    assert refused["Cache-Control"] == "no-store"


@pytest.mark.vendor
@pytest.mark.parametrize(
    "name", ["client_id", "client_secret", "code", "refresh_token", "redirect_uri", "scope"]
)
@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token"])
def test_what_no_database_can_hold_is_refused(db, name, grant):
    form = {"grant_type": grant, "client_id": "app_none", "code": "x", "refresh_token": "x", "token": "x"}

    assert Client().post("/oauth/token", form | {name: "\x00"}).status_code in {400, 401}
    assert Client().post("/oauth/revoke", form | {name: "\x00"}).status_code in {400, 401}


def test_a_network_that_is_wrong_too_often_waits(db):
    for _ in range(120):
        Client().post("/oauth/token", {"grant_type": "refresh_token", "refresh_token": "x"})

    answer = Client().post("/oauth/token", {"grant_type": "refresh_token", "refresh_token": "x"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
