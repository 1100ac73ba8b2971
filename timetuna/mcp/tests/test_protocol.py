"""Versions, envelopes and everything that is no request."""

import pytest
from django.test import Client

from timetuna.api.models import StoredAnswer
from timetuna.api.scopes import ApiScope
from timetuna.mcp.tests.conftest import META, MODERN, Assistant, assistant_of
from timetuna.mcp.tools import TOOLS

pytestmark = pytest.mark.django_db
HANDSHAKE = ["2025-03-26", "2025-06-18", "2025-11-25"]
PING = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
CALLED = {"name": "list_pages", "arguments": {}}


def test_a_modern_client_asks_what_there_is_and_gets_no_session(assistant, page):
    found = assistant.ask("server/discover")

    assert found.status_code == 200
    assert "Mcp-Session-Id" not in found
    result = found.json()["result"]
    assert result["supportedVersions"][0] == MODERN
    assert (result["resultType"], result["cacheScope"]) == ("complete", "private")
    assert result["_meta"][f"{META}serverInfo"]["name"] == "timetuna"
    listed = assistant.ask("tools/list").json()["result"]
    assert [tool["name"] for tool in listed["tools"]] == list(TOOLS)


@pytest.mark.parametrize("version", HANDSHAKE)
def test_an_older_client_says_hello_and_gets_no_session(alice, page, version):
    old = Assistant(assistant_of(alice).token, version=version)

    hello = old.ask(
        "initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "x"}}
    )
    assert hello.json()["result"]["protocolVersion"] == version
    assert "Mcp-Session-Id" not in hello
    ready = old.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (ready.status_code, ready.content) == (202, b"")
    assert old.ask("ping").json()["result"] == {}
    assert len(old.ask("tools/list").json()["result"]["tools"]) == len(TOOLS)
    assert old.call("list_pages")["structuredContent"]["data"][0]["id"] == page.public_id
    unknown = old.ask("resources/list")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (200, -32601)


@pytest.mark.parametrize("version", ["2024-11-05", "2099-01-01"])
def test_who_asks_for_a_version_that_nobody_speaks_gets_the_newest_of_its_kind(alice, version):
    old = Assistant(assistant_of(alice).token, version="2025-11-25")

    assert (
        old.ask("initialize", {"protocolVersion": version}).json()["result"]["protocolVersion"]
        == "2025-11-25"
    )
    refused = Assistant(old.token, version=version).ask("tools/list")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, -32022)
    assert MODERN in refused.json()["error"]["data"]["supported"]


@pytest.mark.parametrize("method", ["initialize", "ping", "resources/list", "tools/delete"])
def test_what_the_modern_protocol_does_not_have(assistant, method):
    refused = assistant.ask(method)

    assert (refused.status_code, refused.json()["error"]["code"]) == (404, -32601)


@pytest.mark.parametrize(
    "headers", [{"Mcp-Method": "tools/list"}, {"Mcp-Name": "book"}, {"MCP-Protocol-Version": "2025-11-25"}]
)
def test_headers_that_say_something_else_are_refused(assistant, page, headers):
    refused = assistant.ask("tools/call", CALLED, **headers)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, -32020)


def test_a_name_in_a_header_may_be_encoded(assistant, page):
    answer = assistant.ask("tools/call", CALLED, **{"Mcp-Name": "=?base64?bGlzdF9wYWdlcw==?="})

    assert answer.status_code == 200


