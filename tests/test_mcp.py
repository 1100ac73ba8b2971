"""The official client speaks with the running product: what is there, what is free, a meeting from first to last."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from tests.clock import present
from tests.running import LiveTimeTuna

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.matrix(of="server")]
MAKE_KEY = """
from django.utils import timezone
from timetuna.accounts.models import User
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.api.scopes import ApiScope
wanted = NewKey(name="Desk", scopes=[ApiScope(one) for one in {scopes!r}])
answer(create_key(User.objects.get(pk={pk}), wanted, now=timezone.now())[1])
"""
HISTORY = """
from timetuna.bookings.models import HistoryEntry
rows = HistoryEntry.objects.filter(booking__host={pk}).order_by("pk")
answer([[row.event, row.source, row.via] for row in rows])
"""
GUEST = {"name": "Kim", "email": "kim@guest.example", "phone": "+49 30 901820"}


def with_key(live: LiveTimeTuna, token: str, speak, *, mode: str = "auto"):
    async def spoken():
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http,
            Client(streamable_http_client(f"{live.base_url}/mcp", http_client=http), mode=mode) as client,
        ):
            return await speak(client)

    return asyncio.run(spoken())


async def done(client: Client, tool: str, arguments: dict) -> dict:
    told = await client.call_tool(tool, arguments)
    assert not told.is_error, told.content
    assert told.structured_content["done"] is False
    finished = await client.call_tool(tool, arguments | {"confirm": True})
    assert finished.structured_content["done"] is True, finished.structured_content
    return finished.structured_content["booking"]


async def whole_way(client: Client) -> tuple[str, list[str]]:
    """Return the version that was spoken, and the tools; every answer is checked against its schema by the client."""
    names = [tool.name for tool in (await client.list_tools()).tools]
    [page] = (await client.call_tool("list_pages", {})).structured_content["data"]
    begin = present().astimezone(UTC) + timedelta(days=3)
    span = {"from": begin.isoformat(), "to": (begin + timedelta(days=7)).isoformat()}
    free = await client.call_tool("find_times", {"page": page["id"], **span})
    first, *_, last = [one["start"] for one in free.structured_content["data"]]
    wish = {"page": page["id"], "start": first, "guest": GUEST, "idempotency_key": first}

    booking = await done(client, "book", wish)
    named = {"booking": booking["id"]}
    why = await client.call_tool("why_not", {"page": page["id"], "start": first})
    assert why.structured_content["reasons"]
    moved = await done(client, "move_booking", named | {"start": last})
    assert datetime.fromisoformat(moved["start"]) == datetime.fromisoformat(last)
    read = await client.call_tool("get_booking", named)
    assert read.structured_content["from_guest"]["guest"]["email"] == "kim@guest.example"
    for tool in ("approve_booking", "decline_booking"):
        answered = await client.call_tool(tool, named)
        assert answered.is_error == (tool == "decline_booking")
    off = await done(client, "cancel_booking", named)
    assert off["status"] == "cancelled_by_host"
    listed = await client.call_tool("list_bookings", {"status": "off"})
    assert [one["id"] for one in listed.structured_content["data"]] == [booking["id"]]
    return client.protocol_version, names


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
def test_a_meeting_from_first_to_last(live_timetuna: LiveTimeTuna, mode, version) -> None:
    host = live_timetuna.new_host()
    token = live_timetuna.run_python(MAKE_KEY.format(scopes=["bookings"], pk=host.pk))

    spoken, names = with_key(live_timetuna, token, whole_way, mode=mode)

    assert spoken == version
    assert len(names) == 10
    told = live_timetuna.run_python(HISTORY.format(pk=host.pk))
    assert [event for event, _, _ in told] == ["booked", "moved", "cancelled"]
    assert {(source, via) for _, source, via in told} == {("api", "key “Desk”")}


def test_a_key_that_reads_is_shown_what_reads_and_no_key_nothing(live_timetuna: LiveTimeTuna) -> None:
    host = live_timetuna.new_host()
    token = live_timetuna.run_python(MAKE_KEY.format(scopes=["pages:read"], pk=host.pk))

    async def look(client: Client) -> list[str]:
        with pytest.raises(MCPError, match="bookings:write"):
            await client.call_tool("cancel_booking", {"booking": "bk_none"})
        return [tool.name for tool in (await client.list_tools()).tools]

    assert with_key(live_timetuna, token, look) == ["list_pages", "find_times", "why_not"]
    answer = httpx2.post(f"{live_timetuna.base_url}/mcp", json={}, trust_env=False)
    assert (answer.status_code, "resource_metadata" in answer.headers["WWW-Authenticate"]) == (401, True)
