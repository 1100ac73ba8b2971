"""What a host sees of their apps, how those end, and what is forgotten; and what operators do with them."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from tests.clock import present
from timetuna.api.tests.conftest import Program
from timetuna.bookings.actions.delete_host import delete_host
from timetuna.cli import main
from timetuna.oauth.actions.forget import forget
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.tests.conftest import App, make_app
from timetuna.webhooks.actions.change_webhook import NewWebhook, create_webhook
from timetuna.webhooks.models import WebhookEndpoint

pytestmark = pytest.mark.django_db
DCR = Application.RegistrationSource.DCR


def test_the_page_lists_what_is_connected_and_what_was(browser, alice, page):
    assert "No apps connected yet." in browser.get("/settings/apps").content.decode()
    app = make_app("Helper", registration_source=DCR)
    app.program(browser, scope="pages:read").get("/me")

    (line,) = browser.get("/settings/apps").context["connected"]
    assert (line.name, line.place, line.verified) == ("Helper", "app.example", False)
    assert line.may == ["See your booking pages and their free times"]
    assert line.used.startswith("Today")
    ended = browser.post(f"/settings/apps/{line.id}/disconnect", follow=True)
    assert "“Helper” can do nothing in your account any more." in ended.content.decode()
    (line,) = ended.context["ended"]
    assert line.ended.endswith("you disconnected it")


def test_a_form_that_disconnects_can_be_sent_from_the_page(app, alice, page):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    ConnectedApp.objects.create(user=alice, application=app.application, name="Zapper")

    text = browser.get("/settings/apps").content.decode()

    part = text[text.index("/disconnect") :]
    assert 'name="csrfmiddlewaretoken"' in part[: part.index("</form>")]


def test_what_is_disconnected_ends_at_once_with_its_webhooks(app, browser, alice, page):
    tokens, code = app.tokens(browser), app.told(browser)["code"]
    wanted = {"url": "https://receiver.example/", "events": ["booking.created"], "source": "zapier"}
    assert Program(tokens["access_token"]).post("/webhooks", wanted).status_code == 201
    [hook] = WebhookEndpoint.objects.all()
    shown = browser.get(f"/settings/developers/webhooks/{hook.public_id}").content.decode()
    assert "Made by the app “Zapper”. When you disconnect that, it is removed." in shown
    own = NewWebhook(url="https://own.example/", events=["booking.created"])
    create_webhook(alice, own, now=present())
    connection = ConnectedApp.objects.get()

    browser.post(f"/settings/apps/{connection.public_id}/disconnect")

    assert Program(tokens["access_token"]).get("/me").status_code == 401
    assert app.refresh(tokens["refresh_token"]).status_code == 400
    assert app.exchange(code).status_code == 400
    assert [hook.url for hook in WebhookEndpoint.objects.all()] == ["https://own.example/"]
    assert app.program(browser).get("/me").status_code == 200


def test_nobody_disconnects_the_app_of_another(app, browser, bob, page):
    program, other = app.program(browser), Client()
    other.force_login(bob)

    answer = other.post(f"/settings/apps/{ConnectedApp.objects.get().public_id}/disconnect")

    assert answer.status_code == 404
    assert program.get("/me").status_code == 200


def test_an_app_in_two_accounts_is_disconnected_from_one(app, browser, bob, page):
    other = Client()
    other.force_login(bob)
    program, kept = app.program(browser), app.program(other)

    browser.post(f"/settings/apps/{ConnectedApp.objects.earliest('pk').public_id}/disconnect")

    assert (program.get("/me").status_code, kept.get("/me").status_code) == (401, 200)


def test_an_account_that_is_deleted_leaves_nothing_of_its_apps(app, browser, alice, page):
    app.tokens(browser)
    app.told(browser)

    delete_host(alice)

    for model in (ConnectedApp, AccessToken, RefreshToken, Grant):
        assert not model.objects.exists(), model


def names() -> list[str]:
    return [*Application.objects.order_by("pk").values_list("name", flat=True)]


def test_what_nobody_needs_any_more_is_forgotten(app, browser, alice, page):
    make_app("Unused", registration_source=DCR)
    used = make_app("Used", registration_source=DCR)
    used.tokens(browser)
    app.tokens(browser)
    app.told(browser)

    forget()
    assert Grant.objects.count() == 1
    with time_machine.travel(present() + timedelta(days=31)):
        forget()
        assert names() == ["Zapper", "Used"]
        assert not Grant.objects.exists()
        assert RefreshToken.objects.count() == AccessToken.objects.count() == 2
    with time_machine.travel(present() + timedelta(days=91)):
        forget()
        assert {one.ended_by for one in ConnectedApp.objects.all()} == {ConnectedApp.End.UNUSED}
        assert not RefreshToken.objects.exists()
        assert not AccessToken.objects.exists()
    with time_machine.travel(present() + timedelta(days=122)):
        forget()
        assert names() == ["Zapper"]
    with time_machine.travel(present() + timedelta(days=458)):
        forget()
        assert not ConnectedApp.objects.exists()


def test_a_refresh_token_that_is_used_goes_on(app, browser, page):
    token = app.tokens(browser)["refresh_token"]

    for month in range(1, 8):
        with time_machine.travel(present() + timedelta(days=30 * month)):
            forget()
            token = app.refresh(token).json()["refresh_token"]


def test_an_operator_registers_lists_and_deletes_apps(browser, alice, page, capsys):
    address = "https://zapier.example/return"
    assert main(["oauthapp", "create", "--name", "Zapier", "--redirect", address, "--confidential"]) == 0
    client_id, secret = capsys.readouterr().out.split()
    app = App(Application.objects.get(client_id=client_id), secret, address)
    assert "Unverified." not in browser.get(app.address()).content.decode()
    program = app.program(browser)

    assert main(["oauthapp", "list"]) == 0
    assert capsys.readouterr().out.rstrip("\n").split("\t") == [client_id, "Zapier", "operator", "1", address]
    assert main(["oauthapp", "delete", client_id]) == 0
    assert program.get("/me").status_code == 401
    assert ConnectedApp.objects.get().ended_by == ConnectedApp.End.REMOVED
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", "--redirect", "https://app.example/"],
        ["create", "--name", "App"],
        ["create", "--name", "App", "--redirect", "http://app.example/"],
        ["create", "--name", "App", "--redirect", "myapp://back"],
        ["delete"],
        ["delete", "app_none"],
    ],
)
def test_an_operator_is_told_what_is_missing(db, arguments, capsys):
    assert main(["oauthapp", *arguments]) == 2
    assert capsys.readouterr().err
    assert not Application.objects.exists()
