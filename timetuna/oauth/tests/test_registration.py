"""Apps register themselves, within limits, and look after what they registered."""

import pytest
from django.test import Client
from oauth2_provider.models import AccessToken, Application

from timetuna.api.tests.conftest import Program
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.tests.conftest import CALLBACK, App
from timetuna.rate_limits.store import store

pytestmark = pytest.mark.django_db
WANTED = {"client_name": "Helper", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}


def register(**changes):
    return Client().post("/oauth/register", WANTED | changes, content_type="application/json")


def test_an_app_registers_itself_and_is_connected(browser, page, settings):
    answer = register(grant_types=["authorization_code", "refresh_token"], scope="bookings", logo_uri="x")

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["client_id"].startswith("app_")
    assert told["registration_client_uri"] == f"{settings.BASE_URL}/oauth/register/{told['client_id']}"
    assert told["redirect_uris"] == [CALLBACK]
    assert "client_secret" not in told
    application = Application.objects.get(client_id=told["client_id"])
    assert application.user is None
    assert App(application).program(browser).get("/me").status_code == 200


def test_one_that_can_keep_a_secret_gets_one(browser, page):
    told = register(token_endpoint_auth_method="client_secret_post").json()

    assert told["client_secret"].startswith("tt_cs_")
    assert told["client_secret_expires_at"] == 0
    app = App(Application.objects.get(client_id=told["client_id"]), told["client_secret"])
    assert app.tokens(browser)["scope"] == "bookings"


def test_a_session_makes_nobody_the_owner(browser):
    answer = browser.post("/oauth/register", WANTED, content_type="application/json")

    assert answer.status_code == 201
    assert Application.objects.get().user is None
    assert AccessToken.objects.get().user is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": CALLBACK}, "invalid_redirect_uri"),
        ({"redirect_uris": [1]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://app.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["data:text/html,x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["myapp://back"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [f"{CALLBACK}#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://*.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://a@b.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example/ https://evil.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https:///callback"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example:x/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://127.0.0.1.evil.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example/" + "x" * 500]}, "invalid_redirect_uri"),
        ({"redirect_uris": [f"{CALLBACK}{number}" for number in range(11)]}, "invalid_redirect_uri"),
        ({"client_name": ["x"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
        ({"grant_types": ["authorization_code", "password"]}, "invalid_client_metadata"),
        ({"grant_types": ["refresh_token"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"client_name": "x" * 20_000}, "invalid_client_metadata"),
    ],
)
def test_what_is_no_app_is_refused(change, error):
    answer = register(**change)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not Application.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "null", b"\xff"])
def test_a_body_that_is_none(body):
    answer = Client().post("/oauth/register", body, content_type="application/json")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


def test_a_name_is_one_line_and_short():
    register(client_name="Bank\n\u202egnp.exe " + "x" * 100)
    register(client_name="", redirect_uris=["http://localhost/"])
    register(client_name=None)

    first, second, third = Application.objects.order_by("pk").values_list("name", flat=True)
    assert len(first) <= 80
    assert not {"\n", "\u202e"} & {*first}
    assert (second, third) == ("App", "app.example")


def looked_after(method, told, token=None, **body):
    send = getattr(Client(), method)
    headers = {"Authorization": f"Bearer {token or told['registration_access_token']}"}
    where = f"/oauth/register/{told['client_id']}"
    return send(where, body or None, content_type="application/json", headers=headers)


def test_an_app_looks_after_its_registration_alone(browser, alice, page):
    told, other = register().json(), register().json()
    app = App(Application.objects.get(client_id=told["client_id"]))
    tokens = app.tokens(browser)

    for wrong in (other["registration_access_token"], tokens["access_token"], "x"):
        assert looked_after("get", told, wrong).status_code == 401
        assert looked_after("delete", told, wrong).status_code == 401
    assert looked_after("get", told).json()["client_name"] == "Helper"
    assert (
        looked_after("put", told, **WANTED | {"redirect_uris": ["http://evil.example/"]}).status_code == 400
    )
    changed = looked_after("put", told, **WANTED | {"client_name": "Better"}).json()
    assert changed["client_name"] == "Better"
    assert looked_after("get", told).status_code == 401
    assert looked_after("delete", changed).status_code == 204
    assert Program(tokens["access_token"]).get("/me").status_code == 401
    assert ConnectedApp.objects.get(user=alice).ended_by == ConnectedApp.End.REMOVED


def test_a_registration_token_opens_nothing_else():
    token = register().json()["registration_access_token"]

    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_the_operator_may_close_it(settings):
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"DCR_ENABLED": False}

    assert register().status_code == 404
    assert "registration_endpoint" not in Client().get("/.well-known/oauth-authorization-server").json()
    assert not Application.objects.exists()


def test_one_network_registers_so_many_an_hour():
    answers = [register().status_code for _ in range(25)]

    assert answers == [201] * 20 + [429] * 5
    assert int(register()["Retry-After"]) > 60
    store().forget_all()
    assert register().status_code == 201
