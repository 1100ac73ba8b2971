"""docs/mcp.md: what it tells a program to send opens what it says, and its table is of the tools there are."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client

from timetuna.mcp.tests.conftest import assistant_of
from timetuna.mcp.tools import TOOLS

TEXT = (Path(__file__).resolve().parents[3] / "docs/mcp.md").read_text(encoding="utf-8")
HEADER = re.compile(r"Authorization: (Bearer tt_live_…)")
pytestmark = pytest.mark.django_db


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


def told() -> list[tuple[str, str]]:
    """Return the address and the value of the header that each snippet names."""
    [shell] = blocks("sh")
    direct, bridged = (json.loads(block)["mcpServers"]["timetuna"] for block in blocks("json"))
    found = [(shell.split()[6], HEADER.search(shell)[1])]
    found.append((direct["url"], direct["headers"]["Authorization"]))
    address, flag, header = bridged["args"][2:]
    assert (bridged["command"], bridged["args"][:2], flag) == ("npx", ["-y", "mcp-remote"], "--header")
    return [*found, (address, HEADER.fullmatch(header)[1])]


def test_each_snippet_opens_the_server(alice):
    token = assistant_of(alice).token
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x"}}

    for address, header in told():
        answer = Client().post(
            urlsplit(address).path,
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
            content_type="application/json",
            headers={"Authorization": header.replace("tt_live_…", token)},
        )
        assert answer.status_code == 200, address
        assert answer.json()["result"]["serverInfo"]["name"] == "timetuna"


def test_its_table_has_every_tool_and_no_other():
    rows = [line for line in TEXT.splitlines() if line.startswith("| `")]

    assert {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])} == {*TOOLS}
