"""An assistant with a key that speaks by hand, as both kinds of client do."""

from typing import Any

import pytest
from django.test import Client

from timetuna.api.tests.conftest import *  # noqa: F403 - its fixtures
from timetuna.api.tests.conftest import ALL, program_of

MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"


class Assistant:
    """Says one message a request."""

    def __init__(self, token: str = "", *, version: str = MODERN) -> None:
        self.client, self.token, self.version = Client(), token, version

    def post(self, body: Any, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.post(
            "/mcp",
            body,
            content_type="application/json",
            headers=sent | {"MCP-Protocol-Version": self.version} | headers,
        )

    def ask(self, method: str, params: Any = None, **headers: str) -> Any:
        params = dict(params or {})
        if self.version == MODERN:
            params["_meta"] = {f"{META}protocolVersion": MODERN, f"{META}clientCapabilities": {}}
            headers = {"Mcp-Method": method} | headers
            if "name" in params:
                headers = {"Mcp-Name": params["name"]} | headers
        return self.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, **headers)

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Return the result of a tool."""
        answer = self.ask("tools/call", {"name": name, "arguments": arguments})
        assert answer.status_code == 200, answer.content
        return answer.json()["result"]

    def does(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Call it, and again with confirm; return the data of the second answer."""
        first = self.call(name, **arguments)
        assert first["structuredContent"]["done"] is False, first
        second = self.call(name, confirm=True, **arguments)
        assert second["structuredContent"]["done"] is True, second
        return second["structuredContent"]


def assistant_of(owner, scopes=ALL, **wanted: Any) -> Assistant:
    return Assistant(program_of(owner, scopes, **wanted).token)


@pytest.fixture
def assistant(alice) -> Assistant:
    return assistant_of(alice)
