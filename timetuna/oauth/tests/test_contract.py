"""Every operation of the API, and MCP, with an app's token: with its scope, without, and when it is over."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from oauth2_provider.models import AccessToken, set_token_value

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.api.scopes import ApiScope, expanded
from timetuna.api.tests.conftest import Program
from timetuna.api.tests.test_gate import BODIES, OPERATIONS, names
from timetuna.lib.crypto import random_token
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.secrets import ACCESS
from timetuna.webhooks.models import WebhookEndpoint

__all__ = ["names"]
pytestmark = [pytest.mark.django_db, pytest.mark.whole]


def acting(app, user, scopes, **more) -> Program:
    """As if it had gone the whole way."""
    connected = {"application": app.application, "user": user, "ended_at": None}
    ConnectedApp.objects.get_or_create(**connected, defaults={"name": "Zapper"})
    token = ACCESS + random_token()
    row = AccessToken(
        application=app.application,
        user=user,
        scope=" ".join(scopes),
        expires=present() + timedelta(hours=1),
        **more,
    )
    set_token_value(row, token)
    row.save()
    return Program(token)


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_each_operation_asks_for_its_scope_and_for_a_token_that_is_good(
    app, alice, bob, names, method, path, scope, settings
):
    WebhookEndpoint.objects.update(app=app.application.pk)

    def asked(program):
        answer = program.ask(method, path.format(**names), BODIES.get(path) if method != "GET" else None)
        return answer, (answer.status_code, answer.json().get("code") if answer.content else None)

    if scope is not None:
        small, said = asked(acting(app, alice, [one for one in ApiScope if scope not in expanded([one])]))
        assert said == (403, "scope"), small.content
        assert f'scope="{scope}"' in small["WWW-Authenticate"]
    if "{" in path:
        assert asked(acting(app, bob, ApiScope))[1] == (404, "not-found")
    allowed = acting(app, alice, [scope] if scope else [])
    with transaction.atomic():
        assert asked(allowed)[0].status_code not in {401, 403, 404}
        transaction.set_rollback(True)
    elsewhere = acting(app, alice, ApiScope, resource=[f"{settings.BASE_URL}/mcp"])
    assert asked(elsewhere)[1] == (401, "unauthorized")
    with time_machine.travel(present() + timedelta(hours=2)):
        assert asked(allowed)[1] == (401, "key-expired")
    ConnectedApp.objects.filter(user=alice).update(ended_at=present())
    assert asked(allowed)[1] == (401, "key-revoked")
    ConnectedApp.objects.filter(user=alice).update(ended_at=None)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert asked(allowed)[1] == (401, "unauthorized")


def test_an_app_sees_its_own_webhooks_alone(app, alice, names):
    assert acting(app, alice, ["webhooks"]).get("/webhooks").json()["data"] == []
    assert acting(app, alice, ["webhooks"]).get(f"/webhooks/{names['webhook']}").status_code == 404