@pytest.mark.parametrize("meta", [None, {}, {f"{META}protocolVersion": MODERN}, "text"])
def test_an_envelope_that_lacks_something(assistant, meta):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    refused = assistant.post(body, **{"Mcp-Method": "tools/list"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, -32602)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", -32700),
        ("", -32700),
        ("[" * 5_000, -32700),
        ("1", -32600),
        ('"text"', -32600),
        ("null", -32600),
        ("{}", -32600),
        ('{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
        ('{"jsonrpc":"2.0","id":1,"method":5}', -32600),
        ('{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        ('{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
        ('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32602),
        ('{"jsonrpc":"2.0","id":1,"result":{}}', -32600),
    ],
)
def test_what_is_no_message(assistant, body, code):
    refused = assistant.post(body)

    assert (refused.status_code, refused.json()["error"]["code"], refused.json()["id"]) == (400, code, None)


def test_several_messages_at_once_where_the_protocol_has_them_and_nowhere_else(alice, page, settings):
    token = assistant_of(alice).token
    both = [PING, {"jsonrpc": "2.0", "method": "notifications/initialized"}, PING | {"id": 8}]

    told = Assistant(token, version="2025-03-26").post(both)
    assert [one["id"] for one in told.json()] == [7, 8]
    for version in ("2025-06-18", "2025-11-25", MODERN):
        assert Assistant(token, version=version).post(both).status_code == 400
    old = Assistant(token, version="2025-03-26")
    assert old.post([]).status_code == 400
    assert old.post([PING] * 21).status_code == 400
    settings.API_LIMIT = 10
    assert Assistant(assistant_of(alice).token, version="2025-03-26").post([PING] * 11).status_code == 429


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_post(assistant, method):
    refused = getattr(assistant.client, method)(
        "/mcp", headers={"Authorization": f"Bearer {assistant.token}"}
    )

    assert (refused.status_code, refused["Allow"]) == (405, "POST")


@pytest.mark.parametrize("token", ["", "tt_live_nonsense"])
def test_without_a_key_it_says_where_one_is_to_be_had(page, token):
    refused = Assistant(token).ask("server/discover")

    assert refused.status_code == 401
    assert 'resource_metadata="' in refused["WWW-Authenticate"]


def test_a_session_is_nobody_here(alice):
    browser = Client()
    browser.force_login(alice)

    assert browser.post("/mcp", PING, content_type="application/json").status_code == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_pages_of_other_websites_cannot_ask(assistant, settings, page, origin):
    refused = assistant.ask("tools/list", Origin=origin)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, -32600)
    assert assistant.ask("tools/list", Origin=settings.BASE_URL).status_code == 200


def test_a_body_that_says_it_is_something_else(assistant):
    refused = assistant.client.post(
        "/mcp", "a=1", content_type="text/plain", headers={"Authorization": f"Bearer {assistant.token}"}
    )

    assert refused.status_code == 415


def test_no_answer_is_kept_under_a_key_of_the_header(assistant, page):
    assert assistant.ask("tools/call", CALLED, **{"Idempotency-Key": "one"}).status_code == 200
    assert not StoredAnswer.objects.exists()


@pytest.mark.whole
@pytest.mark.parametrize("name", TOOLS)
def test_each_tool_asks_for_its_scope_and_is_listed_with_it_alone(alice, page, name):
    scope = TOOLS[name].scope
    brings = {ApiScope.BOOKINGS, ApiScope.PAGES_WRITE, ApiScope.BOOKINGS_WRITE} - {ApiScope.PAGES_WRITE}
    others = [one for one in ApiScope if one not in brings | {scope, ApiScope.PAGES_WRITE}]
    small, allowed = assistant_of(alice, others), assistant_of(alice, [scope])

    refused = small.ask("tools/call", {"name": name, "arguments": {}})
    assert refused.status_code == 403
    assert refused.json()["error"]["data"] == {"code": "scope"}
    assert f'scope="{scope}"' in refused["WWW-Authenticate"]
    assert name not in [tool["name"] for tool in small.ask("tools/list").json()["result"]["tools"]]
    assert name in [tool["name"] for tool in allowed.ask("tools/list").json()["result"]["tools"]]
    assert allowed.ask("tools/call", {"name": name, "arguments": {}}).status_code == 200


@pytest.mark.parametrize(
    "params", [{"name": "delete_everything"}, {"name": 5}, {}, {"name": "book", "arguments": []}]
)
def test_a_tool_that_is_none(assistant, page, params):
    named = {"Mcp-Name": params["name"]} if isinstance(params.get("name"), str) else {"Mcp-Name": "5"}
    if not isinstance(params.get("name"), int):
        refused = assistant.ask("tools/call", params, **named)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, -32602)
        return
    assert assistant.ask("tools/call", params, **named).status_code == 400


def test_hints_say_what_a_tool_does(assistant, page):
    tools = {tool["name"]: tool for tool in assistant.ask("tools/list").json()["result"]["tools"]}

    assert all(
        tool["title"] and tool["inputSchema"]["type"] == tool["outputSchema"]["type"] == "object"
        for tool in tools.values()
    )
    reads = {name for name, tool in tools.items() if tool["annotations"]["readOnlyHint"]}
    assert reads == {"list_pages", "find_times", "why_not", "list_bookings", "get_booking"}
    destroys = {name for name, tool in tools.items() if tool["annotations"]["destructiveHint"]}
    assert destroys == {"move_booking", "cancel_booking", "decline_booking"}


def test_titles_are_in_the_language_of_whose_key_it_is(alice, assistant, page):
    alice.language = "de"
    alice.save()

    tools = assistant.ask("tools/list").json()["result"]["tools"]
    assert "Termin buchen" in [tool["title"] for tool in tools]
