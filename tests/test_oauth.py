"""Programs of others speak with the running product: Authlib goes the whole way, and a hundred come at once."""

import asyncio
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx2
import pytest
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.npm import node_modules
from tests.running import Host, LiveTimeTuna

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.matrix(of="server")]
ROOT = Path(__file__).resolve().parents[1]
PEER, DOCUMENT = ROOT / "tests/node/oauth", ROOT / "docs/oauth.md"
CALLBACK = "http://127.0.0.1/callback"
WANTED = {"client_name": "Peer", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
LATER = """
from datetime import timedelta
from django.utils import timezone
from oauth2_provider.models import RefreshToken
answer(RefreshToken.objects.exclude(revoked=None).update(revoked=timezone.now() - timedelta(seconds=61)))
"""
COUNT = """
from oauth2_provider.models import Application
answer(Application.objects.count())
"""


class Visitor:
    """A host's browser, without JavaScript."""

    def __init__(self, http: httpx2.Client) -> None:
        self.http = http

    def send(self, page: httpx2.Response, path: str, **fields: str) -> httpx2.Response:
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        hidden = {name: unescape(value) for name, value in reversed(found)}
        headers = {"Origin": str(self.http.base_url).rstrip("/")}
        return self.http.post(path, data=hidden | fields, headers=headers)

    def allow(self, address: str, host: Host) -> str:
        """Sign in on the way, say yes, and return where that leads."""
        page = self.http.get(address)
        if page.status_code == 302:
            sign_in = self.http.get(page.headers["Location"])
            back = self.send(sign_in, page.headers["Location"], login=host.email, password=host.password)
            address = back.headers["Location"]
            page = self.http.get(address)
        assert "wants to use your TimeTuna account" in page.text
        back = self.send(page, address, answer="yes").text
        return unescape(re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', back)[0])


def allowed(live: LiveTimeTuna, address: str, host: Host) -> str:
    with httpx2.Client(base_url=live.base_url, trust_env=False, timeout=60) as http:
        return Visitor(http).allow(address, host)


@pytest.fixture
def peers() -> Iterator[list[OAuth2Session]]:
    """Closed at the end."""
    found: list[OAuth2Session] = []
    yield found
    for one in found:
        one.close()


def register(live: LiveTimeTuna) -> Any:
    metadata = httpx2.get(
        f"{live.base_url}/.well-known/oauth-authorization-server", trust_env=False, timeout=60
    ).json()
    return metadata, httpx2.post(metadata["registration_endpoint"], json=WANTED, trust_env=False, timeout=60)


def tools(live: LiveTimeTuna, token: str) -> list[str]:
    async def look() -> list[str]:
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http,
            Client(streamable_http_client(f"{live.base_url}/mcp", http_client=http)) as client,
        ):
            return [tool.name for tool in (await client.list_tools()).tools]

    return asyncio.run(look())


def test_authlib_goes_the_whole_way(live_timetuna: LiveTimeTuna, peers: list[OAuth2Session]) -> None:
    live, host = live_timetuna, live_timetuna.new_host()
    metadata, registered = register(live)
    callback = CALLBACK.replace("127.0.0.1", "127.0.0.1:53171")
    app = OAuth2Session(
        registered.json()["client_id"],
        redirect_uri=callback,
        scope="bookings",
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
    )
    app.trust_env = False
    peers.append(app)
    verifier = generate_token(48)
    address, state = app.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)

    came_back = allowed(live, address, host)
    assert came_back.startswith(f"{callback}?")
    arrived = {"authorization_response": came_back, "state": state, "code_verifier": verifier}
    first = dict(app.fetch_token(metadata["token_endpoint"], **arrived))
    assert app.get(f"{live.base_url}/api/v1/me").json()["email"] == host.email
    assert "book" in tools(live, first["access_token"])

    second = dict(app.refresh_token(metadata["token_endpoint"], first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    assert app.get(f"{live.base_url}/api/v1/bookings").status_code == 200
    live.run_python(LATER)
    with pytest.raises(OAuthError, match="invalid_grant"):
        app.refresh_token(metadata["token_endpoint"], first["refresh_token"])
    assert me_with(live, second["access_token"]) == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        app.refresh_token(metadata["token_endpoint"], second["refresh_token"])


def test_authlib_ends_what_it_was_given(live_timetuna: LiveTimeTuna, peers: list[OAuth2Session]) -> None:
    live, host = live_timetuna, live_timetuna.new_host()
    metadata, registered = register(live)
    app = OAuth2Session(
        registered.json()["client_id"],
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
        revocation_endpoint_auth_method="none",
    )
    app.trust_env = False
    peers.append(app)
    verifier = generate_token(48)
    address, state = app.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    came_back = allowed(live, address, host)
    arrived = {"authorization_response": came_back, "state": state, "code_verifier": verifier}
    token = dict(app.fetch_token(metadata["token_endpoint"], **arrived))

    assert me_with(live, token["access_token"]) == 200
    ended = app.revoke_token(metadata["revocation_endpoint"], token["refresh_token"])
    assert ended.status_code == 200
    assert me_with(live, token["access_token"]) == 401


def test_what_the_document_tells_is_true(live_timetuna: LiveTimeTuna, peers: list[OAuth2Session]) -> None:
    text = DOCUMENT.read_text()
    (wanted,) = re.findall(r"oauth/register .*? -d '(.*?)'\n", text, re.DOTALL)
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    before, _, after = re.split(r"(# Lead the host .*\n)", program)
    asked = {"trust_env": False, "timeout": 60, "headers": {"Content-Type": "application/json"}}
    registered = httpx2.post(f"{live_timetuna.base_url}/oauth/register", content=wanted, **asked).json()

    scene: dict[str, Any] = {
        "client_id": registered["client_id"],
        "redirect_uri": "http://127.0.0.1:8912/callback",
        "server": live_timetuna.base_url,
    }
    exec(before, scene)  # noqa: S102 - our own document
    peers.append(scene["app"])
    scene["app"].trust_env = False
    scene["came_back"] = allowed(live_timetuna, scene["address"], live_timetuna.new_host())
    exec(after, scene)  # noqa: S102

    assert scene["bookings"]["data"] == []


def test_oauth4webapi_finds_registers_and_uses_it(live_timetuna: LiveTimeTuna) -> None:
    packages, host = node_modules(PEER), live_timetuna.new_host()
    environment = {"PATH": os.environ["PATH"], "PACKAGES": str(packages)}
    with subprocess.Popen(
        ["node", str(PEER / "peer.mjs"), live_timetuna.base_url],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as peer:  # fmt: skip
        address = json.loads(peer.stdout.readline())["address"]
        print(allowed(live_timetuna, address, host), file=peer.stdin, flush=True)
        found = json.loads(peer.stdout.readline())

    assert found == {"scope": "bookings", "renewed": True, "opened": 200, "shut": 401}


def me_with(live: LiveTimeTuna, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.get(f"{live.base_url}/api/v1/me", headers=headers, trust_env=False, timeout=60).status_code


def test_a_hundred_registrations_at_once_are_no_more_than_the_limit(live_timetuna: LiveTimeTuna) -> None:
    barrier, before = Barrier(100), live_timetuna.run_python(COUNT)
    address = f"{live_timetuna.base_url}/oauth/register"

    def rush(_number: int) -> int:
        barrier.wait()
        return httpx2.post(address, json=WANTED, trust_env=False, timeout=60).status_code

    with ThreadPoolExecutor(100) as pool:
        answers = Counter(pool.map(rush, range(100)))

    assert answers.keys() == {201, 429}
    assert answers[201] <= 20
    assert live_timetuna.run_python(COUNT) - before == answers[201]
